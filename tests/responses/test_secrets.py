"""No error contains the key: not in its words, not in a traceback that shows variables."""

from __future__ import annotations

import json
from traceback import TracebackException
from typing import TYPE_CHECKING

import pytest

from qwen_magic.errors import QwenError
from tests.responses.asking import ASKED, CREATED, KEY, ask, client_of, delta, frame, serving
from tests.responses.rawserver import CHUNKED, OPENED, Act, Script, answered, chunk, streamed

if TYPE_CHECKING:
    from qwen_magic.responses.client import Client

ECHO = f"Incorrect API key provided: {KEY}."
FAULTS: dict[str, Script] = {
    "reset before the head": [Act.RESET],
    "reset in the stream": [CHUNKED, chunk(CREATED + delta("2")), 0.02, Act.RESET],
    "cut stream": [OPENED, delta("2"), Act.CLOSE],
    "silence before the head": [Act.HOLD],
    "silence in the stream": [OPENED, CREATED, Act.HOLD],
    "no http": [f"{KEY}\r\n\r\n".encode()],
    "401": answered(401, json.dumps({"code": "InvalidApiKey", "message": ECHO}).encode()),
    "401 envelope": answered(401, json.dumps({"error": {"message": ECHO, "code": KEY}}).encode()),
    "401 text": answered(401, ECHO.encode()),
    "401 page": answered(401, f"<title>{ECHO}</title>".encode()),
    "500": answered(500, ECHO.encode()),
    "200 with an error": answered(200, json.dumps({"error": {"message": ECHO}}).encode()),
    "204": answered(204, Content_Length="0", X_Key=KEY),
    "a page": answered(200, f"<html>{KEY}".encode()),
    "redirect": answered(307, Location="https://elsewhere.example/"),
    "redirect in circles": answered(308, Location="/v1/responses"),
    "damaged compression": [
        OPENED.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n"),
        b"?",
    ],
}


def failure_of(client: Client) -> QwenError:
    try:
        list(client.stream(ASKED))
    except QwenError as error:
        return error
    pytest.fail("no error was raised")


@pytest.mark.parametrize("fault", FAULTS)
def test_no_error_shows_the_key(fault: str) -> None:
    with serving(*[[*FAULTS[fault], Act.CLOSE]] * 4) as server:
        client = client_of(server, timeout=0.3)
        error = failure_of(client)
        client.close()
        assert all(asked.headers["authorization"].endswith(KEY) for asked in server.asked)
    shown = "".join(TracebackException.from_exception(error, capture_locals=True).format())
    assert "self = " in shown
    for told in (str(error), repr(error), repr(vars(error)), shown):
        assert KEY not in told


def test_no_client_shows_its_key() -> None:
    with serving() as server:
        client = client_of(server)
        assert KEY not in f"{client!r}{client.endpoint!r}{vars(client)!r}{ASKED!r}"
        client.close()


@pytest.mark.parametrize(
    "event",
    [
        frame("response.failed", response={"error": {"code": "c", "message": ECHO}}),
        frame("error", message=ECHO),
        b'data: {"error":"%b"}\n\n' % ECHO.encode(),
    ],
)
def test_no_turn_that_failed_shows_the_key(event: bytes) -> None:
    with serving(streamed(CREATED + event)) as server:
        turn = ask(server).turn
    assert turn.status == "failed"
    assert "Incorrect API key" in turn.error
    assert KEY not in f"{turn!r}{turn.error}{turn.items!r}"
