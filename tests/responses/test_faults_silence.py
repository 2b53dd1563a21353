"""Servers that say nothing, or nothing new, over a real socket."""

from __future__ import annotations

from itertools import repeat

import pytest

from qwen_magic.errors import WireError
from tests.responses.asking import CREATED, WHOLE, ask, delta, serving
from tests.responses.rawserver import CHUNKED, OPENED, Act, answered, chunk, streamed

TIMEOUT = 0.3
BEGUN = CREATED + delta("2 + 2")
PINGS = {
    "comment": b": keep-alive\n\n",
    "blank line": b"\n",
    "id": b"id:1\n\n",
    "empty data": b"data:\n\n",
    "ping event": b'event: ping\ndata: {"type":"ping"}\n\n',
    "empty object": b"data: {}\n\n",
    "null": b"data: null\n\n",
    "unfinished event": b"data: 1\n",
    "bytes of one event": b"x",
}


@pytest.mark.parametrize("ping", PINGS)
def test_pings_for_ever_are_silence(ping: str) -> None:
    pings = (step for piece in repeat(chunk(PINGS[ping])) for step in (piece, 0.02))
    with serving(step for part in ([CHUNKED, chunk(BEGUN)], pings) for step in part) as server:
        outcome = ask(server, timeout=TIMEOUT)
        assert server.gone.wait(60)
    assert isinstance(outcome.error, WireError)
    assert outcome.message == "the server was silent for 0.3 s without an event"
    assert "QwenMagics.timeout" in outcome.hint
    assert outcome.turn.text == "2 + 2"
    assert TIMEOUT <= outcome.seconds < TIMEOUT + 2


def test_pings_before_the_first_event_are_silence() -> None:
    pings = (step for piece in repeat(b": ping\n\n") for step in (piece, 0.02))
    with serving(step for part in ([OPENED], pings) for step in part) as server:
        outcome = ask(server, timeout=TIMEOUT)
    assert outcome.message == "the server was silent for 0.3 s without an event"


def test_a_stall_before_the_head_is_told_and_not_tried_again() -> None:
    with serving([Act.HOLD], streamed(WHOLE)) as server:
        outcome = ask(server, timeout=TIMEOUT)
        assert server.gone.wait(60)
        assert len(server.asked) == 1
    assert isinstance(outcome.error, WireError)
    assert outcome.message == "the server was silent for 0.3 s before it answered"
    assert "QwenMagics.timeout" in outcome.hint
    assert TIMEOUT <= outcome.seconds < TIMEOUT + 2


@pytest.mark.parametrize(
    "begun",
    [[OPENED], [CHUNKED], [CHUNKED[:30]], [OPENED, BEGUN], [CHUNKED, chunk(BEGUN + b"data: {")]],
    ids=["head", "chunked head", "half a head", "event", "half an event"],
)
def test_a_stall_is_told_and_keeps_the_text(begun: list[bytes]) -> None:
    with serving([*begun, Act.HOLD], streamed(WHOLE)) as server:
        outcome = ask(server, timeout=TIMEOUT)
        assert server.gone.wait(60)
        assert len(server.asked) == 1
    assert isinstance(outcome.error, WireError)
    assert outcome.message.startswith("the server was silent for 0.3 s ")
    assert outcome.turn.text == ("2 + 2" if len(begun) > 1 else "")
    assert TIMEOUT <= outcome.seconds < TIMEOUT + 2


def test_a_slow_stream_is_not_silent() -> None:
    slowly = [step for word in ["2", "+", "2", "=", "4"] for step in (chunk(delta(word)), 0.2)]
    with serving([CHUNKED, *slowly, *streamed(WHOLE)[1:]]) as server:
        outcome = ask(server, timeout=TIMEOUT * 3)
    assert outcome.error is None
    assert outcome.seconds > TIMEOUT * 3


def test_a_stalled_error_body_is_not_waited_for() -> None:
    (whole,) = answered(400, b'{"code":"InvalidParameter","message":"Bad."}')
    assert isinstance(whole, bytes)
    with serving([whole[:-3], Act.HOLD]) as server:
        outcome = ask(server, timeout=TIMEOUT)
        assert server.gone.wait(60)
    assert outcome.message.startswith("HTTP 400: ")
    assert outcome.seconds < TIMEOUT + 2


def test_an_error_body_without_end_is_bounded() -> None:
    with serving([OPENED.replace(b"200 OK", b"400 No"), *[b"x" * 65536] * 200, Act.HOLD]) as server:
        outcome = ask(server)
        assert server.gone.wait(60)
    assert len(outcome.message) < 1000
    assert outcome.seconds < 5
