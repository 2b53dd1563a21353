from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_magic.errors import WireError
from qwen_magic.responses.sse import EVENT_LIMIT, Decoder
from tests.examples import tries
from tests.responses.cutting import cut_at, cuttings, one_by_one

BOM = b"\xef\xbb\xbf"
TOKENS = [
    *(
        b"data:",
        b"data:1\n",
        b"data: 2\n\n",
        b"data",
        b"dataset: x",
        b"id:1",
        b"event: e",
        b"retry: 9",
        b": ping",
    ),
    *(b"{", b" ", b":", b"\r", b"\n", b"\r\n", b"\n\n", b"\r\n\r\n", b"\r\r", BOM, BOM[:2]),
    *("\u2028".encode(), "\u2029".encode(), "\x85".encode(), b"\v\f\x1c\x1d\x1e", b"\xff", b"\0"),
]


def frames(*pieces: bytes) -> list[bytes]:
    decoder = Decoder()
    found = [frame for piece in pieces for frame in decoder.feed(piece)]
    return found + decoder.close()


def slowly_read(stream: bytes) -> list[bytes]:
    """Read a whole stream line by line, by the standard's rules."""
    found: list[bytes] = []
    data: list[bytes] = []
    for line in [*re.split(rb"\r\n|\r|\n", stream.removeprefix(BOM)), b""]:
        if not line and data:
            found.append(b"\n".join(data))
            data = []
        name, _, value = line.partition(b":")
        if name == b"data":
            data.append(value.removeprefix(b" "))
    return found


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_each_line_ending_ends_a_line(end: bytes) -> None:
    stream = end.join([b"event: a", b"data: 1", b"", b"data: 2", b"", b""])
    assert frames(stream) == [b"1", b"2"]


def test_line_endings_may_change_within_a_stream() -> None:
    assert frames(b"data: 1\r\n\rdata: 2\n\r\ndata: 3\r\rdata: 4\n\n") == [b"1", b"2", b"3", b"4"]


def test_a_crlf_cut_in_two_is_one_line_ending() -> None:
    assert frames(b"data: 1\r", b"\ndata: 2\r", b"", b"\n\r", b"\n") == [b"1\n2"]


def test_a_byte_order_mark_is_dropped() -> None:
    assert frames(BOM + b"data: 1\n\n") == [b"1"]


def test_a_byte_order_mark_that_arrives_in_pieces_is_dropped() -> None:
    assert frames(b"", b"\xef", b"", b"\xbb", b"\xbf", b"data: 1\n\n") == [b"1"]


def test_only_the_first_byte_order_mark_is_dropped() -> None:
    assert frames(b"data: 1\n\n" + BOM + b"data: 2\n\ndata: 3\n\n") == [b"1", b"3"]


def test_a_stream_of_only_a_cut_byte_order_mark_is_empty() -> None:
    assert frames(b"\xef\xbb") == []


def test_the_space_after_the_colon_is_optional() -> None:
    assert frames(b"data:1\n\ndata: 2\n\ndata:  3\n\n") == [b"1", b"2", b" 3"]


def test_the_last_event_needs_no_blank_line() -> None:
    assert frames(b"data: 1\n\ndata: 2") == [b"1", b"2"]
    assert frames(b"data: 1\n\ndata: 2\r") == [b"1", b"2"]


def test_comments_and_other_fields_carry_nothing() -> None:
    stream = b": ping\n\nid:1\n\nretry: 3\n\nid:2\nevent:e\n:HTTP_STATUS/200\ndata:{}\n\n:\n\n"
    assert frames(stream) == [b"{}"]


def test_a_field_that_only_begins_like_data_is_another_field() -> None:
    assert frames(b"dataset: 1\n\n data: 2\n\nDATA: 3\n\n") == []


def test_data_lines_of_one_event_are_joined() -> None:
    assert frames(b"data: {\ndata:\ndata\ndata: }\n\n") == [b"{\n\n\n}"]


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85", "\v", "\f", "\x1c", "\x1d", "\x1e"])
def test_what_python_takes_for_a_line_break_is_text(mark: str) -> None:
    text = f"a{mark}b".encode()
    assert frames(b"data: " + text + b"\n\n") == [text]


def test_empty_data_is_an_event() -> None:
    assert frames(b"data:\n\ndata\n\n") == [b"", b""]


def test_blank_lines_are_no_events() -> None:
    assert frames(b"\n\n\n\r\n\r\n\r\rdata: 1\n\n\n\n\n") == [b"1"]


def test_an_event_comes_as_soon_as_it_is_complete() -> None:
    decoder = Decoder()
    assert decoder.feed(b"data: 1\n") == []
    assert decoder.feed(b"\ndata: 2\r\n\r") == [b"1", b"2"]
    assert decoder.feed(b"\n") == []


def test_an_event_as_long_as_the_limit_is_read() -> None:
    data = b"x" * (EVENT_LIMIT - len(b"data: "))
    assert frames(b"data: " + data + b"\n\n") == [data]


def test_a_line_that_never_ends_is_refused() -> None:
    decoder = Decoder()
    assert decoder.feed(b"data: " + b"x" * EVENT_LIMIT) == []
    with pytest.raises(WireError, match="longer than 16 MB"):
        decoder.feed(b"x")


def test_what_came_before_an_endless_event_is_kept() -> None:
    decoder = Decoder()
    assert decoder.feed(b"data: 1\n\ndata: " + b"x" * EVENT_LIMIT + b"\n\n") == [b"1"]
    with pytest.raises(WireError, match="longer than 16 MB"):
        decoder.close()


def test_a_long_stream_of_short_events_is_not_refused() -> None:
    decoder = Decoder()
    piece = b"data: " + b"x" * 1000 + b"\n\n"
    assert sum(len(decoder.feed(piece * 1000)) for _ in range(20)) == 20_000


@settings(max_examples=tries(300))
@given(st.data(), st.lists(st.sampled_from(TOKENS), max_size=10), st.integers(1, 4))
def test_any_stream_cut_anywhere_gives_the_same_events(
    data: st.DataObject, tokens: list[bytes], times: int
) -> None:
    stream = b"".join(tokens) * times
    assert frames(*data.draw(cuttings(stream))) == slowly_read(stream)


@given(st.binary(max_size=60))
def test_any_bytes_one_by_one_give_the_same_events(stream: bytes) -> None:
    assert frames(*one_by_one(stream)) == slowly_read(stream)


def test_every_cut_of_a_vendor_stream_gives_the_same_events() -> None:
    stream = 'id:1\r\nevent:e\r\n:HTTP_STATUS/200\r\ndata:{"é":"\u2028😀"}\r\n\r\n'.encode() * 3
    whole = frames(stream)
    assert len(whole) == 3
    assert all(frames(*cut_at(stream, place)) == whole for place in range(len(stream)))
    assert frames(*one_by_one(stream)) == whole
