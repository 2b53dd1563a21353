from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from qwen_magic.conversation.chains.tree import ChainLine, Line, Node, Tree, reusable
from qwen_magic.conversation.store.store import ChainStore
from qwen_magic.conversation.turn.folding import advance, fold
from qwen_magic.conversation.turn.records import Chain, Record, digest, input_of, turn_of
from qwen_magic.conversation.turn.steps import Stopped
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.errors import RequestError
from qwen_magic.responses import items
from qwen_magic.responses.events import ItemDone, ReasoningDelta, TextDelta
from qwen_magic.responses.items import FunctionCall, Message, OtherItem, Part, Reasoning
from qwen_magic.responses.response import Usage
from tests.conversation.store.storing import answer, ask, begun, opened
from tests.examples import tries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qwen_magic.responses.items import Item

ITEMS: tuple[Item, ...] = (
    Message("m", "completed", content=(Part("4"), Part(refusal="no", annotations=({"a": 1},)))),
    Reasoning("r", summary=("Hm.", "So."), content=("x",)),
    FunctionCall("f", "completed", "get", "{}", "call_1"),
    items.WebSearchCall("w", queries=("q",), sources=("https://a.example",)),
    items.WebExtractorCall("e", urls=("u",), goal="g", output="o"),
    items.CodeInterpreterCall("c", code="1", outputs=(items.CodeOutput("1", "u"),)),
    items.ImageSearchCall("web_search_image_call", "i", output="[]"),
    items.ImageSearchCall("image_search_call", "j"),
    items.McpCall("p", name="n", server_label="s", arguments="{}", output="o", error="e"),
    items.McpListTools("l", tools=("a", "b")),
    items.McpApprovalRequest("a", name="n"),
    items.FileSearchCall("s", queries=("q",), results=(items.FileResult("f", "n", 0.5, "t"),)),
    OtherItem("new_call", "n", fields={"type": "new_call", "deep": [{"a": None}]}),
    OtherItem("", "o", fields={"message": "?"}),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "qwen"


@pytest.fixture
def store(folder: Path) -> Iterator[ChainStore]:
    store = ChainStore(folder)
    yield store
    store.close()


@pytest.fixture(params=["file", "memory"])
def any_store(request: pytest.FixtureRequest, folder: Path) -> Iterator[ChainStore]:
    store = ChainStore(folder if request.param == "file" else None)
    yield store
    store.close()


def test_a_conversation_survives_its_kernel(store: ChainStore, folder: Path) -> None:
    chain = opened(store)
    for cell in "ABC":
        ask(store, chain, cell)
    store.close()
    later = ChainStore(folder)
    again = opened(later)
    assert again == chain
    nodes = (Node(1, None, "A"), Node(2, 1, "B"), Node(3, 2, "C"))
    assert later.tree(again) == Tree(nodes, 3)
    later.close()


def test_a_turn_is_stored_whole(any_store: ChainStore) -> None:
    chain = opened(any_store)
    asked = Record(
        chain=chain,
        cell="A",
        ask=2,
        digest="d",
        prompt="2 + 2?",
        input=input_of("2 + 2?"),
        base_url="https://a.example/v1",
        account="k",
        system="Be brief.",
    )
    record = any_store.begin(asked)
    usage = Usage(1, 2, 3, 4, 5, {"web_search": 1})
    turn = replace(answer("4"), usage=usage, error="?", previous_response_id="r0")
    ended = any_store.end(record, turn)
    assert any_store.read(chain, [1]) == (ended,)
    kept = replace(asked, id=1, uid=ended.uid, begun=ended.begun, ended=ended.ended)
    assert ended == replace(
        kept,
        output=turn.items,
        status="completed",
        response_id="r",
        previous_response_id="r0",
        model="qwen",
        usage=usage,
        error="?",
    )


def test_what_was_returned_to_a_function_call_is_stored(any_store: ChainStore) -> None:
    record = begun(any_store, opened(any_store))
    output = {"type": "function_call_output", "call_id": "c", "output": "4"}
    any_store.end(replace(record, input=(*record.input, output)), answer("4"))
    assert any_store.read(record.chain, [1])[0].input == ({"role": "user", "content": "?"}, output)


def test_every_item_comes_back_as_it_was(any_store: ChainStore) -> None:
    record = begun(any_store, opened(any_store))
    turn = fold(Turn("?"), [ItemDone(number, item) for number, item in enumerate(ITEMS)])
    any_store.end(record, turn)
    read = any_store.read(record.chain, [1])[0]
    assert read.output == ITEMS
    assert turn_of(read, 1).items == ITEMS


@given(st.text(st.characters(), max_size=30), st.text(st.characters(), max_size=30))
@settings(max_examples=tries(30), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_stored(any_store: ChainStore, prompt: str, said: str) -> None:
    record = begun(any_store, Chain("n", "any"), prompt, prompt)
    any_store.grow(record, fold(Turn(prompt), [TextDelta(0, "m", 0, said)]))
    any_store.end(record, answer(said))
    assert any_store.read(record.chain, [record.id])[0].output[0] == answer(said).items[0]


def test_only_a_good_turn_becomes_the_head(any_store: ChainStore) -> None:
    chain = opened(any_store)
    ask(any_store, chain, "A")
    ask(any_store, chain, "B", "failed")
    ask(any_store, chain, "B", "cancelled")
    assert any_store.tree(chain).head == 1
    ask(any_store, chain, "B", "incomplete")
    tree = any_store.tree(chain)
    assert (tree.head, [node.parent for node in tree.nodes]) == (4, [None, 1, 1, 1])


def test_a_growing_answer_is_there_before_it_ends(any_store: ChainStore) -> None:
    record = begun(any_store, opened(any_store))
    thought = ReasoningDelta(0, "r", summary_index=0, delta="Hm.")
    call = FunctionCall("f", "completed", "get", "{}", "call_1")
    turn = fold(Turn("?"), [thought, ItemDone(1, call), TextDelta(2, "m", 0, "2 + 2")])
    any_store.grow(record, turn)
    found = any_store.read(record.chain, [1])[0]
    assert found.output == turn.items
    assert found.status == "queued"
    any_store.end(record, advance(turn, Stopped()))
    found = any_store.read(record.chain, [1])[0]
    assert (found.output, found.status) == (turn.items, "cancelled")


def test_chains_are_listed_switched_renamed_and_deleted(any_store: ChainStore) -> None:
    main = opened(any_store)
    ask(any_store, main)
    draft = Chain(main.notebook, "draft")
    any_store.switch(draft)
    assert opened(any_store) == draft
    ask(any_store, draft)
    ask(any_store, draft, "B", "failed")
    assert any_store.chains(main.notebook) == (
        ChainLine("draft", 1, 6, is_current=True),
        ChainLine("main", 1, 3),
    )
    any_store.rename(draft, "final")
    final = Chain(main.notebook, "final")
    assert opened(any_store) == final
    assert any_store.lines(final)[1] == Line("Question of A", 3)
    any_store.delete(final)
    assert any_store.chains(main.notebook) == (ChainLine("main", 1, 3, is_current=True),)
    assert any_store.tree(final) == Tree()


def test_a_chain_that_is_not_there_is_named(any_store: ChainStore) -> None:
    chain = opened(any_store)
    ask(any_store, chain)
    for change in (any_store.delete, lambda c: any_store.rename(c, "x")):
        with pytest.raises(RequestError, match="no chain 'mian'") as caught:
            change(Chain(chain.notebook, "mian"))
        assert "did you mean main?" in caught.value.hint
    any_store.switch(Chain(chain.notebook, "other"))
    with pytest.raises(RequestError, match="'main' already"):
        any_store.rename(Chain(chain.notebook, "other"), "main")


def test_a_turn_goes_on_in_a_chain_renamed_or_deleted_meanwhile(any_store: ChainStore) -> None:
    chain = opened(any_store)
    record = begun(any_store, chain)
    any_store.rename(chain, "other")
    any_store.end(record, answer("4"))
    other = Chain(chain.notebook, "other")
    assert any_store.tree(other).head == 1
    record = begun(any_store, other)
    any_store.delete(other)
    assert any_store.end(record, answer("4")).id == 1
    assert any_store.tree(other) == Tree((Node(1, None, "A"),), 1)


def test_the_head_moves_where_it_is_told(any_store: ChainStore) -> None:
    chain = opened(any_store)
    for cell in "AB":
        ask(any_store, chain, cell)
    for head in (1, None, 2):
        any_store.move(chain, head)
        assert any_store.tree(chain).head == head


def test_a_question_asked_before_is_found(any_store: ChainStore) -> None:
    body = {"input": "?", "previous_response_id": "r", "tools": [{"headers": {"a": "secret"}}]}
    asked = digest(body)
    assert asked == digest(body | {"previous_response_id": None, "tools": [{}]})
    assert asked != digest(body | {"input": "!"})
    chain = opened(any_store)
    record = any_store.begin(Record(chain=chain, cell="A", digest=asked))
    node = Node(2, None, "A", digest=asked)
    assert reusable(any_store.tree(chain), node) is None
    any_store.end(record, answer("4"))
    tree = any_store.tree(chain)
    assert reusable(tree, node) == tree.nodes[0]
    for other in (replace(node, parent=1), replace(node, cell="B"), replace(node, digest="")):
        assert reusable(tree, other) is None


def test_what_a_server_cannot_do_is_remembered(store: ChainStore, folder: Path) -> None:
    assert store.continues("https://a.example/v1")
    store.learn("https://a.example/v1", continues=False)
    store.close()
    later = ChainStore(folder)
    assert not later.continues("https://a.example/v1")
    assert later.continues("https://b.example/v1")
    later.learn("https://a.example/v1", continues=True)
    assert later.continues("https://a.example/v1")
    later.close()


@pytest.mark.parametrize(("hours", "continues"), [(0, False), (23, False), (24, True), (-1, True)])
def test_what_a_server_cannot_do_is_believed_for_a_day(hours: int, continues: bool) -> None:  # noqa: FBT001 - a parameter of the test
    times = [1_800_000_000.0]
    store = ChainStore(None, clock=lambda: times[-1])
    store.learn("https://a.example/v1", continues=False)
    times.append(times[0] + hours * 3600)
    assert store.continues("https://a.example/v1") == continues


def test_keys_are_told_apart_and_never_stored(store: ChainStore, folder: Path) -> None:
    key = "sk-0123456789abcdef"
    account = store.account(key)
    assert account == store.account(key) != store.account("sk-other")
    assert store.account("") == ""
    store.end(store.begin(Record(chain=opened(store), account=account)), answer("4"))
    store.close()
    assert key.encode() not in b"".join(file.read_bytes() for file in folder.iterdir())


def test_only_the_owner_can_read_it(store: ChainStore, folder: Path) -> None:
    ask(store, opened(store))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert {file.name for file in folder.iterdir()} > {"chains.sqlite3", "chains.sqlite3-wal"}


def test_threads_share_it(any_store: ChainStore) -> None:
    chain = opened(any_store)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: ask(any_store, chain, str(n)), range(40)))
    tree = any_store.tree(chain)
    assert {node.cell for node in tree.nodes} == set(map(str, range(40)))
    assert any_store.told() == ""
