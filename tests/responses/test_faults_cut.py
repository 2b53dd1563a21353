"""Connections that end too early, over a real socket."""

from __future__ import annotations

import gzip
import zlib

import pytest

from qwen_magic.errors import WireError
from tests.responses.asking import COMPLETED, CREATED, WHOLE, ask, delta, serving
from tests.responses.rawserver import CHUNKED, OPENED, Act, Script, chunk, streamed

BEGUN = CREATED + delta("2 + 2")
GZIPPED = OPENED.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")


def in_the_middle(text: str = "ü") -> bytes:
    """Return an event that ends inside a character."""
    data = delta(text)
    return data[: data.index(text.encode()) + 1]


@pytest.mark.parametrize(
    "script",
    [
        [OPENED, BEGUN, 0.02, Act.RESET],
        [OPENED, BEGUN, delta(" = 4")[:40], 0.02, Act.RESET],
        [OPENED, BEGUN, in_the_middle(), 0.02, Act.RESET],
        [CHUNKED, chunk(BEGUN), 0.02, Act.RESET],
        [CHUNKED, chunk(BEGUN), b"zz\r\n", 0.02, Act.CLOSE],
        [CHUNKED, chunk(BEGUN), Act.CLOSE],
    ],
    ids=["reset", "in an event", "in a character", "chunked", "no chunk", "no end"],
)
def test_a_broken_connection_is_an_error_that_keeps_the_text(script: Script) -> None:
    with serving(script) as server:
        outcome = ask(server)
    assert isinstance(outcome.error, WireError)
    assert outcome.message.startswith("the connection broke: ")
    assert outcome.hint == "run the cell again"
    assert outcome.turn.text == "2 + 2"
    assert outcome.seconds < 2


@pytest.mark.parametrize(
    "script",
    [
        [OPENED, BEGUN, Act.CLOSE],
        [OPENED, BEGUN, delta(" = 4")[:40], Act.CLOSE],
        [OPENED, BEGUN, in_the_middle(), Act.CLOSE],
        [OPENED, BEGUN, b"data: [DONE]\n\n", Act.CLOSE],
        streamed(BEGUN),
        streamed(BEGUN, b": ping\n\n"),
    ],
    ids=["after an event", "in an event", "in a character", "done", "chunked", "comment"],
)
def test_an_end_without_a_last_event_is_an_error_that_keeps_the_text(script: Script) -> None:
    with serving(script) as server:
        outcome = ask(server)
    assert isinstance(outcome.error, WireError)
    assert outcome.message == "the stream ended before its last event"
    assert outcome.hint == "run the cell again"
    assert outcome.turn.text == "2 + 2"


@pytest.mark.parametrize("script", [[Act.RESET], [Act.CLOSE], [b"HTTP/1.1 2", Act.CLOSE]])
def test_a_connection_that_breaks_before_the_head_is_tried_thrice(script: Script) -> None:
    with serving(script, script, script, streamed(WHOLE)) as server:
        outcome = ask(server)
        assert len(server.asked) == 3
    assert isinstance(outcome.error, WireError)
    assert outcome.message.startswith("the connection broke: ")


def test_a_broken_connection_before_the_first_event_is_tried_again() -> None:
    broken: Script = [OPENED, 0.02, Act.RESET]
    with serving([Act.RESET], broken, streamed(WHOLE)) as server:
        outcome = ask(server)
        assert len(server.asked) == 3
    assert outcome.turn.text == "2 + 2 = 4"


def test_a_broken_connection_after_the_first_event_is_not_tried_again() -> None:
    with serving([OPENED, CREATED, 0.02, Act.RESET], streamed(WHOLE)) as server:
        outcome = ask(server)
        assert len(server.asked) == 1
    assert isinstance(outcome.error, WireError)
    assert outcome.turn.response_id == "r"


def test_a_server_that_is_not_there_is_named() -> None:
    with serving() as server:
        address = server.url
    outcome = ask(server)
    assert isinstance(outcome.error, WireError)
    assert outcome.message.startswith(f"no connection to {address}/v1: ")
    assert "check the network" in outcome.hint


def test_a_reset_may_overtake_what_was_sent_just_before() -> None:
    reset: Script = [OPENED, BEGUN, Act.RESET]
    with serving(reset, reset, reset) as server:
        outcome = ask(server)
    assert isinstance(outcome.error, WireError)
    assert outcome.turn.text in {"", "2 + 2"}


@pytest.mark.parametrize("end", [Act.CLOSE, Act.RESET])
@pytest.mark.parametrize("last", [COMPLETED, COMPLETED.rstrip()], ids=["whole", "no blank line"])
def test_how_the_connection_ends_after_the_last_event_does_not_matter(
    last: bytes, end: Act
) -> None:
    with serving([CHUNKED, chunk(BEGUN), chunk(last), 0.05, end]) as server:
        outcome = ask(server)
    assert outcome.error is None
    assert (outcome.turn.status, outcome.turn.text) == ("completed", "2 + 2")


def test_a_compressed_stream_is_read() -> None:
    with serving([GZIPPED, gzip.compress(WHOLE), Act.CLOSE]) as server:
        assert ask(server).turn.text == "2 + 2 = 4"


def test_a_compressed_stream_comes_as_it_is_sent() -> None:
    packer = zlib.compressobj(wbits=31)
    begun = packer.compress(BEGUN) + packer.flush(zlib.Z_SYNC_FLUSH)
    with serving([GZIPPED, begun, Act.HOLD]) as server:
        outcome = ask(server, timeout=0.3)
    assert outcome.turn.text == "2 + 2"


def test_a_cut_compressed_stream_keeps_the_text() -> None:
    packer = zlib.compressobj(wbits=31)
    begun = packer.compress(BEGUN) + packer.flush(zlib.Z_SYNC_FLUSH)
    with serving([GZIPPED, begun, Act.CLOSE]) as server:
        outcome = ask(server)
    assert outcome.message == "the stream ended before its last event"
    assert outcome.turn.text == "2 + 2"


def test_a_damaged_compression_is_an_error() -> None:
    with serving([GZIPPED, b"nothing of the kind", Act.CLOSE]) as server:
        outcome = ask(server)
    assert isinstance(outcome.error, WireError)
    assert outcome.message.startswith("the answer's compression is damaged")
