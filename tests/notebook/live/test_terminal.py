from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from qwen_magic.conversation.turn.folding import advance, fold
from qwen_magic.conversation.turn.steps import Stopped
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.notebook.cards.views import transcript
from qwen_magic.notebook.live.terminal import Printed, advance_print
from qwen_magic.responses.events import (
    CallProgress,
    Completed,
    Event,
    ItemAdded,
    ItemDone,
    ReasoningDelta,
    TextDelta,
)
from qwen_magic.responses.items import FunctionCall, McpCall, Message, Reasoning, WebSearchCall
from qwen_magic.responses.response import Response
from tests.notebook.turns import answer, growing, thought, turn_of

if TYPE_CHECKING:
    from collections.abc import Iterable

ANSWER = (
    "# Moon\n\nIt is *far*:\n\n- 384,400 km\n- really\n\n```python\nfar = True\n```\n\nThat is all."
)
ENDED = Completed(Response(model="m"))


def printed(turns: Iterable[Turn], *, color: bool = False, reasoning: bool = True) -> list[str]:
    """Return what is printed for each turn."""
    texts: list[str] = []
    state = Printed()
    for turn in turns:
        state, text = advance_print(state, turn, color=color, show_reasoning=reasoning)
        texts.append(text)
    return texts


def grown(*events: Event) -> list[Turn]:
    turns = [Turn()]
    for event in events:
        turns.append(advance(turns[-1], event))
    return turns


def streamed(text: str, step: int) -> list[Event]:
    deltas = (TextDelta(delta=text[n : n + step]) for n in range(0, len(text), step))
    return [ItemAdded(0, Message()), *deltas, ENDED]


@pytest.mark.parametrize("step", [1, 3, 10, 1_000])
def test_an_answer_is_printed_whole_and_once_however_it_arrives(step: int) -> None:
    assert "".join(printed(grown(*streamed(ANSWER, step)))) == f"{ANSWER}\n\nm\n"


@given(st.text("a#*-`|>\n $", max_size=60), st.integers(1, 7))
def test_nothing_is_lost_or_doubled(text: str, step: int) -> None:
    whole = "".join(printed(grown(*streamed(text, step))))
    told = text if text.strip() else "The model said nothing."
    assert [c for c in whole if c not in "\n "] == [c for c in f"{told}m" if c not in "\n "]


def test_a_block_is_printed_when_it_is_finished() -> None:
    texts = printed(grown(*streamed("One\n\nTwo *and*\n\nThree", 6)))
    assert texts == ["", "", "One\n", "", "\nTwo *and*\n", "", "\nThree\n\nm\n"]


def test_reasoning_tool_and_answer_stand_apart() -> None:
    turn = turn_of(
        thought("Hm.\n\nI look."),
        WebSearchCall(),
        FunctionCall(name="now"),
        answer("Far."),
        model="m",
    )
    footer = "m · web_search ×1 · now ×1"  # noqa: RUF001
    assert printed([turn]) == [
        f"│ Hm.\n│\n│ I look.\n\n• Web search\n• now()\n\nFar.\n\n{footer}\n"
    ]
    assert printed([turn])[0] == f"{transcript(turn)}\n"


def test_reasoning_and_footer_are_dimmed_where_the_terminal_can() -> None:
    turn = turn_of(thought("Hm.\n\nI look."), answer("Far."), model="m")
    assert printed([turn], color=True) == [
        "\x1b[2mHm.\x1b[22m\n\n\x1b[2mI look.\x1b[22m\n\nFar.\n\n\x1b[2mm\x1b[22m\n"
    ]


def test_what_changed_in_the_chain_is_told_once_it_has_changed() -> None:
    grows = growing(answer("Far.\n\n"), model="m", notes=("2 turns set aside",))
    assert printed([grows, advance(grows, ENDED)]) == ["Far.\n", "\n2 turns set aside\nm\n"]
    assert "set aside" not in "".join(printed([grows, advance(grows, Stopped())]))


def test_reasoning_can_be_left_out() -> None:
    turn = turn_of(thought("Hm."), answer("Far."))
    assert printed([turn], reasoning=False) == ["Far.\n"]


def test_a_tool_call_is_printed_once_it_is_done() -> None:
    search = WebSearchCall(status="in_progress", queries=("moon",))
    turns = grown(
        ItemAdded(0, search),
        ItemDone(0, replace(search, status="completed")),
        TextDelta(1, delta="Far.\n\nVery."),
    )
    assert printed(turns) == ["", "", "• Web search: “moon”\n", "\nFar.\n"]


def test_a_search_that_is_completed_before_it_tells_its_query_is_waited_for() -> None:
    completed = CallProgress("web_search_call", "completed", 0)
    told = ItemDone(0, WebSearchCall(status="completed", queries=("moon",)))
    turns = grown(ItemAdded(0, WebSearchCall(status="in_progress")), completed, told)
    assert printed(turns) == ["", "", "", "• Web search: “moon”\n"]


def test_a_search_that_nobody_ends_is_printed_before_the_answer() -> None:
    completed = CallProgress("web_search_call", "completed", 0)
    turns = grown(completed, TextDelta(1, delta="Far.\n\nVery."))
    assert printed(turns) == ["", "", "• Web search\n\nFar.\n"]


def test_tools_that_run_side_by_side_are_printed_as_each_is_done() -> None:
    first, second = McpCall(name="first"), McpCall(name="second")
    turns = grown(
        ItemAdded(0, first), ItemAdded(1, second), ItemDone(1, second), ItemDone(0, first)
    )
    assert printed(turns) == ["", "", "", "• MCP call: second\n", "• MCP call: first\n"]


def test_a_stopped_turn_prints_the_rest_and_says_so() -> None:
    turn = growing(thought("Hm."), answer("One\n\nTw"))
    assert printed([turn, advance(turn, Stopped())]) == [
        "│ Hm.\n\nOne\n",
        "\nTw\n\nStopped by you — the answer above is incomplete.\n",
    ]


def test_a_tool_that_was_stopped_says_so() -> None:
    turn = growing(WebSearchCall(status="searching"))
    first, last = printed([turn, advance(turn, Stopped())])
    assert first == ""
    assert last.startswith("• Web search · stopped\n\nStopped by you")


def test_after_its_end_a_turn_prints_nothing_more() -> None:
    turn = turn_of(answer("Far."), model="m")
    assert printed([turn, turn, replace(turn, model="n")]) == ["Far.\n\nm\n", "", ""]


def test_an_answer_that_ends_otherwise_than_it_began_is_printed_again() -> None:
    told = Completed(Response(model="m", output=(answer("Near.\n\nVery."),)))
    turns = grown(ItemAdded(0, Message()), TextDelta(delta="Far.\n\nVery."), told)
    assert printed(turns) == ["", "", "Far.\n", "\nFinal answer:\n\nNear.\n\nVery.\n\nm\n"]


def test_an_answer_that_ends_longer_goes_on() -> None:
    told = Completed(Response(output=(answer("Far.\n\nVery, very."),)))
    turns = grown(TextDelta(delta="Far.\n\nVer"), ItemDone(0, answer("Far.\n\nVery")), told)
    assert printed(turns) == ["", "Far.\n", "\nVery\n", ", very.\n"]


def test_reasoning_that_ends_otherwise_is_not_printed_again() -> None:
    told = Completed(Response(output=(Reasoning(summary=("So.",)), answer("Far."))))
    turns = grown(ItemAdded(0, Reasoning()), ReasoningDelta(delta="Hm.\n\nI"), told)
    assert printed(turns) == ["", "", "│ Hm.\n", "\nFar.\n"]


def test_an_answer_that_only_the_last_event_tells_is_printed() -> None:
    told = Completed(Response(output=(thought("Hm."), answer("Far."))))
    assert printed(grown(told)) == ["", "│ Hm.\n\nFar.\n"]


def test_items_that_change_places_at_the_end_are_all_printed() -> None:
    begun = fold(Turn(), [ItemAdded(0, FunctionCall(name="now")), TextDelta(1, delta="Far.\n\n")])
    told = Completed(Response(output=(answer("Far."), FunctionCall(name="now"))))
    text = "".join(printed([begun, advance(begun, told)]))
    assert "Far." in text
    assert "• now()" in text


def test_the_models_control_characters_are_not_printed() -> None:
    turn = turn_of(thought("\x1b[31mred\r\n"), answer("\x1b]0;title\x07bell\x07\x9b2J"))
    assert printed([turn]) == ["│ red\n\nbell\n"]


def test_a_long_answer_costs_what_is_new() -> None:
    text = "A paragraph of the answer, of which there are many.\n\n" * 2_000
    state, _ = advance_print(Printed(), growing(answer(text)))
    state, news = advance_print(state, growing(answer(f"{text}One more.\n\nAnd")))
    assert news == "\nOne more.\n"
