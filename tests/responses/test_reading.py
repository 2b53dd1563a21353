from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.errors import StatusError, WireError
from qwen_magic.responses.endpoint import Endpoint
from qwen_magic.responses.events import (
    Completed,
    Created,
    Event,
    Failed,
    Incomplete,
    Other,
    TextDelta,
    Unreadable,
)
from qwen_magic.responses.items import Message, Part
from qwen_magic.responses.reading import Reading
from qwen_magic.responses.response import ErrorBody, Response
from tests.responses.cutting import cuttings, one_by_one

KEY = "sk-0123456789abcdef"
HERE = Endpoint("http://localhost/v1", key=KEY)
RATE_LIMIT = {"code": "server_error", "message": "Upstream: rate limit exceeded, try later."}
DELTA = b'data: {"type":"response.output_text.delta","delta":"a"}\n\n'
COMPLETED = b'data: {"type":"response.completed","response":{"id":"r"}}\n\n'
WHOLE = json.dumps(
    {
        "id": "r",
        "status": "completed",
        "output": [{"type": "message", "content": [{"type": "output_text", "text": "Hi"}]}],
    }
).encode()


def read(*pieces: bytes) -> list[Event]:
    reading = Reading(HERE)
    found: list[Event] = []
    for piece in pieces:
        found += reading.feed(piece)
        if reading.ended:
            return found
    return found + reading.close()


def frame(**fields: object) -> bytes:
    return b"data: " + json.dumps(fields).encode() + b"\n\n"


def test_a_stream_is_read_up_to_its_last_event() -> None:
    assert read(DELTA + COMPLETED + DELTA) == [
        TextDelta(delta="a"),
        Completed(Response("r")),
    ]


@pytest.mark.parametrize(
    ("kind", "event"),
    [
        ("completed", Completed(Response())),
        ("incomplete", Incomplete(Response())),
        ("failed", Failed(Response())),
    ],
)
def test_each_terminal_event_ends_the_reading(kind: str, event: Event) -> None:
    assert read(frame(type=f"response.{kind}"), DELTA) == [event]


def test_neighbouring_deltas_that_come_together_are_one() -> None:
    assert read(DELTA * 3) == [TextDelta(delta="aaa")]


def test_a_last_event_without_its_blank_line_counts() -> None:
    assert read(DELTA, COMPLETED.rstrip()) == [TextDelta(delta="a"), Completed(Response("r"))]


def test_a_closing_word_is_no_last_event() -> None:
    reading = Reading(HERE)
    assert reading.feed(DELTA + b"data: [DONE]\n\n") == [TextDelta(delta="a"), Other("[DONE]")]
    assert not reading.ended


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b" \r\n\t", b"\xef\xbb\xbf\n"])
def test_a_body_that_is_one_object_is_a_whole_response(start: bytes) -> None:
    response = Response("r", "", "completed", (Message(content=(Part("Hi"),)),))
    assert read(start + WHOLE + b"\n") == [Created(response), Completed(response)]


@given(st.data())
def test_a_whole_response_may_be_cut_anywhere(data: st.DataObject) -> None:
    assert read(*data.draw(cuttings(WHOLE))) == read(WHOLE)


def test_a_stream_that_starts_with_blank_lines_is_a_stream() -> None:
    stream = b"\xef\xbb\xbf" + COMPLETED
    assert read(*one_by_one(stream)) == [Completed(Response("r"))]
    assert read(*one_by_one(b"\r\n\r\n" + COMPLETED)) == [Completed(Response("r"))]


def test_a_whole_response_that_ends_in_the_middle_is_an_error() -> None:
    with pytest.raises(WireError, match="ended in the middle"):
        read(WHOLE[:-3])


def test_a_whole_response_longer_than_the_limit_is_refused() -> None:
    with pytest.raises(WireError, match="longer than 16 MB\n→ check the base URL"):
        read(b"{", *[b" " * 1024 * 1024] * 17)


def test_a_success_with_an_error_body_is_a_refusal() -> None:
    with pytest.raises(StatusError, match="HTTP 200 InvalidParameter: Bad") as refused:
        read(b'{"code":"InvalidParameter","message":"Bad"}')
    assert refused.value.status == 200


def test_a_success_of_another_api_names_the_address() -> None:
    with pytest.raises(StatusError, match="HTTP 200: ") as refused:
        read(b'{"object":"chat.completion","choices":[]}')
    assert refused.value.hint == f"this is no Responses API; check the base URL: {HERE.base_url}"


def test_the_stream_of_another_api_holds_no_event_of_ours() -> None:
    reading = Reading(HERE)
    reading.feed(frame(object="chat.completion.chunk", choices=[]) + b"data: [DONE]\n\n")
    reading.close()
    assert not reading.began


def test_an_html_page_is_an_error_that_names_the_address() -> None:
    with pytest.raises(WireError, match="an HTML page") as refused:
        read(b"\n<!doctype html>", b"<p>Welcome")
    assert HERE.base_url in refused.value.hint


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"status": "failed", "error": RATE_LIMIT}).encode(),
        json.dumps({"error": RATE_LIMIT}).encode(),
        frame(type="response.failed", response={"status": "failed", "error": RATE_LIMIT}),
        b": ping\n\ndata: nonsense\n\n" + frame(error=RATE_LIMIT),
    ],
)
def test_a_rate_limit_in_the_body_of_a_success_is_a_refusal(body: bytes) -> None:
    with pytest.raises(StatusError, match="rate limit exceeded") as refused:
        read(body)
    assert refused.value.status == 429
    assert refused.value.hint


def test_a_rate_limit_after_the_first_event_ends_the_response() -> None:
    failed = read(DELTA, frame(type="error", **RATE_LIMIT))[-1]
    error = ErrorBody(RATE_LIMIT["message"], "server_error")
    assert failed == Failed(Response(status="failed", error=error))


def test_a_failure_that_repeats_the_key_is_not_repeated() -> None:
    failed = read(frame(error={"code": "InvalidApiKey", "message": f"Wrong key {KEY}\n!"}))[-1]
    error = ErrorBody("Wrong key sk-… !", "InvalidApiKey")
    assert failed == Failed(Response(status="failed", error=error))


def test_a_message_that_cannot_be_read_is_skipped() -> None:
    stream = b"data: null\n\ndata: 3\n\ndata: {oh\n\n" + COMPLETED
    assert read(stream) == [Unreadable()] * 3 + [Completed(Response("r"))]


def test_a_reading_begins_with_its_first_readable_event() -> None:
    reading = Reading(HERE)
    reading.feed(b": ping\n\ndata: null\n\n")
    assert not reading.began
    reading.feed(DELTA)
    assert reading.began


@pytest.mark.parametrize("body", [b"", b"\n\n", b": ping\n\n", b"[]", b"Hello"])
def test_a_body_without_an_event_gives_none(body: bytes) -> None:
    reading = Reading(HERE)
    assert reading.feed(body) + reading.close() == []
    assert not reading.began
