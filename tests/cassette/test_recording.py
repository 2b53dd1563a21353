from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from qwen_magic.cassette.tape import FIRST_LINE, Asked
from qwen_magic.cassette.writing import Tape
from qwen_magic.errors import CassetteError, RequestError, WireError
from qwen_magic.responses.endpoint import without_secrets
from tests.cassette.lessons import (
    asked,
    body_of,
    lines,
    playing,
    post,
    recording,
    recording_client,
    taped,
)
from tests.responses.asking import COMPLETED, CREATED, KEY, WHOLE, ask, delta, serving
from tests.responses.rawserver import CHUNKED, OPENED, Act, answered, chunk, streamed
from tests.responses.test_leaving import leave
from tests.slowness import slowness

if TYPE_CHECKING:
    from pathlib import Path

    from tests.responses.rawserver import RawServer, Script

THROTTLED = b'{"code":"Throttling","message":"Slow down."}'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lesson.jsonl"


def record(path: Path, *scripts: Script) -> RawServer:
    """Ask a scripted server once for each of its scripts."""
    with serving(*scripts) as server, closing(recording_client(path, server.url)) as client:
        while server.scripts:
            ask(client)
    return server


def test_an_exchange_is_written_as_it_happened(path: Path) -> None:
    record(path, streamed(CREATED, delta("4"), COMPLETED))
    (track,) = taped(path)
    body = {"model": "qwen3.7-plus", "input": "2 + 2?", "stream": True}
    assert track.asked == Asked("POST", "/v1/responses", body)
    assert track.head is not None
    assert (track.head.status, track.head.headers) == (200, {"content-type": "text/event-stream"})
    assert body_of(track) == CREATED + delta("4") + COMPLETED
    assert track.end.how == "whole"
    times = [track.head.at, *(piece.at for piece in track.pieces), track.end.at]
    assert times == sorted(times)
    assert KEY not in path.read_text()


def test_the_answer_is_not_changed_by_recording(path: Path) -> None:
    with serving(streamed(WHOLE)) as server:
        plain = ask(server)
    with serving(streamed(WHOLE)) as server, closing(recording_client(path, server.url)) as client:
        assert ask(client).turn == plain.turn


def test_the_connection_is_kept_while_recording(path: Path) -> None:
    server = record(path, streamed(WHOLE), streamed(WHOLE))
    assert [asked.connection for asked in server.asked] == [1, 1]


def test_each_attempt_is_an_exchange_of_its_own(path: Path) -> None:
    refused = answered(429, THROTTLED, Retry_After="0", X_Request_Id="q1")
    with (
        serving(refused, streamed(WHOLE)) as server,
        closing(recording_client(path, server.url, pauses=(0.0, 0.0))) as client,
    ):
        assert ask(client).error is None
    first, second = taped(path)
    assert first.head is not None
    assert first.head.status == 429
    assert first.head.headers == {"content-type": "application/json", "retry-after": "0"}
    assert body_of(first) == THROTTLED
    assert first.asked == second.asked


def test_a_redirect_is_written_without_what_it_may_hide(path: Path) -> None:
    there = "https://me:pass@elsewhere.example/v1?token=t"
    record(path, answered(307, Location=there))
    record(path, answered(307, Location="/v2/responses?token=t"), streamed(WHOLE))
    found = [track.head.headers.get("location") for track in taped(path) if track.head]
    assert found == [without_secrets(there), "/v2/responses", None]


def test_a_cut_stream_is_broken(path: Path) -> None:
    record(path, [CHUNKED, chunk(CREATED + delta("2 + 2")), Act.RESET])
    (track,) = taped(path)
    assert (track.end.how, track.end.error) == ("broken", "ReadError")
    assert body_of(track) == CREATED + delta("2 + 2")


def test_a_connection_that_never_was_is_broken_too(path: Path) -> None:
    with closing(recording_client(path, "http://127.0.0.1:9", pauses=())) as client:
        assert isinstance(ask(client).error, WireError)
    (track,) = taped(path)
    assert (track.head, track.end.how, track.end.error) == (None, "broken", "ConnectError")


@pytest.mark.parametrize("sent", [[Act.HOLD], [CHUNKED, chunk(CREATED + delta("2")), Act.HOLD]])
def test_an_answer_that_is_stopped_is_left(path: Path, sent: Script) -> None:
    with serving(sent, sent, sent, streamed(WHOLE)) as server:
        client = recording_client(path, server.url)
        with closing(client):
            seconds = [leave(client, server)[1] for _ in range(3)]
            assert ask(client).error is None
    assert [track.end.how for track in taped(path)] == ["left", "left", "left", "whole"]
    assert min(seconds) < 0.1 * slowness()


def test_recording_goes_on_at_the_end_of_the_file(path: Path) -> None:
    record(path, streamed(WHOLE))
    before = path.read_bytes()
    record(path, streamed(WHOLE))
    assert path.read_bytes().startswith(before)
    assert path.read_bytes().count(FIRST_LINE) == 1
    assert len(taped(path)) == 2


@pytest.mark.parametrize("lost", [1, 2, 9])
def test_recording_goes_on_behind_a_line_that_was_cut(path: Path, lost: int) -> None:
    record(path, streamed(WHOLE), streamed(WHOLE))
    path.write_bytes(path.read_bytes()[:-lost])
    record(path, streamed(WHOLE))
    assert [track.end.how for track in taped(path)] == ["whole"] * 3  # only the end's line is cut
    assert all(lines(path))


@pytest.mark.parametrize("start", [b"", FIRST_LINE[:7], FIRST_LINE, FIRST_LINE[:-1]])
def test_recording_begins_where_nothing_was_recorded(path: Path, start: bytes) -> None:
    path.write_bytes(start)
    record(path, streamed(WHOLE))
    assert len(taped(path)) == 1


@pytest.mark.parametrize("content", [b"\n\nMy notes\n", b'{"cells": []}', b"x" * 5000])
def test_another_file_is_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with serving(streamed(WHOLE)) as server, closing(recording_client(path, server.url)) as client:
        outcome = ask(client)
        assert server.asked == []
    assert isinstance(outcome.error, CassetteError)
    assert "is no cassette" in outcome.message
    assert path.read_bytes() == content


@pytest.mark.parametrize("place", ["", "none/lesson.jsonl"])
def test_a_place_that_cannot_be_written_is_told_before_anything_is_sent(
    tmp_path: Path, place: str
) -> None:
    with (
        serving(streamed(WHOLE)) as server,
        closing(recording_client(tmp_path / place, server.url)) as client,
    ):
        outcome = ask(client)
        assert server.asked == []
    assert "cannot be written" in outcome.message
    assert isinstance(outcome.error, CassetteError)
    assert outcome.error.hint == "check the path, the rights to it and the room there"
    assert outcome.error.__cause__ is not None
    assert KEY not in repr(outcome.error.__cause__)


def test_two_writers_never_mix(path: Path) -> None:
    with closing(Tape(str(path))), pytest.raises(CassetteError, match="another question"):
        Tape(str(path))
    Tape(str(path)).close()


def test_two_recordings_into_one_file_take_turns(path: Path) -> None:
    for pieces in ([b"a"], [b"b"], [b"a"]):
        post(recording(path, pieces), asked())
    assert [body_of(track) for track in taped(path)] == [b"a", b"b", b"a"]


def test_a_compressed_answer_is_written_as_it_reads(path: Path) -> None:
    import gzip

    body = gzip.compress(WHOLE)
    script: Script = [
        OPENED.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n"),
        body,
        Act.CLOSE,
    ]
    record(path, script)
    (track,) = taped(path)
    assert body_of(track) == WHOLE
    assert post(playing(path), track.asked.body).content == WHOLE


def test_proxies_that_cannot_be_used_are_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "nonsense://127.0.0.1:9")
    from qwen_magic.cassette.recording import Recording

    with pytest.raises(RequestError, match="proxy"):
        Recording(str(path))


WRITER = """
import sys
from tests.cassette.lessons import Pieces, asked, post
from qwen_magic.cassette.recording import Recording

def pieces():
    yield b"data: one"
    print("begun", flush=True)
    sys.stdin.read()

path = sys.argv[1]
post(Recording(path, network=Pieces([b"whole"])), asked("First"))
post(Recording(path, network=Pieces(pieces())), asked("Second"))
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX")
def test_a_killed_process_leaves_what_was_whole(path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGKILL)
    assert [body_of(track) for track in taped(path)] == [b"whole"]
    assert lines(path)[-1]["text"] == "data: one"
    post(recording(path, [b"more"]), asked("Third"))
    assert [body_of(track) for track in taped(path)] == [b"whole", b"more"]


LIMITED = """
import resource, signal, sys
from tests.cassette.lessons import asked, post, recording
from pathlib import Path

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))
post(recording(Path(sys.argv[1]), [b"x" * 1000]), asked())
"""


@pytest.mark.skipif(os.name == "nt", reason="resource is POSIX")
def test_a_file_that_cannot_grow_is_told(path: Path) -> None:
    command = [sys.executable, "-c", LIMITED, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert f"the cassette {str(path)!r} cannot be written: File too large" in done.stderr
    assert path.stat().st_size == 500
    assert taped(path) == ()
