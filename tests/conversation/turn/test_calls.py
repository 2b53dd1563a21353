"""Function and MCP calls, in every way that servers send them."""

from __future__ import annotations

from itertools import permutations

import pytest

from qwen_magic.conversation.turn.folding import advance, fold
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.responses import events
from qwen_magic.responses.items import FunctionCall, McpApprovalRequest, McpCall, Message, Part
from qwen_magic.responses.response import Response

ASKED = Turn("weather?")
OPEN = FunctionCall("f", "in_progress", "weather", "", "call_1")
CALL = FunctionCall("f", "completed", "weather", '{"city": "Ulm"}', "call_1")
ADDED: events.Event = events.ItemAdded(0, OPEN)
DELTAS: list[events.Event] = [
    events.ArgumentsDelta(0, "f", piece) for piece in ('{"city"', ': "Ulm"', "}")
]
DONE: events.Event = events.ArgumentsDone(0, "f", CALL.arguments)
ITEM_DONE: events.Event = events.ItemDone(0, CALL)
COMPLETED: events.Event = events.Completed(Response("r", output=(CALL,)))
WITHOUT_OUTPUT = events.Completed(Response("r"))


@pytest.mark.parametrize(
    "told",
    [
        [ADDED, *DELTAS, DONE, ITEM_DONE, COMPLETED],
        [ADDED, *DELTAS, ITEM_DONE, WITHOUT_OUTPUT],
        [ADDED, DONE, ITEM_DONE, WITHOUT_OUTPUT],
        [ADDED, ITEM_DONE, COMPLETED],
        [ITEM_DONE, WITHOUT_OUTPUT],
        [COMPLETED],
    ],
    ids=["deltas and done", "deltas", "done alone", "item done", "item alone", "last event"],
)
def test_a_call_is_whole_in_each_way_it_is_told(told: list[events.Event]) -> None:
    assert fold(ASKED, told).tool_calls == (CALL,)


@pytest.mark.parametrize("told", [[ADDED, *DELTAS], [ADDED, DONE], [*DELTAS, ADDED], [DONE, ADDED]])
def test_arguments_are_there_before_the_item_is_done(told: list[events.Event]) -> None:
    (call,) = fold(ASKED, told).tool_calls
    assert call == FunctionCall("f", "in_progress", "weather", CALL.arguments, "call_1")


@pytest.mark.parametrize("told", list(permutations([ADDED, DONE, ITEM_DONE])))
def test_the_order_of_the_events_does_not_matter(told: tuple[events.Event, ...]) -> None:
    assert fold(ASKED, [*told, COMPLETED]).tool_calls == (CALL,)


def test_events_that_come_twice_change_nothing() -> None:
    told = [ADDED, ADDED, DONE, DONE, ITEM_DONE, ITEM_DONE, ADDED, COMPLETED, COMPLETED]
    assert fold(ASKED, told).tool_calls == (CALL,)


@pytest.mark.parametrize("index", [None, 0])
def test_mcp_arguments_may_come_before_their_item(index: int | None) -> None:
    arguments = '{"city": "北京"}'
    early: list[events.Event] = [
        events.ArgumentsDelta(index, "x", arguments[:5]),
        events.ArgumentsDelta(index, "x", arguments[5:]),
        events.ArgumentsDone(index, "x", arguments),
    ]
    opened = McpCall("x", "in_progress", "maps", "Amap", arguments)
    turn = fold(ASKED, [*early, events.ItemAdded(index, opened)])
    assert turn.items == (opened,)
    turn = advance(turn, events.CallProgress("mcp_call", "completed", index, "x"))
    done = McpCall("x", "completed", "maps", "Amap", arguments, "sunny")
    assert advance(turn, events.ItemDone(index, done)).items == (done,)


def test_an_approval_request_is_an_item_but_no_call() -> None:
    asked = McpApprovalRequest("a", "", "maps", "Amap", "{}")
    turn = advance(ASKED, events.ItemDone(0, asked))
    assert (turn.items, turn.tool_calls) == ((asked,), ())


@pytest.mark.parametrize("ids", [("f", "g"), ("", "")])
@pytest.mark.parametrize("indexes", [(0, 1), (None, None)])
def test_parallel_calls_stay_apart(
    ids: tuple[str, str], indexes: tuple[int | None, int | None]
) -> None:
    told: list[events.Event] = []
    calls = []
    for item_id, index, name in zip(ids, indexes, ("a", "b"), strict=True):
        call = FunctionCall(item_id, "completed", name, f'"{name}"', f"call_{name}")
        calls.append(call)
        told += [
            events.ItemAdded(index, FunctionCall(item_id, "in_progress", name, "", call.call_id)),
            events.ArgumentsDelta(index, item_id or None, f'"{name}'),
            events.ArgumentsDelta(index, item_id or None, '"'),
            events.ItemDone(index, call),
        ]
    assert fold(ASKED, told).tool_calls == tuple(calls)
    whole = events.Completed(Response("r", output=tuple(calls)))
    assert fold(ASKED, [*told, whole]).tool_calls == tuple(calls)


def test_interleaved_calls_are_told_apart_by_their_index() -> None:
    names = ("a", "b")
    told: list[events.Event] = [
        events.ItemAdded(index, FunctionCall(f"f{index}", name=name))
        for index, name in enumerate(names)
    ]
    for piece in ("[", "1", "]"):
        told += [events.ArgumentsDelta(index, None, piece) for index in (0, 1)]
    assert [
        call.arguments for call in fold(ASKED, told).tool_calls if isinstance(call, FunctionCall)
    ] == ["[1]", "[1]"]


def test_ids_that_rotate_with_every_event_do_not_split_an_item() -> None:
    told: list[events.Event] = [
        events.ItemAdded(0, Message("m1", "in_progress")),
        events.TextDelta(0, "m2", 0, "4"),
        events.TextDelta(0, "m3", 0, "2"),
        events.TextDone(0, "m4", 0, "42"),
        events.ItemDone(0, Message("m5", "completed", content=(Part("42"),))),
    ]
    final = Message("m6", "completed", content=(Part("42"),))
    turn = fold(ASKED, told)
    assert [turn.text, len(turn.items)] == ["42", 1]
    assert advance(turn, events.Completed(Response(output=(final,)))).items == (final,)


def test_an_item_may_end_under_another_index_than_it_began() -> None:
    told = [events.ItemAdded(0, OPEN), *DELTAS, events.ItemDone(1, CALL)]
    assert fold(ASKED, told).items == (CALL,)
