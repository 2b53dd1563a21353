from __future__ import annotations

import pytest
from msgspec.structs import replace

from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.notebook.cards.footer import ending, footer, hint
from qwen_magic.responses.items import (
    CodeInterpreterCall,
    FileSearchCall,
    FunctionCall,
    ImageSearchCall,
    Item,
    McpCall,
    McpListTools,
    Message,
    OtherItem,
    Part,
    WebExtractorCall,
    WebSearchCall,
)
from qwen_magic.responses.refusals import CANCELLED
from qwen_magic.responses.response import Usage
from tests.notebook.turns import answer, growing, thought, turn_of


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        (None, ""),
        (Usage(), ""),
        (Usage(57, 3), "57 in / 3 out"),
        (
            Usage(1_057, 2_018, 0, 1_000, 1_861),
            "1,057 in (1,000 cached) / 2,018 out (1,861 reasoning)",
        ),
        (Usage(output_tokens=5), "5 out"),
    ],
)
def test_the_footer_leaves_out_what_is_zero_or_unknown(usage: Usage | None, tokens: str) -> None:
    assert footer(turn_of(usage=usage)) == tokens


def test_the_footer_counts_calls_where_the_service_does_not() -> None:
    now = FunctionCall(name="now")
    turn = turn_of(WebSearchCall(), now, now, answer("x"), usage=Usage(tools={"web_search": 3}))
    assert footer(turn) == "web_search ×3 · now ×2"  # noqa: RUF001


def test_the_footer_tells_the_place_in_the_chain() -> None:
    assert footer(turn_of(model="m", chain="main", number=12)) == "m · chain main, turn 12"


@pytest.mark.parametrize(
    ("skipped", "told"),
    [(0, "m"), (1, "m · 1 unreadable event skipped"), (2, "m · 2 unreadable events skipped")],
)
def test_the_footer_tells_what_could_not_be_read(skipped: int, told: str) -> None:
    assert footer(turn_of(model="m", skipped=skipped)) == told


def test_hostile_names_do_not_fill_the_footer() -> None:
    calls = [FunctionCall(name=f"{n}{'x' * 1_000}") for n in range(100)]
    turn = turn_of(*calls, model="m\n" * 1_000, chain="c" * 1_000)
    assert len(footer(turn)) < 600
    assert "\n" not in footer(turn)


@pytest.mark.parametrize(
    ("item", "waits"),
    [
        (thought("Hm"), "Thinking…"),
        (WebSearchCall(status="searching"), "Searching the web…"),
        (WebExtractorCall(), "Reading web pages…"),
        (CodeInterpreterCall(status="interpreting"), "Running Python code…"),
        (ImageSearchCall("web_search_image_call"), "Searching for images…"),
        (FileSearchCall(), "Searching files…"),
        (McpListTools(), "Asking the MCP server for its tools…"),
        (McpCall(name="weather"), "Calling weather…"),
        (FunctionCall(name="weather"), "Calling weather…"),
        (OtherItem("x"), "Waiting for m…"),
        (Message(), "Waiting for m…"),
        (answer("Yes"), ""),
    ],
)
def test_a_growing_turn_tells_what_it_waits_for(item: Item, waits: str) -> None:
    assert hint(growing(item, model="m")) == waits


def test_after_a_tool_the_model_is_waited_for() -> None:
    assert hint(turn_of(WebSearchCall(), status="in_progress")) == "Waiting for the model…"
    assert hint(growing(WebSearchCall(status="completed"))) == "Waiting for the model…"


def test_an_ended_turn_waits_for_nothing() -> None:
    assert hint(turn_of(thought("Hm"))) == ""


def test_an_ending_is_told_unless_the_turn_simply_completed() -> None:
    half = turn_of(answer("Half"), error="max_output_tokens")
    endings = ("completed", "in_progress", "incomplete", "cancelled", "failed")
    assert [ending(replace(half, status=status)) for status in endings] == [
        "",
        "",
        "Stopped at max_output_tokens.",
        "Stopped by you — the answer above is incomplete.",
        "Max_output_tokens",
    ]


@pytest.mark.parametrize("items", [(), (thought("Hm"),), (answer(" \n"),)])
def test_an_answer_without_a_word_is_told(items: tuple[Item, ...]) -> None:
    assert ending(turn_of(*items)) == "The model said nothing."


@pytest.mark.parametrize(
    "item", [Message(content=(Part(refusal="No."),)), FunctionCall(name="f"), OtherItem("image")]
)
def test_a_refusal_a_call_or_an_image_is_an_answer(item: Item) -> None:
    assert ending(turn_of(item)) == ""


def test_a_stop_before_any_answer_claims_none() -> None:
    assert (
        ending(turn_of(thought("Hm"), status="cancelled"))
        == "Stopped by you before an answer came."
    )


def test_an_ending_without_a_reason_is_told_too() -> None:
    assert ending(turn_of(status="incomplete")) == "Stopped at a limit."
    assert ending(turn_of(status="failed")) == "The response failed"


def test_a_turn_that_the_server_cancelled_was_not_stopped_by_the_reader() -> None:
    assert ending(Turn(status="cancelled", error=CANCELLED)) == "Cancelled at the server."


def test_a_turn_in_the_background_tells_how_to_see_its_answer() -> None:
    left = Turn(status="queued", response_id="r", background=True)
    assert "%qwen_log --refresh" in hint(left)
    assert hint(replace(left, status="completed")) == ""
