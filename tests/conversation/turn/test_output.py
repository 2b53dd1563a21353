from __future__ import annotations

import pytest

from qwen_magic.conversation.turn.output import Output, Place, finish, grow, item_of, put, settle
from qwen_magic.responses.items import (
    CodeInterpreterCall,
    FunctionCall,
    Item,
    McpCall,
    Message,
    OtherItem,
    Part,
    Reasoning,
    WebSearchCall,
)

CALLS = (FunctionCall, McpCall)
TEXT = ("text", 0)


def at(output_index: int | None = None, item_id: str | None = None, *types: type[Item]) -> Place:
    return Place(output_index, item_id, types or (Message,))


def items_of(output: Output) -> list[Item]:
    return [item_of(slot) for slot in output]


def said(text: str, item_id: str = "") -> Message:
    return Message(item_id, content=(Part(text),))


@pytest.mark.parametrize(
    ("place", "later"),
    [
        (at(0, "m"), at(0, "m")),
        (at(0, "m"), at(0)),
        (at(0, "m"), at(None, "m")),
        (at(0, "m"), at(0, "rotated")),
        (at(0, "m"), at(3, "m")),
        (at(0, "m"), at()),
        (at(None, "m"), at(None, "rotated")),
        (at(), at()),
        (at(), at(None, "m")),
    ],
)
def test_a_text_finds_its_item(place: Place, later: Place) -> None:
    output = grow(grow((), place, TEXT, "a"), later, TEXT, "b")
    assert items_of(output) == [said("ab")]


@pytest.mark.parametrize(
    ("place", "later"),
    [(at(0, "m"), at(1, "n")), (at(0), at(1)), (at(0), at(0, None, Reasoning))],
)
def test_a_text_of_another_item_starts_its_own(place: Place, later: Place) -> None:
    assert len(grow(grow((), place, TEXT, "a"), later, ("content", 0), "b")) == 2


def test_an_item_learns_where_it_stands_piece_by_piece() -> None:
    output = put((), None, Message("m"), fresh=True)
    output = grow(output, at(0, "m"), TEXT, "a")
    output = grow(output, at(0), TEXT, "b")
    output = grow(output, at(None, "m"), TEXT, "c")
    output = put(output, None, Message("m"))
    assert items_of(grow(output, at(0), TEXT, "d")) == [Message("m", content=(Part("abcd"),))]


def test_arguments_before_their_item_wait_for_it() -> None:
    output = grow((), at(1, "c", *CALLS), ("arguments", 0), "{}")
    assert items_of(output) == [FunctionCall(arguments="{}")]
    output = put(output, 1, McpCall("c", name="f"), fresh=True)
    assert items_of(output) == [McpCall("c", name="f", arguments="{}")]


def test_arguments_without_a_place_wait_for_the_next_item() -> None:
    output = grow((), at(None, None, *CALLS), ("arguments", 0), "{}")
    output = put(output, None, McpCall(name="f"), fresh=True)
    assert items_of(output) == [McpCall(name="f", arguments="{}")]


def test_items_without_a_place_do_not_swallow_each_other() -> None:
    output: Output = ()
    for name in ("a", "b"):
        output = put(output, None, FunctionCall(name=name), fresh=True)
        output = grow(output, at(None, None, *CALLS), ("arguments", 0), name)
        output = put(output, None, FunctionCall(name=name, arguments=name), done=True)
    assert items_of(output) == [
        FunctionCall(name="a", arguments="a"),
        FunctionCall(name="b", arguments="b"),
    ]


def test_a_done_item_holds_against_what_comes_late() -> None:
    output = put((), 0, said("whole", "m"), done=True)
    output = grow(output, at(0), TEXT, "late")
    output = put(output, 0, Message("m", "in_progress"), fresh=True)
    assert items_of(output) == [Message("m", "in_progress", content=(Part("whole"),))]


def test_a_done_item_without_its_text_keeps_what_was_streamed() -> None:
    output = put(grow((), at(0), TEXT, "a"), 0, Message("m", "completed"), done=True)
    assert items_of(output) == [Message("m", "completed", content=(Part("a"),))]


def test_the_whole_of_a_text_replaces_its_pieces() -> None:
    output = finish(grow((), at(0), TEXT, "ab"), at(0), TEXT, "abc")
    assert items_of(output) == [said("abc")]


def test_an_empty_whole_changes_nothing() -> None:
    output = grow((), at(0), TEXT, "a")
    assert finish(output, at(0), TEXT, "") == output


def test_parts_of_a_message_stand_in_the_order_of_their_index() -> None:
    output = grow((), at(0), ("text", 1), "b")
    output = grow(output, at(0), ("refusal", 2), "no")
    output = grow(output, at(0), TEXT, "a")
    parts = (Part("a"), Part("b"), Part(refusal="no"))
    assert items_of(output) == [Message(content=parts)]


def test_reasoning_keeps_its_two_families_apart() -> None:
    place = at(0, None, Reasoning)
    output = grow((), place, ("summary", 1), "b")
    output = grow(output, place, ("content", 0), "c")
    output = grow(output, place, ("summary", 0), "a")
    assert items_of(output) == [Reasoning(summary=("a", "b"), content=("c",))]


def test_code_is_streamed_into_its_call() -> None:
    output = put((), 0, CodeInterpreterCall("c"), fresh=True)
    output = grow(output, at(0, None, CodeInterpreterCall), ("code", 0), "1")
    assert items_of(output) == [CodeInterpreterCall("c", code="1")]


def test_unknown_items_of_different_types_stay_apart() -> None:
    output = put((), 0, OtherItem("a", "x"), fresh=True)
    output = put(output, 1, OtherItem("b", "y"), fresh=True)
    assert [item.id for item in items_of(output)] == ["x", "y"]


def test_the_last_event_tells_the_output() -> None:
    output = grow((), at(0, "m"), TEXT, "draft")
    assert items_of(settle(output, [said("final", "m")])) == [said("final", "m")]


def test_an_item_that_the_last_event_leaves_out_is_kept() -> None:
    output = put((), 0, Reasoning("r", summary=("why",)), done=True)
    output = put(output, 1, WebSearchCall("w", queries=("q",)), done=True)
    output = grow(output, at(2, "m"), TEXT, "draft")
    assert items_of(settle(output, [said("final", "m")])) == [
        Reasoning("r", summary=("why",)),
        WebSearchCall("w", queries=("q",)),
        said("final", "m"),
    ]


def test_fields_that_the_last_event_leaves_empty_are_kept() -> None:
    output = put((), 0, WebSearchCall("w", "completed", ("q",), ("u",)), done=True)
    output = grow(output, at(1, "m"), TEXT, "streamed")
    assert items_of(settle(output, [WebSearchCall("w"), Message("m", "completed")])) == [
        WebSearchCall("w", "completed", ("q",), ("u",)),
        Message("m", "completed", content=(Part("streamed"),)),
    ]


def test_without_ids_the_n_th_item_of_a_type_is_the_n_th() -> None:
    output: Output = ()
    for index, name in enumerate(("a", "b")):
        output = put(output, index, FunctionCall(name=name, call_id=f"c{name}"), done=True)
    final = [FunctionCall(arguments="1"), FunctionCall(arguments="2")]
    assert items_of(settle(output, final)) == [
        FunctionCall(name="a", arguments="1", call_id="ca"),
        FunctionCall(name="b", arguments="2", call_id="cb"),
    ]


def test_an_empty_last_event_keeps_everything() -> None:
    output = grow((), at(0, "m"), TEXT, "streamed")
    assert items_of(settle(output, [])) == [said("streamed")]
