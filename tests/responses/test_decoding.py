from __future__ import annotations

import json
from typing import Any

import pytest

from qwen_magic.responses import events
from qwen_magic.responses.decoding import decode, from_response
from qwen_magic.responses.items import Message, OtherItem, Part, WebSearchCall
from qwen_magic.responses.response import ErrorBody, Response, Usage

PLACE: dict[str, Any] = {"output_index": 1, "item_id": "i"}


def read(kind: str, **fields: object) -> events.Event:
    return decode(json.dumps({"type": kind, **fields}).encode())


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("output_text", events.TextDelta(1, "i", 2, "x")),
        ("refusal", events.RefusalDelta(1, "i", 2, "x")),
        ("reasoning_text", events.ReasoningDelta(1, "i", content_index=2, delta="x")),
        ("function_call_arguments", events.ArgumentsDelta(1, "i", "x")),
        ("mcp_call_arguments", events.ArgumentsDelta(1, "i", "x")),
        ("code_interpreter_call_code", events.CodeDelta(1, "i", "x")),
    ],
)
def test_a_delta_says_where_it_belongs(kind: str, expected: events.Event) -> None:
    assert read(f"response.{kind}.delta", **PLACE, content_index=2, delta="x") == expected


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("output_text", "text", events.TextDone(1, "i", 2, "x")),
        ("refusal", "refusal", events.RefusalDone(1, "i", 2, "x")),
        ("reasoning_text", "text", events.ReasoningDone(1, "i", content_index=2, text="x")),
        ("function_call_arguments", "arguments", events.ArgumentsDone(1, "i", "x")),
        ("mcp_call_arguments", "arguments", events.ArgumentsDone(1, "i", "x")),
        ("code_interpreter_call_code", "code", events.CodeDone(1, "i", "x")),
    ],
)
def test_a_done_event_holds_the_whole(kind: str, name: str, expected: events.Event) -> None:
    assert read(f"response.{kind}.done", **PLACE, content_index=2, **{name: "x"}) == expected


def test_both_families_of_reasoning_come_out_as_one_class() -> None:
    assert read("response.reasoning_summary_text.delta", summary_index=0, delta="x") == (
        events.ReasoningDelta(summary_index=0, delta="x")
    )
    assert read("response.reasoning_summary_text.done", summary_index=0, text="x") == (
        events.ReasoningDone(summary_index=0, text="x")
    )


def test_every_field_of_a_delta_may_be_missing() -> None:
    assert read("response.output_text.delta") == events.TextDelta()
    assert read("response.output_item.added", item={}) == events.ItemAdded(None, OtherItem(""))


@pytest.mark.parametrize("value", [None, 1.5, "0", True, [], {}])
def test_an_index_of_the_wrong_type_is_left_out(value: object) -> None:
    event = read("response.output_text.delta", output_index=value, content_index=0, delta="x")
    assert event == events.TextDelta(content_index=0, delta="x")


@pytest.mark.parametrize(("value", "text"), [(None, ""), (1, "1"), ({"a": 1}, '{"a": 1}')])
def test_a_text_of_the_wrong_type_is_written_out(value: object, text: str) -> None:
    assert read("response.output_text.delta", item_id=3, delta=value) == (
        events.TextDelta(delta=text)
    )


@pytest.mark.parametrize("status", ["created", "queued", "in_progress"])
def test_a_sparse_response_is_taken_as_it_is(status: str) -> None:
    sparse = {"id": "r", "status": "queued", "model": "", "output": None, "usage": None}
    assert read(f"response.{status}", response=sparse) == (
        events.Created(Response("r", status="queued"))
    )


def test_the_last_event_holds_the_response() -> None:
    message = {"type": "message", "content": [{"type": "output_text", "text": "Hi"}]}
    usage = {"input_tokens": 3, "output_tokens_details": {"reasoning_tokens": 2}}
    response = {"id": "r", "model": "m", "status": "completed", "output": [message, 7]}
    assert read("response.completed", response={**response, "usage": usage}) == events.Completed(
        Response(
            "r",
            "m",
            "completed",
            (Message(content=(Part("Hi"),)),),
            Usage(input_tokens=3, reasoning_tokens=2),
        )
    )


def test_an_incomplete_response_says_why() -> None:
    details = {"reason": "max_output_tokens"}
    assert read("response.incomplete", response={"incomplete_details": details}) == (
        events.Incomplete(Response(incomplete_reason="max_output_tokens"))
    )


def test_an_incomplete_response_that_is_called_completed_says_so_itself() -> None:
    response = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    assert read("response.completed", response=response) == (  # as vLLM ends a cut answer
        events.Incomplete(Response(status="incomplete", incomplete_reason="max_output_tokens"))
    )
    assert read("response.completed", response={"status": "odd"}) == (
        events.Completed(Response(status="odd"))
    )


@pytest.mark.parametrize("response", [None, 3, "r", []])
def test_a_response_that_is_no_object_counts_as_empty(response: object) -> None:
    assert read("response.completed", response=response) == events.Completed(Response())


def test_a_failed_response_holds_its_error() -> None:
    error = {"code": "server_error", "message": "Oh"}
    assert read("response.failed", response={"id": "r", "status": "failed", "error": error}) == (
        events.Failed(Response("r", status="failed", error=ErrorBody("Oh", "server_error")))
    )


def test_a_failed_response_may_hold_its_error_beside_the_response() -> None:
    event = read("response.failed", response={"id": "r"}, error={"code": "c", "message": "Oh"})
    assert event == events.Failed(Response("r", error=ErrorBody("Oh", "c")))


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({"error": {"message": "Oh", "code": 7}}, ErrorBody("Oh", "7")),
        ({"error": "Oh"}, ErrorBody("Oh")),
        ({"type": "error", "code": "c", "message": "Oh"}, ErrorBody("Oh", "c")),
        ({"type": "error", "error": {"type": "t", "message": "Oh"}}, ErrorBody("Oh", "t")),
        ({"type": "error", "odd": 1}, ErrorBody("{'type': 'error', 'odd': 1}")),
    ],
)
def test_an_error_in_place_of_an_event_ends_the_response(
    message: dict[str, Any], error: ErrorBody
) -> None:
    found = decode(json.dumps(message).encode())
    assert found == events.Failed(Response(status="failed", error=error))


@pytest.mark.parametrize(
    "kind", ["response.content_part.added", "response.reasoning_summary_part.done", "ping", ""]
)
def test_a_type_we_do_not_know_is_no_error(kind: str) -> None:
    assert read(kind, delta="x") == events.Other(kind)


def test_a_type_that_is_no_text_is_no_error() -> None:
    assert decode(b'{"type":["response.completed"]}') == events.Other('["response.completed"]')
    assert decode(b'{"type":null}') == events.Other("")


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("web_search_call", "searching"),
        ("code_interpreter_call", "interpreting"),
        ("file_search_call", "searching"),
        ("image_generation_call", "generating"),
        ("mcp_call", "failed"),
        ("mcp_list_tools", "in_progress"),
    ],
)
def test_the_progress_of_each_kind_of_call_is_one_class(name: str, status: str) -> None:
    event = read(f"response.{name}.{status}", **PLACE)
    assert event == events.CallProgress(name, status, 1, "i")


def test_an_item_is_read_where_it_begins_and_where_it_ends() -> None:
    item = {"type": "web_search_call", "id": "w", "action": {"query": "q"}}
    call = WebSearchCall("w", queries=("q",))
    assert read("response.output_item.added", output_index=2, item=item) == (
        events.ItemAdded(2, call)
    )
    assert read("response.output_item.done", item=item) == events.ItemDone(None, call)


@pytest.mark.parametrize("item", [None, 3, "x", []])
def test_an_item_that_is_no_object_is_skipped(item: object) -> None:
    kind = "response.output_item.done"
    assert read(kind, item=item) == events.Other(kind)


def test_a_response_that_came_whole_is_told_as_events() -> None:
    response = Response("r", status="incomplete", incomplete_reason="max_output_tokens")
    fields = {
        "id": "r",
        "status": "incomplete",
        "incomplete_details": {"reason": "max_output_tokens"},
    }
    assert from_response(fields) == [events.Created(response), events.Incomplete(response)]


@pytest.mark.parametrize("status", ["failed", "cancelled", "404"])
def test_a_whole_response_with_an_error_has_failed(status: str) -> None:
    found = from_response({"status": status, "error": "Not Found"})[-1]
    assert found == events.Failed(Response(status=status, error=ErrorBody("Not Found")))
