"""Answers that are not streams, over a real socket."""

from __future__ import annotations

import json

import pytest

from qwen_magic.errors import StatusError, WireError
from tests.responses.asking import CREATED, ask, frame, serving
from tests.responses.rawserver import answered, streamed

HTML = b"<!doctype html><html><head><title>Sign in</title></head></html>"


@pytest.mark.parametrize(
    ("status", "body", "message", "hint"),
    [
        (
            401,
            {"request_id": "q", "code": "InvalidApiKey", "message": "Invalid API-key provided."},
            "HTTP 401 InvalidApiKey: Invalid API-key provided.",
            "keys belong to a region",
        ),
        (
            400,
            {"request_id": "q", "code": "InvalidParameter", "message": "Bad."},
            "HTTP 400 InvalidParameter: Bad.",
            "--dry-run",
        ),
        (
            400,
            {"error": {"message": "Bad.", "type": "t", "code": "InvalidParameter"}},
            "HTTP 400 InvalidParameter: Bad.",
            "--dry-run",
        ),
        (
            404,
            {"error": {"message": "The model `x` does not exist.", "code": "model_not_found"}},
            "HTTP 404 model_not_found: The model `x` does not exist.",
            "check the model's name",
        ),
        (
            404,
            {"message": "Response with id 'resp_1' not found."},
            "HTTP 404: Response with id 'resp_1' not found.",
            "--new",
        ),
        (404, HTML, "HTTP 404: an HTML page, 'Sign in'", "check the base URL"),
        (422, {"detail": [{"msg": "Bad."}]}, 'HTTP 422: [{"msg": "Bad."}]', ""),
    ],
)
def test_a_refusal_is_told_with_its_next_step(
    status: int, body: object, message: str, hint: str
) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    with serving(answered(status, content)) as server:
        outcome = ask(server)
        assert len(server.asked) == 1
    assert isinstance(outcome.error, StatusError)
    assert (outcome.error.status, outcome.message) == (status, message)
    assert hint in outcome.hint
    assert outcome.turn.status == "queued"


def test_a_success_without_content_is_an_error() -> None:
    with serving(answered(204, Content_Length="0")) as server:
        outcome = ask(server)
    assert isinstance(outcome.error, WireError)
    assert outcome.message == "the server answered HTTP 204 No Content, without a response"
    assert "check the base URL" in outcome.hint


def test_a_page_in_place_of_a_stream_is_an_error() -> None:
    with serving(answered(200, HTML, Content_Type="text/html")) as server:
        outcome = ask(server)
    assert isinstance(outcome.error, WireError)
    assert outcome.message == "the server answered with an HTML page"
    assert "check the base URL" in outcome.hint


@pytest.mark.parametrize("body", [b"", b"OK", b"[1]", b": ping\n\n", b"null"])
def test_a_success_without_an_event_is_an_error(body: bytes) -> None:
    with serving(answered(200, body)) as server:
        outcome = ask(server)
    assert isinstance(outcome.error, WireError)
    assert outcome.message == "the server's answer holds no event"
    assert "check the base URL" in outcome.hint


def test_a_refusal_with_the_status_of_a_success_is_told() -> None:
    with serving(answered(200, b'{"code":"InvalidParameter","message":"Bad."}')) as server:
        outcome = ask(server)
    assert isinstance(outcome.error, StatusError)
    assert outcome.message == "HTTP 200 InvalidParameter: Bad."


@pytest.mark.parametrize(
    "event",
    [
        frame("response.failed", response={"error": {"code": "c", "message": "Oh."}}),
        frame("error", code="c", message="Oh."),
        b'data: {"error":{"code":"c","message":"Oh."}}\n\n',
    ],
    ids=["failed", "error", "untyped"],
)
@pytest.mark.parametrize("start", [b"", CREATED], ids=["first", "later"])
def test_a_failure_within_the_stream_ends_the_turn(start: bytes, event: bytes) -> None:
    with serving(streamed(start + event)) as server:
        outcome = ask(server)
    assert outcome.error is None
    assert (outcome.turn.status, outcome.turn.error) == ("failed", "the response failed (c): Oh.")


def test_what_speaks_no_http_is_an_error() -> None:
    nonsense = b"SSH-2.0-OpenSSH_9.6\r\n\r\n"
    with serving([nonsense], [nonsense], [nonsense]) as server:
        outcome = ask(server)
    assert isinstance(outcome.error, WireError)
    assert outcome.message.startswith("the connection broke: ")
