from __future__ import annotations

import pytest
from msgspec.structs import replace

from qwen_magic.notebook.cards.cards import Card, card, card_at, cards
from qwen_magic.notebook.cards.parts import Code, Links, Logs, Note, State
from qwen_magic.responses.items import (
    FileResult,
    FileSearchCall,
    FunctionCall,
    Item,
    McpApprovalRequest,
    OtherItem,
    WebExtractorCall,
    WebSearchCall,
)
from tests.notebook.turns import EVERY_ITEM, answer, growing, thought, turn_of


@pytest.mark.parametrize("item", EVERY_ITEM)
def test_a_card_knows_how_far_its_item_is(item: Item) -> None:
    def state(status: str, *, live: bool = False, done: bool | None = None) -> State:
        return card(replace(item, status=status), live=live, done=done).state

    assert [state(status) for status in ("", "completed")] == ["done", "done"]
    assert [state(status, live=True) for status in ("", "searching")] == ["running", "running"]
    assert [state(status) for status in ("in_progress", "incomplete")] == ["stopped", "stopped"]
    is_ours = isinstance(item, FunctionCall | McpApprovalRequest)
    whole = state("in_progress", live=True, done=True)
    assert whole == ("running" if is_ours else "done")  # a call that is whole is still to be made
    assert is_ours or state("failed", live=True) == "failed"
    assert state("", done=False) == "stopped"


@pytest.mark.parametrize(
    ("item", "live", "state"),
    [
        (FunctionCall(status="waiting"), True, "waiting for approval"),
        (FunctionCall(status="approved"), True, "running"),
        (FunctionCall(status="running"), True, "running"),
        (FunctionCall(status="running"), False, "stopped"),
        (FunctionCall(status="waiting"), False, "stopped"),
        (FunctionCall(status="completed", output=""), True, "done"),
        (FunctionCall(status="failed", output="no", error="no"), True, "failed"),
        (FunctionCall(status="denied", output="no", error="no"), True, "not called"),
        (McpApprovalRequest(status="waiting"), True, "waiting for approval"),
        (McpApprovalRequest(status="completed", approve=True), True, "done"),
        (McpApprovalRequest(status="denied", approve=False, error="no"), True, "not called"),
    ],
)
def test_a_call_of_ours_is_done_when_it_is_answered(
    item: FunctionCall | McpApprovalRequest,
    live: bool,  # noqa: FBT001 - a column of the table
    state: State,
) -> None:
    assert card(item, live=live, done=True).state == state


def test_only_a_state_worth_telling_stands_in_the_heading() -> None:
    search = WebSearchCall(queries=("x",))
    states = [card(replace(search, status=s)).heading for s in ("completed", "searching", "failed")]
    assert states == ["Web search: “x”", "Web search: “x” · stopped", "Web search: “x” · failed"]
    assert card(search, live=True).heading == "Web search: “x” · running"


def test_what_was_under_way_when_the_turn_was_stopped_is_stopped() -> None:
    going = growing(thought("Hm"), WebSearchCall(status="searching"))
    assert [shown.state for shown in cards(going)] == ["done", "running"]
    ended = replace(going, status="cancelled")
    assert [shown.state for shown in cards(ended)] == ["done", "stopped"]
    assert card_at(ended, 1) == Card("Web search", "stopped")


def test_what_a_failed_response_closed_counts_by_its_own_status() -> None:
    turn = turn_of(WebSearchCall(status="searching"), answer("Half"), status="failed")
    assert [shown.state for shown in cards(turn)] == ["stopped", "done"]


def test_a_text_is_done_once_something_follows_it() -> None:
    turn = growing(thought("Hm"), answer("Yes"))
    open_ended = replace(turn, output=tuple(replace(slot, done=False) for slot in turn.output))
    assert [shown.title for shown in cards(open_ended)] == ["Reasoning", "Answer"]


def test_long_outputs_are_cut_and_say_so() -> None:
    long = card(WebExtractorCall(output="x" * 101_000)).parts[0]
    assert long == Logs("x" * 100_000 + "\n… 1,000 more characters")


def test_many_links_are_cut_and_say_so() -> None:
    links, more = card(
        WebSearchCall(sources=tuple(f"https://a.example/{n}" for n in range(40)))
    ).parts
    assert isinstance(links, Links)
    assert len(links.links) == 30
    assert more == Note("… 10 more links")


def test_many_results_are_cut_and_say_so() -> None:
    *_, more = card(FileSearchCall(results=(FileResult(text="x"),) * 11)).parts
    assert more == Note("… 1 more result")


def test_a_huge_item_of_an_unknown_type_is_cut() -> None:
    (part,) = card(OtherItem("image_call", fields={"b64": "x" * 10_000_000})).parts
    assert isinstance(part, Code)
    assert len(part.text) < 4_100
    assert part.text.endswith("\n… cut")
