from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.conversation.chains.recognition import digest_of_source
from qwen_magic.conversation.chains.resuming import Saved
from qwen_magic.errors import CellError
from qwen_magic.notebook.cards.views import bundle
from qwen_magic.notebook.steering.saved_turns import answer_in, questions_in, saved_turns
from qwen_magic.responses.items import Message, Part, WebSearchCall
from qwen_magic.responses.response import Usage
from tests.notebook.turns import answer, thought, turn_of

if TYPE_CHECKING:
    from qwen_magic.conversation.turn.turn import Status

TOLD = {
    "response_id": "r1",
    "previous_response_id": "r0",
    "model": "qwen",
    "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3},
    "status": "completed",
    "chain": "draft",
    "number": 2,
    "seconds": 1.5,
}
LONG = "One.\n\n- two\n- three\n\n```python\n+ 1\n```\n\n*Four.*"


def output(told: object = TOLD, **data: object) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {"qwen_magic": told}, "data": data}


def file(*cells: object) -> bytes:
    return json.dumps({"cells": cells, "nbformat": 4}).encode()


def cell(source: object, *outputs: object, **fields: object) -> dict[str, object]:
    known = {"id": "a", "cell_type": "code", "execution_count": 7}
    return {**known, "source": source, "outputs": outputs, **fields}


def test_a_turn_is_read_from_its_cell() -> None:
    shown = output(**{"text/markdown": ["Hello.\n", "\n", "*qwen · chain draft, turn 2*"]})
    stream = {"output_type": "stream", "name": "stdout", "text": "x"}
    asked = ["%%qwen -m qwen -s 'Be brief.'\n", "Hi\n", "there"]
    assert saved_turns(file(cell("1 + 1"), cell(asked, stream, shown))) == (
        Saved(
            cell="a",
            source=digest_of_source("".join(asked)),
            run=7,
            prompt="Hi\nthere",
            text="Hello.",
            system="Be brief.",
            response_id="r1",
            previous_response_id="r0",
            model="qwen",
            usage=Usage(1, 2, 3),
            chain="draft",
            number=2,
        ),
    )


def test_several_questions_of_a_cell_are_counted() -> None:
    shown = [output({**TOLD, "response_id": name}) for name in ("r1", "r2")]
    source = "%qwen One\nx = 1\n  %qwen -e low Two\n%qwen_chain\n%qwen"
    found = saved_turns(file(cell(source, *shown)))
    assert [(turn.ask, turn.prompt, turn.response_id) for turn in found] == [
        (1, "One", "r1"),
        (2, "Two", "r2"),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "for q in ('a', 'b'):\n    %qwen {{q}}",
        "%%qwen\nOne",
        "%%qwen --messages m",
        "get_ipython().run_line_magic('qwen', text)",
    ],
)
def test_questions_that_the_source_does_not_tell_are_empty(source: str) -> None:
    count = 1 if "--messages" in source else 2
    found = saved_turns(file(cell(source, *[output()] * count)))
    assert [turn.prompt for turn in found] == [""] * count


@pytest.mark.parametrize(
    ("source", "asked"),
    [
        ("%%qwen\nHi\n", ["Hi"]),
        ("\n%%qwen -m x --nonesuch\nHi", ["Hi"]),
        ("%%qwen What is JSON?", ["What is JSON?"]),
        ("%qwen What is JSON?", ["What is JSON?"]),
        ("%qwen?\n%qwen_log\n%qwen", []),
        ("%%qwen?", []),
        ("%%qwen_other\nx", []),
    ],
)
def test_questions_are_found_as_they_were_written(source: str, asked: list[str]) -> None:
    assert [question.text for question in questions_in(source)] == asked


@pytest.mark.parametrize("notes", [(), ("Filled in: x", "1 later turn set aside")])
@pytest.mark.parametrize("error", ["", "max_output_tokens"])
def test_an_answer_is_told_from_what_stands_around_it(notes: tuple[str, ...], error: str) -> None:
    turn = turn_of(
        thought("Hm.\n\nWell."),
        WebSearchCall(queries=("one",)),
        thought("So."),
        answer(LONG),
        model="qwen",
        chain="main",
        status="incomplete" if error else "completed",
        error=error,
    )
    data, metadata = bundle(turn, notes=notes)
    assert answer_in(data, closing=1 + bool(error)) == LONG
    (found,) = saved_turns(file(cell("%%qwen\nHi", {**output(**data), "metadata": metadata})))
    assert (found.text, found.status) == (LONG, turn.status)


def test_an_answer_is_read_from_plain_text_where_there_is_no_other() -> None:
    data, _ = bundle(turn_of(thought("Hm."), answer("One.\n\nTwo."), model="qwen"))
    assert answer_in({"text/plain": data["text/plain"]}) == "One.\n\nTwo."


def test_a_turn_that_a_cell_merely_shows_is_left_out() -> None:
    shown = output()
    value = {**shown, "output_type": "execute_result"}
    assert saved_turns(file(cell("display(turn)", shown), cell("%qwen Hi\n_qwen", value))) == ()
    (turn,) = saved_turns(file(cell("%qwen Hi\n_qwen", shown, value)))
    assert turn.prompt == "Hi"


@pytest.mark.parametrize("told", [{}, "x", None, [1], 5])
def test_an_output_of_others_is_no_turn(told: object) -> None:
    assert saved_turns(file(cell("%%qwen\nHi", output(told)))) == ()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"cells": {}}', b"\xff", b"[" * 100_000])
def test_what_is_no_notebook_is_refused(content: bytes) -> None:
    with pytest.raises(CellError, match="no notebook"):
        saved_turns(content)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
damaged = st.fixed_dictionaries({}, optional=dict.fromkeys(TOLD, anything)) | anything
outputs = st.fixed_dictionaries(
    {},
    optional={
        "metadata": st.fixed_dictionaries({"qwen_magic": damaged}) | anything,
        "data": st.fixed_dictionaries(
            {}, optional={"text/markdown": anything, "text/html": anything}
        )
        | anything,
    },
)
cells = st.fixed_dictionaries(
    {},
    optional={
        "id": anything,
        "cell_type": st.just("code") | anything,
        "execution_count": anything,
        "source": st.sampled_from(["%%qwen\nHi", "%qwen Hi"]) | anything,
        "outputs": st.lists(outputs | anything, max_size=3) | anything,
    },
)  # fmt: skip


@given(st.lists(cells | anything, max_size=4))
def test_damaged_notebooks_never_raise(found: list[object]) -> None:
    for turn in saved_turns(file(*found)):
        assert msgspec.convert(msgspec.to_builtins(turn), Saved) == turn
        assert turn.number >= 1


def test_turns_of_a_file_without_ids_belong_to_the_cells_that_asked_them() -> None:
    asking = [{**cell("%%qwen\nHi", output()), "id": None}, cell("1 + 1")]
    found = saved_turns(file(*asking, {**cell("%%qwen\nHi", output()), "id": None}))
    digest = digest_of_source("%%qwen\nHi")
    assert [turn.cell for turn in found] == [f"{digest}.1", f"{digest}.2"]
    assert {turn.source for turn in found} == {digest}


@pytest.mark.parametrize(
    ("status", "kind", "mark"),
    [
        ("completed", "text/markdown", r'[\[1\]](<https://a.example/> "A")'),
        ("incomplete", "text/markdown", r'[\[1\]](<https://a.example/> "A")'),
        ("completed", "text/plain", "[1]"),
    ],
)
def test_an_answer_is_told_from_its_list_of_sources(status: Status, kind: str, mark: str) -> None:
    told = {"type": "url_citation", "url": "https://a.example/", "title": "A", "end_index": 6}
    part = Part("Words.\n\nSources · 1 of mine", annotations=({**told, "start_index": 0},))
    search = WebSearchCall("w", "completed", ("q",), ("https://a.example/", "https://b.example/"))
    turn = turn_of(search, Message(content=(part,)), model="m", status=status, error="a limit")
    data, _ = bundle(turn)
    found = answer_in({kind: data[kind]}, closing=1 + (status == "incomplete"))
    assert found == f"Words.{mark}\n\nSources · 1 of mine"
