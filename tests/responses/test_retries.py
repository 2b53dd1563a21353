"""What we try again, when, and how often, over a real socket."""

from __future__ import annotations

import json
from contextlib import closing
from email.utils import formatdate
from time import monotonic, time

import pytest

from qwen_magic.errors import StatusError
from tests.responses.asking import ASKED, CREATED, WHOLE, ask, client_of, frame, serving
from tests.responses.rawserver import Act, answered, streamed

LIMITED = {"code": "server_error", "message": "Upstream request failed: rate limit exceeded."}
FAILED = {"status": "failed", "error": LIMITED}


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_what_may_pass_is_tried_again(status: int) -> None:
    with serving(answered(status), answered(status), streamed(WHOLE)) as server:
        outcome = ask(server)
        assert [asked.body for asked in server.asked] == [server.asked[0].body] * 3
    assert outcome.turn.text == "2 + 2 = 4"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422])
def test_what_will_not_pass_is_not_tried_again(status: int) -> None:
    with serving(answered(status), streamed(WHOLE)) as server:
        outcome = ask(server)
        assert len(server.asked) == 1
    assert isinstance(outcome.error, StatusError)


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (500, b"", "HTTP 500: no further word"),
        (502, b"<html><title>502 Bad Gateway</title>", "HTTP 502: an HTML page, '502 Bad Gateway'"),
        (429, b'{"code":"Throttling","message":"Slow down."}', "HTTP 429 Throttling: Slow down."),
    ],
)
def test_after_two_more_attempts_the_refusal_is_told(
    status: int, body: bytes, message: str
) -> None:
    with serving(*[answered(status, body)] * 3, streamed(WHOLE)) as server:
        outcome = ask(server)
        assert len(server.asked) == 3
    assert isinstance(outcome.error, StatusError)
    assert outcome.message == message
    assert outcome.hint


@pytest.mark.parametrize(
    "limited",
    [
        answered(200, json.dumps(FAILED).encode()),
        answered(200, json.dumps({"error": LIMITED}).encode()),
        streamed(frame("response.failed", response=FAILED)),
        streamed(b": ping\n\n", frame("error", **LIMITED)),
    ],
    ids=["response", "error", "first event", "error event"],
)
def test_a_rate_limit_with_the_status_of_a_success_is_tried_again(
    limited: list[bytes | float | Act],
) -> None:
    with serving(limited, limited, streamed(WHOLE)) as server:
        assert ask(server).turn.text == "2 + 2 = 4"
    with serving(*[limited] * 3) as server:
        outcome = ask(server)
    assert isinstance(outcome.error, StatusError)
    assert "rate limit exceeded" in outcome.message
    assert outcome.error.status == 429


def test_a_rate_limit_after_the_first_event_is_not_tried_again() -> None:
    limited = streamed(CREATED + frame("response.failed", response=FAILED))
    with serving(limited, streamed(WHOLE)) as server:
        outcome = ask(server)
        assert len(server.asked) == 1
    assert (outcome.error, outcome.turn.status) == (None, "failed")
    assert "rate limit exceeded" in outcome.turn.error


def test_a_pause_lies_between_the_attempts() -> None:
    with serving(answered(500), answered(500), streamed(WHOLE)) as server:
        outcome = ask(server, pause=0.2)
    assert outcome.turn.text == "2 + 2 = 4"
    assert 0.3 <= outcome.seconds < 3


def test_a_short_time_to_retry_after_is_waited_for() -> None:
    with serving(answered(429, Retry_After="0.3"), streamed(WHOLE)) as server:
        outcome = ask(server)
    assert outcome.turn.text == "2 + 2 = 4"
    assert 0.3 <= outcome.seconds < 3


def test_a_date_to_retry_after_counts_from_the_servers_clock() -> None:
    then = time() - 86_400
    limited = answered(
        429, Date=formatdate(then, usegmt=True), Retry_After=formatdate(then + 1, usegmt=True)
    )
    with serving(limited, streamed(WHOLE)) as server:
        outcome = ask(server)
    assert outcome.turn.text == "2 + 2 = 4"
    assert 0.9 <= outcome.seconds < 4


@pytest.mark.parametrize(
    "value", ["11", "3600", formatdate(time() + 86_400, usegmt=True)], ids=["11", "3600", "a date"]
)
def test_a_long_time_to_retry_after_is_told_and_not_waited_for(value: str) -> None:
    with serving(answered(429, Retry_After=value), streamed(WHOLE)) as server:
        outcome = ask(server)
        assert len(server.asked) == 1
    assert isinstance(outcome.error, StatusError)
    assert outcome.error.retry_after is not None
    assert f"asks to wait {outcome.error.retry_after:g} s" in outcome.hint
    assert outcome.seconds < 2


def test_an_abort_during_a_pause_ends_at_once() -> None:
    with serving(answered(429, Retry_After="9"), streamed(WHOLE)) as server:
        with closing(client_of(server)) as client, closing(client.stream(ASKED)) as batches:
            while not server.asked:
                assert next(batches) == []
            for _ in range(5):
                assert next(batches) == []
            began = monotonic()
        assert monotonic() - began < 5  # of nine
        assert len(server.asked) == 1


def test_while_it_waits_the_stream_keeps_saying_so() -> None:
    with (
        serving(answered(429, Retry_After="10"), streamed(WHOLE)) as server,
        closing(client_of(server)) as client,
        closing(client.stream(ASKED)) as batches,
    ):
        while not server.asked:
            next(batches)
        assert [next(batches) for _ in range(9)] == [[]] * 9
        assert len(server.asked) == 1
