"""However events are grouped and joined, the same turn comes out."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.conversation.turn.folding import advance, fold
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.responses import events
from qwen_magic.responses.decoding import join
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
from qwen_magic.responses.response import Response

ASKED = Turn("?")
INDEXES = st.sampled_from([None, 0, 1, 2])
IDS = st.sampled_from([None, "a", "b", "c"])
PARTS = st.sampled_from([None, 0, 1])
WORDS = st.sampled_from(["", "x", "yz", "é"])
ITEMS: list[Item] = [
    *(Message(), Message("a"), Message("b", content=(Part("whole"),))),
    *(Reasoning("a"), Reasoning(summary=("s",)), Reasoning("c", content=("c",))),
    *(FunctionCall("a", name="f"), FunctionCall("b", arguments="{}"), McpCall("a")),
    *(CodeInterpreterCall("c"), WebSearchCall(), OtherItem("x_call", "a")),
]
CALLS = ["web_search_call", "code_interpreter_call", "mcp_call", "x_call"]
TEXTS = st.one_of(
    st.builds(events.TextDelta, INDEXES, IDS, PARTS, WORDS),
    st.builds(events.RefusalDelta, INDEXES, IDS, PARTS, WORDS),
    st.builds(events.ReasoningDelta, INDEXES, IDS, PARTS, PARTS, WORDS),
    st.builds(events.ArgumentsDelta, INDEXES, IDS, WORDS),
    st.builds(events.CodeDelta, INDEXES, IDS, WORDS),
)
OTHERS = st.one_of(
    st.builds(events.TextDone, INDEXES, IDS, PARTS, WORDS),
    st.builds(events.ReasoningDone, INDEXES, IDS, PARTS, PARTS, WORDS),
    st.builds(events.ArgumentsDone, INDEXES, IDS, WORDS),
    st.builds(events.ItemAdded, INDEXES, st.sampled_from(ITEMS)),
    st.builds(events.ItemDone, INDEXES, st.sampled_from(ITEMS)),
    st.builds(
        events.CallProgress, st.sampled_from(CALLS), st.sampled_from(["completed"]), INDEXES, IDS
    ),
    st.just(events.Unreadable()),
)
ENDS = st.lists(st.sampled_from(ITEMS), max_size=4).map(
    lambda output: events.Completed(Response("r", output=tuple(output)))
)
STREAMS = st.lists(st.one_of(TEXTS, TEXTS, OTHERS), max_size=25)


@given(STREAMS, st.lists(st.integers(0, 25), max_size=6), ENDS)
def test_any_grouping_gives_the_same_turn(
    arrived: list[events.Event], borders: list[int], end: events.Event
) -> None:
    cuts = [0, *sorted(borders), len(arrived)]
    turn = ASKED
    for start, stop in pairwise(cuts):
        turn = fold(turn, join(arrived[start:stop]))
    alone = fold(ASKED, arrived)
    assert turn.items == alone.items
    assert advance(turn, end).items == advance(alone, end).items


@given(STREAMS)
def test_an_earlier_turn_is_not_changed_by_a_later_event(arrived: list[events.Event]) -> None:
    turns = [ASKED]
    for event in arrived:
        turns.append(advance(turns[-1], event))
    before = [repr(turn.items) for turn in turns]
    for turn in turns:
        advance(turn, events.TextDelta(0, "a", 0, "another branch"))
    assert [repr(turn.items) for turn in turns] == before


@given(STREAMS, st.integers(0, 25))
def test_events_after_the_last_one_change_nothing(arrived: list[events.Event], place: int) -> None:
    end = events.Completed(Response("r"))
    whole = fold(ASKED, [*arrived[:place], end])
    assert fold(ASKED, [*arrived[:place], end, *arrived[place:]]) == whole


@given(st.lists(st.tuples(st.integers(0, 2), WORDS), max_size=30))
def test_interleaved_texts_each_get_their_own_words(told: list[tuple[int, str]]) -> None:
    turn = fold(ASKED, join([events.TextDelta(index, None, 0, word) for index, word in told]))
    expected = ["".join(w for i, w in told if i == index) for index in dict(told)]
    assert [part.text for item in turn.items for part in _parts(item)] == expected


def _parts(item: Item) -> tuple[Part, ...]:
    assert isinstance(item, Message)
    return item.content
