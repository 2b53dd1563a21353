"""What no server should send: it is skipped or repaired, and never raises."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.responses import events
from qwen_magic.responses.decoding import decode, from_response, join
from qwen_magic.responses.parsing import parse_item

ITEMS = (
    *("message", "reasoning", "function_call", "web_search_call", "web_extractor_call"),
    *("code_interpreter_call", "web_search_image_call", "image_search_call", "mcp_call"),
    *("mcp_list_tools", "mcp_approval_request", "file_search_call", "compaction", ""),
)
TEXTS = ("output_text", "refusal", "reasoning_text", "reasoning_summary_text")
TYPES = [
    *(f"response.{name}.{end}" for name in TEXTS for end in ("delta", "done")),
    *(f"response.{name}" for name in ("created", "completed", "incomplete", "failed", "odd")),
    *("response.output_item.added", "response.output_item.done", "response.mcp_call.completed"),
    *("response.function_call_arguments.done", "response.code_interpreter_call_code.delta"),
    *("error", "", "[DONE]"),
]
KEYS = (
    *("type", "id", "status", "item", "response", "output", "delta", "text", "arguments", "code"),
    *("output_index", "item_id", "content_index", "summary_index", "error", "message", "detail"),
    *("content", "summary", "action", "query", "queries", "sources", "url", "urls", "outputs"),
    *("results", "score", "logs", "tools", "name", "refusal", "annotations", "usage", "x_tools"),
    *("incomplete_details", "reason", "input_tokens", "output_tokens_details", "count"),
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(), max_size=5),
    st.sampled_from([*TYPES, *ITEMS, 10**400, "\ud800", "\udc00"]),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
    ),
    max_leaves=20,
)
OBJECTS = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=8)


@given(st.binary())
def test_no_bytes_raise(data: bytes) -> None:
    join([decode(data)])


@given(OBJECTS, st.sampled_from(TYPES))
def test_no_object_raises(fields: dict[str, Any], kind: str) -> None:
    join([decode(json.dumps({**fields, "type": kind}).encode())])


@given(OBJECTS, st.sampled_from(ITEMS))
def test_no_item_raises(fields: dict[str, Any], kind: str) -> None:
    parse_item({**fields, "type": kind})


@given(OBJECTS)
def test_no_whole_response_raises(fields: dict[str, Any]) -> None:
    from_response(fields)


@pytest.mark.parametrize("start", [b'{"type":"response.output_item.done","item":{"id":', b""])
def test_no_depth_raises(start: bytes) -> None:
    for depth in (*range(800, 1010), 100_000):
        decode(start + b"[" * depth + b"]" * depth + b"}}" * bool(start))


@pytest.mark.parametrize("data", [b"null", b"3", b'"x"', b"[]", b"{", b"nonsense", b"\xff\xfe"])
def test_what_is_no_object_is_unreadable(data: bytes) -> None:
    assert decode(data) == events.Unreadable()


@pytest.mark.parametrize("data", [b"[DONE]", b" [DONE]\n"])
def test_the_closing_word_of_other_servers_is_no_error(data: bytes) -> None:
    assert decode(data) == events.Other("[DONE]")


@pytest.mark.parametrize("data", [b"", b" ", b"\n"])
def test_an_empty_message_says_nothing(data: bytes) -> None:
    assert decode(data) == events.Other("")


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (b"a\xffb", "a\ufffdb"),
        (b"\xe4\xbd", "\ufffd"),
        (b"a\\ud83d", "a\ufffd"),
        (b"\\udc00b", "\ufffdb"),
        (b"\\ud83d\\ude00", "\U0001f600"),
        (b"a\nb\tc", "a\nb\tc"),
        ("\u2028\u2029\x85\v\f".encode(), "\u2028\u2029\x85\v\f"),
    ],
)
def test_a_damaged_text_is_repaired(written: bytes, text: str) -> None:
    data = b'{"type":"response.output_text.delta","delta":"' + written + b'"}'
    assert decode(data) == events.TextDelta(delta=text)


def test_a_damaged_text_is_repaired_wherever_it_stands() -> None:
    data = b'{"type":"response.output_item.done","item":{"type":"message","content":"a\\ud83d"}}'
    event = decode(data)
    assert isinstance(event, events.ItemDone)
    assert event.item == parse_item({"type": "message", "content": "a\ufffd"})


def test_numbers_too_large_for_a_float_are_left_out() -> None:
    score = b"1" + b"0" * 400
    data = b'{"type":"response.output_item.done","item":{"type":"file_search_call","results":[{"score":'
    event = decode(data + score + b"}]}}")
    assert isinstance(event, events.ItemDone)
    assert event.item == parse_item({"type": "file_search_call", "results": [{}]})
