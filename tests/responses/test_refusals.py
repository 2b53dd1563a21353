from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.responses.endpoint import Endpoint
from qwen_magic.responses.refusals import (
    is_rate_limit,
    is_unknown_response,
    refusal,
    response_error,
    retry_seconds,
)
from qwen_magic.responses.response import ErrorBody

KEY = "sk-0123456789abcdef"
SINGAPORE = Endpoint("https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "singapore", KEY)
LOCAL = Endpoint("http://localhost:8000/v1")
LEGACY = Endpoint("https://dashscope.aliyuncs.com/api/v2/apps/protocols/compatible-mode/v1")
DATE = "Fri, 27 Jun 2025 12:00:00 GMT"


def said(status: int, body: object, endpoint: Endpoint = SINGAPORE) -> tuple[str, str, str]:
    """Return a refusal's message, code and hint."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    error = refusal(status, {}, content, endpoint)
    assert error.status == status
    return str(error.args[0]), error.code, error.hint


@pytest.mark.parametrize(
    ("body", "message", "code"),
    [
        (
            {"request_id": "q", "code": "InvalidParameter", "message": "Bad."},
            "HTTP 400 InvalidParameter: Bad.",
            "InvalidParameter",
        ),
        (
            {"error": {"message": "Bad.", "type": "t", "code": "c"}, "request_id": "q"},
            "HTTP 400 c: Bad.",
            "c",
        ),
        ({"error": {"message": "Bad.", "code": 400}}, "HTTP 400 400: Bad.", "400"),
        ({"error": "Bad."}, "HTTP 400: Bad.", ""),
        ({"detail": "Bad."}, "HTTP 400: Bad.", ""),
        ({"detail": [{"msg": "Bad."}]}, 'HTTP 400: [{"msg": "Bad."}]', ""),
        (b"<html><title>Bad\nGateway</title>", "HTTP 400: an HTML page, 'Bad Gateway'", ""),
        (b"  <!doctype html><p>no title", "HTTP 400: an HTML page", ""),
        (b"", "HTTP 400: no further word", ""),
        (b"plain words", "HTTP 400: plain words", ""),
        (b"\xff\xfe", "HTTP 400: \ufffd\ufffd", ""),
        ([], "HTTP 400: []", ""),
    ],
)
def test_a_refusal_is_told_whatever_the_shape_of_its_body(
    body: object, message: str, code: str
) -> None:
    assert said(400, body)[:2] == (message, code)


@pytest.mark.parametrize(
    ("status", "code", "hint"),
    [
        (400, "InvalidParameter", "--dry-run"),
        (400, "Arrearage", "overdue payment"),
        (400, "DataInspectionFailed", "content filter"),
        (404, "model_not_found", "check the model's name"),
        (403, "AccessDenied.Unpurchased", "no access to this model"),
        (403, "", "no access to this model or workspace"),
        (404, "", "check the base URL"),
        (400, "invalid_value", "--dry-run shows what is sent"),
        (402, "", "no credit left"),
        (405, "", "check the base URL"),
        (422, "", "--dry-run shows what is sent"),
        (413, "", "too large"),
        (429, "Throttling.RateQuota", "wait a little"),
        (429, "", "wait a little"),
        (500, "InternalError", "the server has a problem"),
        (502, "", "the server has a problem"),
    ],
)
def test_each_refusal_has_its_next_step(status: int, code: str, hint: str) -> None:
    assert hint in said(status, {"code": code, "message": "Oh."})[2]


def test_a_refused_key_names_the_region_and_the_address() -> None:
    hint = said(401, {"code": "InvalidApiKey", "message": "Oh."})[2]
    assert hint.startswith("keys belong to a region and a billing plan, some to their workspace's")
    assert "region singapore" in hint
    assert SINGAPORE.base_url in hint


def test_a_refused_key_without_a_region_names_the_address() -> None:
    assert said(401, {}, LOCAL)[2].endswith(f"this one was sent to {LOCAL.base_url}")


@pytest.mark.parametrize("status", [404, 410])
def test_the_retired_path_names_its_successor(status: int) -> None:
    assert said(status, b"", LEGACY)[2] == f"this path is retired: use {LEGACY.current_base}"


@pytest.mark.parametrize(
    "message",
    [
        "Response with id 'resp_1' not found.",
        "llama.cpp does not support 'previous_response_id'.",
        "Previous response with id 'resp_1' not found.",
        "HTTP 400 previous_response_not_found: no further word",
        "Unsupported parameter: previous_response_id",
    ],
)
def test_an_unknown_response_is_known_by_its_words(message: str) -> None:
    assert is_unknown_response(message)
    assert "--new" in said(400, {"message": message})[2]
    assert "--new" in response_error(ErrorBody(message)).hint


@pytest.mark.parametrize(
    "error",
    [
        ErrorBody("<400> InternalError.Algo: Range of input length should be [1, 129024]"),
        ErrorBody("request (2060 tokens) exceeds the available context size (2048 tokens)"),
        ErrorBody("This model's maximum context length is 8192 tokens."),
        ErrorBody("Oh.", "context_length_exceeded"),
        ErrorBody("Your prompt is too long."),
    ],
)
def test_a_question_that_is_too_long_has_its_next_step(error: ErrorBody) -> None:
    assert "start afresh with --new" in response_error(error).hint
    fields = {"code": error.code or "InvalidParameter", "message": error.message}
    assert "%qwen_chain --rewind N" in said(400, fields)[2]


def test_other_words_are_no_unknown_response() -> None:
    assert not is_unknown_response("Model 'x' not found.")


@pytest.mark.parametrize(
    "error",
    [
        ErrorBody("Upstream request failed: rate limit exceeded", "server_error"),
        ErrorBody("Oh", "Throttling.RateQuota"),
        ErrorBody("Oh", "rate_limit_exceeded"),
        ErrorBody("Too Many Requests"),
    ],
)
def test_a_rate_limit_is_known_by_its_words(error: ErrorBody) -> None:
    assert is_rate_limit(error)


@pytest.mark.parametrize("error", [None, ErrorBody(), ErrorBody("Oh", "server_error")])
def test_other_errors_are_no_rate_limit(error: ErrorBody | None) -> None:
    assert not is_rate_limit(error)


def test_a_rate_limit_with_the_status_of_a_success_counts_as_one() -> None:
    error = refusal(200, {}, b'{"error":{"message":"rate limit exceeded"}}', LOCAL)
    assert error.status == 429


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0),
        (" 1.5 ", 1.5),
        ("0", 0.0),
        ("Fri, 27 Jun 2025 12:00:07 GMT", 7.0),
        ("Fri, 27 Jun 2025 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-3", None),
        ("", None),
        ("inf", None),
        ("Fri, 27 Jun 2025 12:00:07 +99999999999999", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_seconds({"retry-after": value, "date": DATE}) == seconds


def test_a_date_to_retry_after_needs_a_date_to_count_from() -> None:
    assert retry_seconds({"retry-after": DATE}) is None


@given(st.text(), st.text())
def test_no_header_raises(value: str, date: str) -> None:
    retry_seconds({"retry-after": value, "date": date})


@given(st.integers(400, 599), st.binary())
def test_no_body_raises(status: int, content: bytes) -> None:
    assert "\n" not in str(refusal(status, {}, content, SINGAPORE).args[0])


def test_how_long_to_wait_is_told() -> None:
    error = refusal(429, {"retry-after": "60"}, b"", SINGAPORE)
    assert error.retry_after == 60
    assert "asks to wait 60 s" in error.hint


def test_a_servers_words_are_bounded_and_stand_on_one_line() -> None:
    message = said(400, {"message": "a\x1b[31m\n\u202e" + "b" * 10_000, "code": "c\n" * 999})[0]
    assert message.isprintable()
    assert len(message) < 1300


@pytest.mark.parametrize(
    "body",
    [
        {"message": f"Incorrect API key provided: {KEY}."},
        {"code": KEY, "message": "Oh."},
        {"error": f"{'x' * 590}{KEY}"},
        f"no key {KEY}".encode(),
        f"<title>{KEY}</title>".encode(),
    ],
)
def test_a_server_that_repeats_the_key_is_not_repeated(body: object) -> None:
    assert KEY[:11] not in " ".join(said(401, body))


def test_a_stand_in_for_a_key_is_no_secret() -> None:
    local = Endpoint("http://localhost/v1", key="none")
    assert said(400, {"message": "none of it"}, local)[0] == "HTTP 400: none of it"


@pytest.mark.parametrize(
    ("error", "message", "hint"),
    [
        (None, "the response failed: the server gave no reason", "run the cell again"),
        (
            ErrorBody("Oh.", "DataInspectionFailed"),
            "the response failed (DataInspectionFailed): Oh.",
            "filter",
        ),
        (
            ErrorBody("rate limit exceeded"),
            "the response failed: rate limit exceeded",
            "wait a little",
        ),
        (ErrorBody("a\nb"), "the response failed: a b", "run the cell again"),
    ],
)
def test_a_failed_response_is_told_in_one_line(
    error: ErrorBody | None, message: str, hint: str
) -> None:
    found = response_error(error)
    assert found.args[0] == message
    assert hint in found.hint
