from __future__ import annotations

import pytest

from qwen_magic.conversation.turn.folding import advance, fold
from qwen_magic.conversation.turn.steps import Broken, Stopped
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.responses import events
from qwen_magic.responses.items import (
    CodeInterpreterCall,
    FunctionCall,
    McpListTools,
    Message,
    OtherItem,
    Part,
    Reasoning,
    WebSearchCall,
)
from qwen_magic.responses.response import ErrorBody, Response, Usage

ASKED = Turn("2 + 2?", model="qwen3.7-plus")
USAGE = Usage(10, 20, 30)


def said(text: str) -> Message:
    return Message("m", "completed", content=(Part(text),))


def ended(*output: Message | FunctionCall, status: str = "completed") -> Response:
    return Response("r", "qwen3.7-plus-2026", status, tuple(output), USAGE)


def test_a_sparse_beginning_keeps_what_is_known() -> None:
    turn = advance(ASKED, events.Created(Response("r", "", "queued")))
    assert turn == Turn("2 + 2?", "queued", "r", model="qwen3.7-plus")


def test_a_turn_is_in_progress_once_the_server_says_so_or_anything_arrives() -> None:
    working = events.Created(Response("r", status="in_progress"))
    assert advance(ASKED, working).status == "in_progress"
    assert advance(ASKED, events.TextDelta(0, delta="4")).status == "in_progress"
    assert fold(ASKED, [working, events.Created(Response())]).status == "in_progress"


def test_the_answer_grows_by_its_deltas() -> None:
    turn = fold(ASKED, [events.TextDelta(0, "m", 0, "2 + 2"), events.TextDelta(0, "m", 0, " = 4")])
    assert turn.text == "2 + 2 = 4"
    assert not turn.ended


def test_the_last_event_brings_model_usage_and_output() -> None:
    turn = fold(ASKED, [events.TextDelta(0, "m", 0, "4"), events.Completed(ended(said("4")))])
    assert (turn.status, turn.response_id, turn.model) == ("completed", "r", "qwen3.7-plus-2026")
    assert (turn.usage, turn.items, turn.error) == (USAGE, (said("4"),), "")
    assert turn.ended


def test_where_the_last_event_differs_from_the_stream_it_is_right() -> None:
    turn = fold(ASKED, [events.TextDelta(0, "m", 0, "5"), events.Completed(ended(said("4")))])
    assert turn.text == "4"


def test_a_last_event_without_output_keeps_what_was_streamed() -> None:
    thought = events.ReasoningDelta(0, "r", summary_index=0, delta="Hm.")
    turn = fold(ASKED, [thought, events.TextDelta(1, "m", 0, "4"), events.Completed(ended())])
    assert (turn.reasoning, turn.text) == ("Hm.", "4")


def test_a_last_event_that_leaves_items_out_keeps_the_streamed_ones() -> None:
    search = WebSearchCall("w", "completed", ("q",), ("https://a.example",))
    streamed: list[events.Event] = [events.ItemDone(0, search), events.TextDelta(1, "m", 0, "4")]
    turn = fold(ASKED, [*streamed, events.Completed(ended(said("4")))])
    assert turn.items == (search, said("4"))
    assert turn.tool_calls == (search,)


@pytest.mark.parametrize("event", [Stopped(), Broken("cut"), events.Completed(ended())])
def test_nothing_changes_a_turn_that_has_ended(event: events.Event | Stopped | Broken) -> None:
    turn = advance(ASKED, event)
    assert fold(turn, [events.TextDelta(0, delta="!"), events.Failed(Response())]) == turn
    assert advance(advance(turn, Stopped()), Broken("x")) == turn


def test_a_stopped_turn_keeps_its_text() -> None:
    turn = advance(advance(ASKED, events.TextDelta(0, delta="4")), Stopped())
    assert (turn.status, turn.text, turn.error) == ("cancelled", "4", "")


def test_what_is_said_after_an_answered_call_is_a_paragraph_of_its_own() -> None:
    call = FunctionCall("f", "completed", "get", "{}", "call_1", output="sunny")

    def text(*output: Message | FunctionCall) -> str:
        return advance(ASKED, events.Completed(ended(*output))).text

    assert text(said("One."), call) == "One."
    assert text(call, said("Two.")) == "Two."
    assert text(said("One."), call, said("Two.")) == "One.\n\nTwo."


def test_a_broken_turn_keeps_its_text_and_says_why() -> None:
    turn = advance(advance(ASKED, events.TextDelta(0, delta="4")), Broken("the stream ended"))
    assert (turn.status, turn.text, turn.error) == ("failed", "4", "the stream ended")


def test_a_failed_response_keeps_its_text_and_says_why() -> None:
    failed = events.Failed(Response(status="failed", error=ErrorBody("Oh.", "server_error")))
    turn = fold(ASKED, [events.TextDelta(0, delta="4"), failed])
    assert (turn.status, turn.text) == ("failed", "4")
    assert turn.error == "the response failed (server_error): Oh."


@pytest.mark.parametrize(("reason", "told"), [("max_output_tokens",) * 2, ("", "a limit")])
def test_an_incomplete_response_says_which_limit_was_reached(reason: str, told: str) -> None:
    turn = advance(ASKED, events.Incomplete(Response(incomplete_reason=reason)))
    assert (turn.status, turn.error) == ("incomplete", told)


def test_messages_that_cannot_be_read_are_counted() -> None:
    turn = fold(ASKED, [events.Unreadable(), events.Other("ping"), events.Unreadable()])
    assert turn.skipped == 2
    assert turn.status == "queued"


@pytest.mark.parametrize(
    ("delta", "done", "item"),
    [
        (
            events.ReasoningDelta(0, "r", summary_index=0, delta="Hm"),
            events.ReasoningDone(0, "r", summary_index=0, text="Hm."),
            Reasoning("r", summary=("Hm.",)),
        ),
        (
            events.ReasoningDelta(0, "r", content_index=0, delta="Hm"),
            events.ReasoningDone(0, "r", content_index=0, text="Hm."),
            Reasoning("r", content=("Hm.",)),
        ),
    ],
)
def test_reasoning_is_told_in_either_family(
    delta: events.ReasoningDelta, done: events.ReasoningDone, item: Reasoning
) -> None:
    turn = fold(ASKED, [events.ItemAdded(0, Reasoning("r")), delta])
    assert turn.reasoning == "Hm"
    assert advance(turn, done).reasoning == "Hm."
    assert fold(turn, [done, events.ItemDone(0, item)]).items == (item,)


def test_reasoning_that_ends_in_the_other_family_is_told_once() -> None:
    thought = events.ReasoningDelta(0, "r", delta="Hm.")
    response = Response("r", output=(Reasoning("r", summary=("Hm.",)), said("4")))
    assert fold(ASKED, [thought, events.Completed(response)]).reasoning == "Hm."


def test_a_refusal_is_no_answer() -> None:
    turn = fold(
        ASKED, [events.RefusalDelta(0, "m", 0, "I c"), events.RefusalDone(0, "m", 0, "I can't")]
    )
    assert turn.text == ""
    assert turn.items == (Message(content=(Part(refusal="I can't"),)),)


def test_code_is_streamed_into_its_call() -> None:
    called = [events.CallProgress("code_interpreter_call", "in_progress", 0, "c")]
    turn = fold(ASKED, [*called, events.CodeDelta(0, "c", "1 +"), events.CodeDone(0, "c", "1 + 1")])
    assert turn.items == (CodeInterpreterCall("c", "in_progress", "1 + 1"),)


def test_a_calls_progress_is_its_status() -> None:
    steps = ["in_progress", "searching", "completed"]
    progress = [events.CallProgress("web_search_call", step, 0, "w") for step in steps]
    added = events.ItemAdded(0, WebSearchCall("w", "in_progress", ("Web search",)))
    found = [advance(fold(ASKED, [added]), step).items for step in progress]
    assert found == [(WebSearchCall("w", step, ("Web search",)),) for step in steps]


def test_progress_without_a_place_belongs_to_the_open_call() -> None:
    added = events.ItemAdded(None, WebSearchCall(status="in_progress", queries=("q",)))
    progress = [events.CallProgress("web_search_call", step) for step in ("searching", "completed")]
    turn = fold(ASKED, [added, *progress])
    assert turn.items == (WebSearchCall(status="completed", queries=("q",)),)


def test_progress_does_not_lose_where_its_call_stands() -> None:
    added = events.ItemAdded(0, CodeInterpreterCall("c"))
    progress = events.CallProgress("code_interpreter_call", "interpreting", item_id="c")
    turn = fold(ASKED, [added, progress, events.CodeDelta(0, delta="1")])
    assert turn.items == (CodeInterpreterCall("c", "interpreting", "1"),)


def test_progress_before_its_item_holds_its_place() -> None:
    progress = [
        events.CallProgress("mcp_list_tools", "in_progress", item_id=name) for name in ("a", "b")
    ]
    turn = fold(ASKED, [*progress, events.ItemDone(None, McpListTools("a", tools=("t",)))])
    assert turn.items == (
        McpListTools("a", "in_progress", tools=("t",)),
        McpListTools("b", "in_progress"),
    )


def test_progress_keeps_what_an_unknown_item_said() -> None:
    item = OtherItem("image_generation_call", "i", "", {"prompt": "a cat"})
    progress = events.CallProgress("image_generation_call", "generating", 0, None)
    (found,) = fold(ASKED, [events.ItemAdded(0, item), progress]).items
    assert isinstance(found, OtherItem)
    assert (found.id, found.status, found.fields["prompt"]) == ("i", "generating", "a cat")


def test_fenced_blocks_are_the_answers_code() -> None:
    text = "Try\n```python\nx = 1\n```\nor\n~~~\ny\n~~~\n`inline`"
    assert advance(ASKED, events.TextDelta(0, delta=text)).code == ("x = 1\n", "y\n")


def test_a_turn_shows_itself_shortly() -> None:
    turn = advance(Turn("q" * 100), events.TextDelta(0, delta="a" * 100))
    assert repr(turn) == f"Turn({'q' * 40!r}, status='in_progress', text={'a' * 80!r})"
