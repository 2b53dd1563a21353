from __future__ import annotations

from typing import Any

import pytest

from qwen_magic.responses.items import Message, Part
from qwen_magic.responses.response import (
    Echo,
    ErrorBody,
    Response,
    Usage,
    parse_error,
    parse_response,
    total,
)


def test_an_empty_object_is_an_empty_response() -> None:
    assert parse_response({}) == Response()


def test_a_whole_response_is_read() -> None:
    fields = {
        "id": "r",
        "model": "qwen3.7-plus",
        "status": "completed",
        "output": [{"type": "message", "content": [{"text": "Hi"}]}],
        "error": None,
        "incomplete_details": None,
    }
    message = Message(content=(Part("Hi"),))
    assert parse_response(fields) == Response("r", "qwen3.7-plus", "completed", (message,))


def test_usage_counts_cached_and_reasoning_tokens_and_tools() -> None:
    usage = {
        "input_tokens": 10,
        "output_tokens": 20,
        "total_tokens": 30,
        "input_tokens_details": {"cached_tokens": 4},
        "output_tokens_details": {"reasoning_tokens": 5},
        "x_tools": {"web_search": {"count": 2}},
        "x_details": [{"plugins": {"web_search": {"count": 2}}, "input_tokens": 10}],
    }
    found = parse_response({"usage": usage}).usage
    assert found is not None
    assert found == Usage(10, 20, 30, 4, 5, {"web_search": 2})
    assert found.x_details == ({"plugins": {"web_search": {"count": 2}}, "input_tokens": 10},)
    both = total(found, None, found)
    assert both is not None
    assert both.x_details == found.x_details * 2


def test_what_a_response_says_of_its_request_is_kept_without_secrets() -> None:
    secret = {"Authorization": "Bearer s3cret"}
    url = "https://me:s3cret@mcp.example.com/sse?key=s3cret"
    tools = [
        {"type": "web_search"},
        {"type": "mcp", "server_label": "m", "server_url": url, "headers": secret, "env": secret},
        {"type": "mcp", "server_url": "http://[s3cret"},
        {"type": "other", "headers": secret},
        "s3cret",
    ]
    fields = {"created_at": 1769169951, "parallel_tool_calls": False, "tools": tools}
    echo = parse_response(fields).echo
    assert (echo.created_at, echo.parallel_tool_calls) == (1769169951.0, False)
    assert [tool["type"] for tool in echo.tools] == ["web_search", "mcp", "mcp", "other"]
    assert echo.tools[1]["server_url"] == "https://mcp.example.com/sse?…"
    assert "s3cret" not in str(echo)


@pytest.mark.parametrize("value", [None, "x", [], {}, "NaN"])
def test_what_does_not_fit_in_an_echo_is_left_out(value: object) -> None:
    names = ("created_at", "parallel_tool_calls", "tools")
    assert parse_response(dict.fromkeys(names, value)).echo == Echo()


@pytest.mark.parametrize(
    "usage",
    [
        {"input_tokens": "10", "output_tokens": True, "total_tokens": 1.5},
        {"input_tokens_details": None, "output_tokens_details": [], "x_tools": {"a": {"count": 0}}},
        {"x_tools": {"a": 1, "b": {"count": "2"}}},
        {},
    ],
)
def test_usage_that_does_not_fit_counts_as_nothing(usage: dict[str, Any]) -> None:
    assert parse_response({"usage": usage}).usage == Usage()


@pytest.mark.parametrize("usage", [None, 3, "x", []])
def test_usage_may_be_missing(usage: object) -> None:
    assert parse_response({"usage": usage}).usage is None


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"request_id": "q", "code": "c", "message": "m"}, ErrorBody("m", "c", "q")),
        (
            {"error": {"message": "m", "type": "t", "code": "c"}, "request_id": "q"},
            ErrorBody("m", "c", "q"),
        ),
        ({"error": {"message": "m", "type": "t", "code": None}}, ErrorBody("m", "t")),
        ({"error": {"message": "m", "code": 400}}, ErrorBody("m", "400")),
        ({"error": "m", "code": "c"}, ErrorBody("m", "c")),
        ({"detail": "m"}, ErrorBody("m")),
        ({"detail": {"message": "m"}}, ErrorBody("m")),
        ({"detail": [{"msg": "m"}]}, ErrorBody('[{"msg": "m"}]')),
        ({"code": "c"}, ErrorBody("", "c")),
        ({"message": {"text": "m"}}, ErrorBody('{"text": "m"}')),
    ],
)
def test_an_error_is_read_in_each_of_its_shapes(fields: dict[str, Any], error: ErrorBody) -> None:
    assert parse_error(fields) == error


@pytest.mark.parametrize("fields", [{}, {"error": None}, {"error": {}}, {"status": "failed"}])
def test_what_holds_no_error_gives_none(fields: dict[str, Any]) -> None:
    assert parse_error(fields) is None
