"""Every way to frame a stream, over a real socket."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from qwen_magic.errors import WireError
from tests.responses.asking import (
    ASKED,
    COMPLETED,
    CREATED,
    WHOLE,
    ask,
    client_of,
    delta,
    frame,
    serving,
)
from tests.responses.cutting import one_by_one
from tests.responses.rawserver import CHUNKED, LAST_CHUNK, OPENED, Act, chunk, streamed

SPACED = WHOLE.replace(b"data:", b"data: ").replace(b"event:", b"event: ")
DATA_ONLY = b"".join(line + b"\n\n" for line in WHOLE.split(b"\n") if line.startswith(b"data:"))
PRETTY = b"".join(
    b"".join(
        b"data: %b\n" % line
        for line in json.dumps(json.loads(data), indent=1).encode().split(b"\n")
    )
    + b"\n"
    for data in (line[5:] for line in WHOLE.split(b"\n") if line.startswith(b"data:"))
)
FRAMINGS = {
    "as the vendor": WHOLE,
    "CR": WHOLE.replace(b"\n", b"\r"),
    "CRLF": WHOLE.replace(b"\n", b"\r\n"),
    "byte order mark": b"\xef\xbb\xbf" + WHOLE,
    "with spaces": SPACED,
    "data alone": DATA_ONLY,
    "no blank line at the end": WHOLE.rstrip(b"\n"),
    "[DONE]": WHOLE + b"data: [DONE]\n\n",
    "comments": b": hi\n\n" + WHOLE.replace(b"\n\n", b"\n\n: keep-alive\n\n"),
    "ids alone": WHOLE.replace(b"\n\n", b"\n\nid:7\n\nretry:9\n\n"),
    "several data lines": PRETTY,
    "wrong event names": WHOLE.replace(b"event:response", b"event:error"),
    "unknown events": WHOLE.replace(b"\n\n", b'\n\ndata:{"type":"response.odd","x":[]}\n\n'),
}


@pytest.mark.parametrize("framing", FRAMINGS)
def test_every_framing_gives_the_answer(framing: str) -> None:
    with serving([OPENED, FRAMINGS[framing], Act.CLOSE]) as server:
        outcome = ask(server)
    assert outcome.error is None
    assert (outcome.turn.text, outcome.turn.status) == ("2 + 2 = 4", "completed")
    assert outcome.turn.skipped == 0


@pytest.mark.parametrize("framing", ["as the vendor", "CRLF", "byte order mark"])
def test_a_stream_may_come_one_byte_at_a_time(framing: str) -> None:
    with serving([OPENED, *one_by_one(FRAMINGS[framing]), Act.CLOSE]) as server:
        assert ask(server).turn.text == "2 + 2 = 4"


@pytest.mark.parametrize("framing", ["as the vendor", "CR"])
def test_a_stream_may_come_one_byte_a_chunk(framing: str) -> None:
    with serving(streamed(*one_by_one(FRAMINGS[framing]))) as server:
        assert ask(server).turn.text == "2 + 2 = 4"


@pytest.mark.parametrize("text", ["a\u2028b\u2029c", "a\x85b", "a\vb\fc", "北京 😀", "a\x1cb\x1d"])
def test_line_breaks_of_other_standards_are_text(text: str) -> None:
    raw = CREATED + b'data:{"type":"response.output_text.delta","delta":"%b"}\n\n' % text.encode()
    with serving(streamed(*one_by_one(raw), COMPLETED)) as server:
        outcome = ask(server)
    assert (outcome.turn.text, outcome.turn.skipped) == (text, 0)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a\xffb", "a\ufffdb"),
        (b"\xe4\xbd", "\ufffd"),
        (b"\\ud83d", "\ufffd"),
        (b"\\ud83d\\ude00", "😀"),
        (b"\xed\xa0\xbd", "\ufffd\ufffd\ufffd"),
    ],
)
def test_damaged_characters_are_replaced(data: bytes, text: str) -> None:
    damaged = b'data:{"type":"response.output_text.delta","delta":"' + data + b'"}\n\n'
    with serving(streamed(damaged, COMPLETED)) as server:
        outcome = ask(server)
    assert (outcome.turn.text, outcome.error) == (text, None)


@pytest.mark.parametrize("data", [b"{oh", b"null", b"3", b'"x"', b"[]", b"true", b"{}x", b"\xff"])
def test_an_event_that_cannot_be_read_is_skipped(data: bytes) -> None:
    stream = CREATED + b"data: " + data + b"\n\n" + delta("4") + COMPLETED
    with serving(streamed(stream)) as server:
        outcome = ask(server)
    assert outcome.error is None
    assert (outcome.turn.text, outcome.turn.skipped) == ("4", 1)


def test_an_event_of_8_mb_is_read() -> None:
    text = "x" * (8 * 1024 * 1024)
    with serving([OPENED, CREATED, delta(text), COMPLETED, Act.CLOSE]) as server:
        outcome = ask(server)
    assert outcome.turn.text == text


def test_a_line_that_never_ends_is_refused() -> None:
    endless = (b"x" * 1024 * 1024 for _ in range(100))
    with serving([OPENED, delta("4"), b"data: ", *[next(endless)] * 40, Act.HOLD]) as server:
        outcome = ask(server)
        assert server.gone.wait(60)
    assert isinstance(outcome.error, WireError)
    assert outcome.message == "one event is longer than 16 MB"
    assert outcome.hint
    assert outcome.turn.text == "4"


def test_events_after_the_last_one_change_nothing() -> None:
    late = delta("!") + frame("response.failed", response={}) + frame("error", message="Oh.")
    with serving([CHUNKED, chunk(WHOLE + late), 0.05, chunk(late), LAST_CHUNK]) as server:
        outcome = ask(server)
    assert outcome.error is None
    assert (outcome.turn.text, outcome.turn.status) == ("2 + 2 = 4", "completed")


def test_duplicated_and_out_of_order_numbers_do_not_matter() -> None:
    words = [delta(word) for word in ("2 ", "+ 2")]
    item = {"type": "message", "id": "m", "content": [{"type": "output_text", "text": "2 + 2"}]}
    done = frame("response.output_item.done", output_index=0, item=item)
    events = [CREATED, words[0], words[0], words[1], done, words[1], CREATED, done, COMPLETED]
    numbers = [7, 1, 1, 0, -3, 5, 7, 2, 2]
    stream = b"".join(
        event.replace(b'{"type"', b'{"sequence_number":%d,"type"' % number, 1)
        for event, number in zip(events, numbers, strict=True)
    )
    with serving(streamed(stream)) as server:
        assert ask(server).turn.text == "2 + 2"


def test_what_came_together_comes_as_one_list() -> None:
    script = streamed(delta("x") * 1000 + COMPLETED)
    with serving(script) as server, closing(client_of(server)) as client:
        batches = [events for events in client.stream(ASKED) if events]
    assert sum(len(events) for events in batches) < 100
