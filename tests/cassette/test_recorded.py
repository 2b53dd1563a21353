"""Streams that other projects recorded, played by a server, recorded, and replayed."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.cassette.lessons import body_of, recording_client, replaying_client, taped
from tests.conversation.turn.test_recorded import INDEX, stream, streams
from tests.responses.asking import ask, serving
from tests.responses.rawserver import streamed

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not INDEX, reason="QWEN_MAGIC_RECORDED is not set")

PIECE = 997  # bytes: cuts through frames and characters


@pytest.mark.parametrize("name", streams())
def test_a_recorded_stream_is_the_same_from_a_cassette(name: str, tmp_path: Path) -> None:
    path, data = tmp_path / "lesson.jsonl", stream(name)
    pieces = [data[place : place + PIECE] for place in range(0, len(data), PIECE)]
    with (
        serving(streamed(*pieces)) as server,
        closing(recording_client(path, server.url, pauses=())) as client,
    ):
        live = ask(client)
    with closing(replaying_client(path, pauses=())) as client:
        replayed = ask(client)
    (track,) = taped(path)
    assert data.startswith(body_of(track))
    assert data[len(body_of(track)) :].strip() in {b"", b"data: [DONE]"}
    assert replayed.turn == live.turn
    assert replayed.message == live.message
