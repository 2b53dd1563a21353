from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.conversation.chains.identity import Seen
from qwen_magic.conversation.chains.resuming import Resumption, Saved, resumed
from qwen_magic.conversation.chains.tree import path
from qwen_magic.conversation.store.store import ChainStore
from qwen_magic.conversation.turn.records import Chain, Record

if TYPE_CHECKING:
    from pathlib import Path

    from qwen_magic.conversation.turn.turn import Status


def turn(
    name: str,
    before: str | None = None,
    number: int = 1,
    *,
    run: int = 0,
    status: Status = "completed",
) -> Saved:
    return Saved(
        cell=name.upper(),
        prompt=f"{name}?",
        text=f"{name}!",
        response_id=name,
        previous_response_id=before,
        number=number,
        run=run,
        status=status,
    )  # fmt: skip


A, B, C = turn("a"), turn("b", "a", 2), turn("c", "b", 3)


def drawn(*saved: Saved, **known: int) -> tuple[str, int | None]:
    """Return the new turns with their parents, and the head."""
    found = resumed(saved, len(known), known, Record())
    return " ".join(f"{r.response_id}{r.parent or ''}" for r in found.records), found.head


@pytest.mark.parametrize(
    ("saved", "expected"),
    [
        ((A, B, C), ("a b1 c2", 3)),
        ((C, A, B), ("a b1 c2", 3)),  # moved in the document
        ((A, A, B), ("a b1", 2)),  # a cell was copied with its output
        ((A, turn("x", status="failed"), turn("y", status="cancelled")), ("a", 1)),
        ((A, turn("b", "a", 2, status="incomplete")), ("a b1", 2)),
        ((B, C), ("b c1", 2)),  # the first was deleted
        ((A, C), ("a c1", 2)),  # the second was deleted
        ((A, turn("n", "a", 2), C), ("a n1 c", 2)),  # the second was run again
        ((A, turn("n", "a", 2, run=9), turn("b", "a", 2, run=8)), ("a n1 b1", 2)),  # --from 1
        ((A, B, turn("n")), ("a b1 n", 3)),  # --new
        ((turn("n", run=5), A, B), ("n a b2", 1)),  # --new, at the top
        ((A, turn("b", None, 2), turn("c", None, 3)), ("a b1 c2", 3)),  # rebuilt each time
        ((turn("b", None, 2), A), ("a b1", 2)),
        ((turn("a", "a", 2),), ("a", 1)),  # damaged
        ((turn("a", "b", 3), turn("b", "a", 2)), ("b a1", 1)),
        ((), ("", None)),
        ((turn(""),), ("", None)),
    ],
)
def test_turns_find_their_places(saved: tuple[Saved, ...], expected: tuple[str, int]) -> None:
    assert drawn(*saved) == expected


def test_what_is_stored_already_is_not_added_again() -> None:
    assert resumed((A, B), 2, {"a": 1, "b": 2}, Record()) == Resumption()
    assert drawn(A, B, C, a=1, b=2) == ("c2", 3)
    assert drawn(A, B, x=1) == ("a b2", 3)


def test_a_turn_becomes_a_record() -> None:
    like = Record(chain=Chain("n", "draft"), base_url="u", account="k", begun=5.0, ended=5.0)
    brief = Saved(response_id="a", system="Be brief.", prompt="Hi", cell="x", ask=2, model="m")
    first, second = resumed((brief, turn("b", "a", 2)), 0, {}, like).records
    assert (first.chain, first.base_url, first.account, first.ended) == (like.chain, "u", "k", 5.0)
    assert (first.cell, first.ask, first.model, first.prompt) == ("x", 2, "m", "Hi")
    assert (first.input, first.output) == (({"role": "user", "content": "Hi"},), ())
    assert (first.system, second.system) == ("Be brief.", "Be brief.")


names = st.sampled_from("abcdef")
saved = st.builds(
    turn,
    names,
    st.none() | names,
    st.integers(1, 5),
    run=st.integers(0, 3),
    status=st.sampled_from(["completed", "incomplete", "failed"]),
)


@given(st.lists(saved, max_size=8), st.dictionaries(names, st.integers(1, 3), max_size=2))
def test_whatever_the_links_are_the_turns_form_a_tree(
    found: list[Saved], known: dict[str, int]
) -> None:
    added = resumed(found, 3, known, Record())
    numbers = [record.id for record in added.records]
    assert numbers == list(range(4, 4 + len(numbers)))
    assert all((record.parent or 0) < record.id for record in added.records)
    assert (added.head is None) == (not numbers)
    good = {turn.response_id for turn in found if turn.status != "failed"}
    assert {record.response_id for record in added.records} == good - known.keys()


def test_the_store_takes_them_and_sets_its_own_path_aside(tmp_path: Path) -> None:
    store = ChainStore(tmp_path, clock=lambda: 9.0)
    chain = Chain(store.notebook(Seen("/n.ipynb"), lambda _: None).id)
    assert [r.id for r in store.resume((turn("x"),), Record(chain=chain))] == [1]
    added = store.resume((A, B, C), Record(chain=chain, base_url="u"))
    store.close()
    again = ChainStore(tmp_path)
    nodes = path(again.tree(chain))
    assert [(node.id, node.cell) for node in nodes] == [(2, "A"), (3, "B"), (4, "C")]
    assert again.read(chain, [2, 3, 4]) == added
    assert (added[0].begun, added[0].ended, added[0].base_url) == (9.0, 9.0, "u")
    assert again.resume((A, B, C), Record(chain=chain)) == ()
    assert len(again.tree(chain).nodes) == 4
