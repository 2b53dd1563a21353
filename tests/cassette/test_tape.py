from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_magic.cassette.tape import (
    FIRST_LINE,
    VERSION,
    Asked,
    End,
    Head,
    Line,
    Raw,
    Started,
    Text,
    Track,
    tracks,
    written,
)
from qwen_magic.errors import CassetteError
from tests.cassette.lessons import asked, body_of, playing, post, recording, taped

NAME = "lesson.jsonl"
FIRST: list[Line] = [
    Asked("POST", "/v1/responses", asked("Was heißt 你好?")),
    Head(0.1, 200, {"content-type": "text/event-stream"}),
    Text(0.2, "data: \u2028你\n\n"),
    Raw(0.3, b"\xff\xfe"),
    End(0.4, "whole"),
]
SECOND: list[Line] = [
    Asked("POST", "/v1/responses", asked("Again")),
    End(0.1, "broken", "ConnectError", "refused"),
]
LESSON = FIRST_LINE + b"".join(map(written, [*FIRST, *SECOND]))
TRACKS = (
    Track(FIRST[0], FIRST[1], (FIRST[2], FIRST[3]), FIRST[4]),  # type: ignore[arg-type]
    Track(SECOND[0], None, (), SECOND[1]),  # type: ignore[arg-type]
)


def test_what_is_written_is_read() -> None:
    assert tracks(LESSON, NAME) == TRACKS


def test_every_line_is_an_object_that_says_what_it_is() -> None:
    first, *rest = map(json.loads, LESSON.decode().split("\n")[:-1])
    assert first == {"cassette": "qwen_magic", "version": 1}
    assert [line["line"] for line in rest] == [
        "request",
        "head",
        "text",
        "bytes",
        "end",
        "request",
        "end",
    ]


@pytest.mark.parametrize("end", range(len(LESSON)))
def test_a_file_cut_anywhere_gives_the_exchanges_before_the_cut(end: int) -> None:
    whole = len(FIRST_LINE) + len(b"".join(map(written, FIRST)))
    assert tracks(LESSON[:end], NAME) == TRACKS[: (end >= whole - 1) + (end >= len(LESSON) - 1)]


def test_an_exchange_that_was_cut_short_is_left_out_wherever_it_stands() -> None:
    lines = [*FIRST[:3], *SECOND]
    assert tracks(FIRST_LINE + b"".join(map(written, lines)), NAME) == TRACKS[1:]


@pytest.mark.parametrize(
    "body",
    [
        'data: {"type":"response.completed","response":{"id":"r","status":"completed"}}\n\n',
        'data: {"type":"response.incomplete","response":{"id":"r"}}\r\n\r\ndata: [DONE]\r\n\r\n',
        'data: {"type":"response.failed","response":{"id":"r","error":{"code":"c"}}}\n\n',
        ' {"id":"r","status":"completed","output":[]}\n',
    ],
)
@pytest.mark.parametrize("after", [[], SECOND])
def test_an_answer_whose_writer_died_after_its_last_event_is_whole(
    body: str, after: list[Line]
) -> None:
    text = Text(0.2, body)
    lines = [*FIRST[:2], text, *after]
    found = tracks(FIRST_LINE + b"".join(map(written, lines)), NAME)
    whole = Track(FIRST[0], FIRST[1], (text,), End(0.2, "whole"))  # type: ignore[arg-type]
    assert found == (whole, *TRACKS[1:][: len(after)])
    for end in range(len(body.partition("data: [DONE]")[0].strip())):
        cut = [*FIRST[:2], Text(0.2, body[:end]), *after]
        assert tracks(FIRST_LINE + b"".join(map(written, cut)), NAME) == TRACKS[1:][: len(after)]


def test_an_editor_may_change_how_lines_end_and_what_the_file_begins_with() -> None:
    edited = b"\xef\xbb\xbf" + LESSON.replace(b"\n", b"\r\n") + b"\r\n\r\n"
    assert tracks(edited, NAME) == TRACKS


@pytest.mark.parametrize("damage", [b'{"line":"text"}', b"x", b"[]", b'{"line":"song"}', b"\xff"])
def test_a_damaged_line_is_named(damage: bytes) -> None:
    lines = LESSON.splitlines()
    lines[3] = damage
    with pytest.raises(CassetteError, match=r"line 4 of the cassette 'lesson.jsonl' is damaged"):
        tracks(b"\n".join(lines), NAME)


@pytest.mark.parametrize(
    "content",
    [b"{}\n", b"hello", b'{"cells": []}', b"\n", b"\nnotes", b'{"line":\n', b"\xff\xfe\n"],
)
def test_another_file_is_no_cassette(content: bytes) -> None:
    with pytest.raises(CassetteError, match=r"'lesson.jsonl' is no cassette"):
        tracks(content, NAME)


def test_a_newer_cassette_is_refused() -> None:
    with pytest.raises(CassetteError, match=f"has format {VERSION + 1}") as caught:
        tracks(written(Started("qwen_magic", VERSION + 1)) + b'{"line":"song"}\n', NAME)
    assert "upgrade" in caught.value.hint


PIECES = st.lists(st.one_of(st.binary(min_size=1), st.text(min_size=1).map(str.encode)))


@settings(deadline=None)
@given(PIECES)
def test_any_bytes_in_any_pieces_survive(pieces: list[bytes]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, NAME)
        post(recording(path, pieces), asked())
        (track,) = taped(path)
        assert body_of(track) == b"".join(pieces)
        assert post(playing(path), asked()).content == b"".join(pieces)


@settings(deadline=None)
@given(st.text(alphabet="añ你😀\u2028\n"), st.data())
def test_text_stays_text_wherever_it_is_cut(text: str, data: st.DataObject) -> None:
    content = text.encode()
    places = sorted(data.draw(st.sets(st.integers(0, len(content)))) | {0, len(content)})
    pieces = [content[a:b] for a, b in pairwise(places)]
    with TemporaryDirectory() as folder:
        path = Path(folder, NAME)
        post(recording(path, pieces), asked())
        (track,) = taped(path)
    assert all(isinstance(piece, Text) for piece in track.pieces)
    assert body_of(track) == content
