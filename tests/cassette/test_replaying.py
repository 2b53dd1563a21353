from __future__ import annotations

import json
import sys
from contextlib import closing
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest

from qwen_magic.cassette.matching import choose
from qwen_magic.cassette.tape import FIRST_LINE, Asked, End, Head, Line, Text, written
from qwen_magic.errors import CassetteError, StatusError, WireError
from qwen_magic.responses.client import Client
from tests.cassette.lessons import (
    REPLAYED,
    asked,
    playing,
    post,
    recording,
    recording_client,
    replaying_client,
    taped,
)
from tests.responses.asking import (
    ASKED,
    COMPLETED,
    CREATED,
    WHOLE,
    ask,
    delta,
    serving,
    wait_for_threads,
)
from tests.responses.rawserver import CHUNKED, Act, answered, chunk, streamed
from tests.slowness import slowness

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

    from tests.responses.asking import Outcome
    from tests.responses.rawserver import Script

BODY = {"model": "qwen3.7-plus", "input": "2 + 2?", "stream": True}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lesson.jsonl"


def tape(path: Path, *lines: Line) -> None:
    """Write a cassette whose exchanges answer `ASKED`."""
    path.write_bytes(FIRST_LINE + b"".join(map(written, lines)))


def both(path: Path, *scripts: Script) -> tuple[Outcome, Outcome]:
    """Ask a scripted server while recording, then its cassette."""
    with (
        serving(*scripts) as server,
        closing(recording_client(path, server.url, pauses=(0.0, 0.0))) as client,
    ):
        recorded = ask(client)
    with closing(replaying_client(path, patience=0.0)) as client:
        return recorded, ask(client)


REFUSED = b'{"code":"InvalidParameter","message":"No such thing."}'
SLOW = b'{"code":"Throttling","message":"Slow down."}'
SCRIPTS: dict[str, list[Script]] = {
    "a stream": [streamed(CREATED, delta("2 + 2"), delta(" = 4"), COMPLETED)],
    "one whole response": [answered(200, b'{"id":"r","status":"completed","output":[]}')],
    "a refusal": [answered(400, REFUSED)],
    "a refusal that is no JSON": [answered(503, b"<html>down</html>")] * 3,
    "a limit, then an answer": [answered(429, SLOW, Retry_After="0"), streamed(WHOLE)],
    "a limit for long": [answered(429, SLOW, Retry_After="600")],
    "a limit, three times": [answered(429, SLOW, Retry_After="0")] * 3,
    "a stream that is cut": [[CHUNKED, chunk(CREATED + delta("2 + 2")), Act.RESET]],
    "a stream that ends early": [streamed(CREATED, delta("2 + 2"))],
    "a head that is cut, then an answer": [[CHUNKED[:20], Act.RESET], streamed(WHOLE)],
    "a redirect": [answered(307, Location="/v2/responses"), streamed(WHOLE)],
    "a redirect to elsewhere": [answered(307, Location="https://elsewhere.example/v1")],
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_was_recorded_happens_again(path: Path, name: str) -> None:
    recorded, replayed = both(path, *SCRIPTS[name])
    assert replayed.turn == recorded.turn
    assert replayed.message == recorded.message
    assert replayed.hint == recorded.hint
    assert type(replayed.error) is type(recorded.error)


def test_the_same_bytes_come_again(path: Path) -> None:
    post(recording(path, [CREATED[:9], CREATED[9:], COMPLETED]), asked())
    assert post(playing(path), asked()).content == CREATED + COMPLETED


def test_a_limit_is_told_as_it_was(path: Path) -> None:
    recorded, replayed = both(path, *SCRIPTS["a limit for long"])
    assert isinstance(recorded.error, StatusError)
    assert isinstance(replayed.error, StatusError)
    assert replayed.error.retry_after == recorded.error.retry_after == 600


def test_at_once_nothing_is_waited_for(path: Path) -> None:
    head = Head(20.0, 429, {"retry-after": "9"})
    asked = Asked("POST", "/v1/responses", BODY)
    answer: list[Line] = [Head(30.0, 200), Text(60.0, WHOLE.decode()), End(90.0, "whole")]
    tape(path, asked, head, Text(21.0, SLOW.decode()), End(22.0, "whole"), asked, *answer)
    with closing(replaying_client(path, patience=0.0)) as client:
        outcome = ask(client)
    assert outcome.turn.text == "2 + 2 = 4"
    assert outcome.seconds < 9


@pytest.mark.parametrize("speed", [1.0, 4.0])
def test_pieces_come_in_the_recorded_rhythm(path: Path, speed: float) -> None:
    times = [0.2, 0.4, 0.41, 0.8]
    pieces = [CREATED, delta("2 + 2"), delta(" = 4"), COMPLETED]
    texts = [Text(at, data.decode()) for at, data in zip(times, pieces, strict=True)]
    tape(path, Asked("POST", "/v1/responses", BODY), Head(0.1, 200), *texts, End(0.8, "whole"))
    arrivals = []
    with closing(replaying_client(path, speed)) as client:
        began = monotonic()
        for events in client.stream(ASKED):
            arrivals += [monotonic() - began] * bool(events)
    assert arrivals[0] >= 0.2 / speed
    assert arrivals[1] >= 0.4 / speed
    assert 0.8 / speed <= arrivals[-1] < 0.8 / speed + 5 * slowness()


HEAD = Head(0.01, 200, {"content-type": "text/event-stream"})
LATE: dict[str, list[Line]] = {
    "before the head": [Head(60.0, 200)],
    "in the stream": [HEAD, Text(0.02, (CREATED + delta("2 + 2")).decode())],
}


@pytest.mark.parametrize("moment", LATE)
def test_leaving_is_prompt(path: Path, moment: str) -> None:
    tape(path, Asked("POST", "/v1/responses", BODY), *LATE[moment], End(90.0, "whole"))
    seconds = []
    with closing(replaying_client(path, 1.0)) as client:
        for _ in range(3):
            batches = client.stream(ASKED)
            for _ in range(4):
                next(batches)
            began = monotonic()
            batches.close()
            wait_for_threads()
            seconds.append(monotonic() - began)
    assert min(seconds) < 0.1 * slowness()


def test_asking_again_gives_the_same_again(path: Path) -> None:
    scripts = [streamed(CREATED, delta(text), COMPLETED) for text in ("one", "two")]
    with serving(*scripts) as server, closing(recording_client(path, server.url)) as client:
        assert [ask(client).turn.text for _ in range(2)] == ["one", "two"]
    with closing(replaying_client(path)) as client:
        assert [ask(client).turn.text for _ in range(5)] == ["one", "two", "one", "two", "one"]


def test_a_whole_answer_goes_before_one_that_was_stopped(path: Path) -> None:
    asked = Asked("POST", "/v1/responses", BODY)
    left: list[Line] = [HEAD, Text(0.1, (CREATED + delta("2")).decode()), End(0.2, "left")]
    tape(path, asked, *left, asked, HEAD, Text(0.1, WHOLE.decode()), End(0.2, "whole"))
    with closing(replaying_client(path)) as client:
        assert [ask(client).turn.text for _ in range(2)] == ["2 + 2 = 4"] * 2
    tape(path, asked, *left)
    with closing(replaying_client(path)) as client:
        outcome = ask(client)
    assert outcome.turn.text == "2"
    assert isinstance(outcome.error, CassetteError)
    assert outcome.message == "this answer was stopped while it was recorded"


def test_a_question_is_compared_only_with_equal_ones_however_many_there_are(path: Path) -> None:
    head, end = Head(0.0, 200, {"content-type": "application/json"}), End(0.0, "whole")
    lines = list[Line]()
    for number in range(300):
        request = Asked("POST", "/v1/responses", asked(f"{number % 100}"))
        lines += [request, head, Text(0.0, "{}"), end]
    tape(path, *lines)
    compared = list[int]()

    def count(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code is choose.__code__:
            compared.append(len(frame.f_locals["recorded"]))

    replaying = playing(path)
    sys.setprofile(count)
    try:
        assert post(replaying, asked("7")).json() == {}
    finally:
        sys.setprofile(None)
    assert compared == [3]


def test_a_miss_is_told_with_the_nearest_question(path: Path) -> None:
    post(recording(path, [WHOLE]), asked("What is 2 + 2?"))
    with pytest.raises(CassetteError) as caught:
        post(playing(path), asked("What is 2 + 3?"))
    assert str(caught.value) == (
        f"the cassette {str(path)!r} holds no answer to 'What is 2 + 3?'\n"
        "→ the nearest recorded question is 'What is 2 + 2?'; "
        "asked 'What is 2 + 3?' instead of 'What is 2 + 2?'"
    )


def test_a_secret_that_changed_is_no_difference(path: Path) -> None:
    def body(token: str) -> dict[str, Any]:
        url, headers = f"https://example.com/mcp?token={token}", {"Authorization": token}
        return asked(tools=[{"type": "mcp", "server_url": url, "headers": headers}])

    post(recording(path, [WHOLE]), body("teacher-tok3n"), Authorization="Bearer sk-12345678")
    assert "teacher-tok3n" not in path.read_text()
    assert post(playing(path), body("student-tok3n")).content == WHOLE


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "holds no whole exchange"),
        (FIRST_LINE, "holds no whole exchange"),
        (FIRST_LINE + b"x\n", "is damaged"),
        (b"My notes", "is no cassette"),
        (FIRST_LINE.replace(b"1", b"2"), "has format 2"),
    ],
)
def test_a_file_that_cannot_be_replayed_is_told(
    path: Path, content: bytes | None, told: str
) -> None:
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CassetteError) as caught:
        playing(path)
    assert told in str(caught.value)
    assert caught.value.hint


def test_a_folder_is_no_cassette(tmp_path: Path) -> None:
    with pytest.raises(CassetteError, match="Is a directory"):
        playing(tmp_path)


def test_an_error_of_a_kind_that_is_gone_breaks_the_connection(path: Path) -> None:
    tape(path, Asked("POST", "/v1/responses", BODY), End(0.1, "broken", "OddError", "odd"))
    with closing(Client(REPLAYED, transport=playing(path), pauses=())) as client:
        outcome = ask(client)
    assert isinstance(outcome.error, WireError)
    assert "odd" in outcome.message


def test_a_cassette_can_be_read_while_it_is_recorded(path: Path) -> None:
    post(recording(path, [WHOLE]), asked())
    line = written(Asked("POST", "/v1/responses", BODY))
    path.write_bytes(path.read_bytes() + line + line[:20])
    assert len(taped(path)) == 1
    assert json.loads(line)["line"] == "request"
