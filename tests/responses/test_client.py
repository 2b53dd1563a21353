from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.errors import RequestError
from qwen_magic.responses.client import Client
from qwen_magic.responses.endpoint import Endpoint
from tests.responses.asking import ASKED, KEY, WHOLE, ask, client_of, serving, wait_for_threads
from tests.responses.rawserver import Act, answered, streamed

if TYPE_CHECKING:
    from qwen_magic.responses.request import Request


def test_an_answer_is_streamed() -> None:
    with serving(streamed(WHOLE)) as server:
        outcome = ask(server)
    assert outcome.error is None
    assert (outcome.turn.text, outcome.turn.status) == ("2 + 2 = 4", "completed")
    assert (outcome.turn.response_id, outcome.turn.model) == ("r", "qwen3.7-plus")


def test_the_request_is_what_the_api_reads() -> None:
    with serving(streamed(WHOLE)) as server:
        ask(server)
        (asked,) = server.asked
    assert asked.line == "POST /v1/responses HTTP/1.1"
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.headers["content-type"] == "application/json"
    assert "text/event-stream" in asked.headers["accept"]
    assert "x-dashscope-session-cache" not in asked.headers
    assert json.loads(asked.body) == {"model": "qwen3.7-plus", "input": "2 + 2?", "stream": True}


def test_a_server_that_asks_for_no_key_gets_none() -> None:
    with (
        serving(streamed(WHOLE)) as server,
        closing(Client(Endpoint(f"{server.url}/v1", proxies=False))) as client,
    ):
        assert ask(client).turn.text == "2 + 2 = 4"
        assert "authorization" not in server.asked[0].headers


def test_the_session_cache_is_asked_for_in_a_header() -> None:
    with serving(streamed(WHOLE)) as server, closing(client_of(server)) as client:
        list(client.stream(replace(ASKED, session_cache=True)))
        assert server.asked[0].headers["x-dashscope-session-cache"] == "enable"


@pytest.mark.parametrize("refused", [replace(ASKED, model=""), replace(ASKED, input=[{"a": b""}])])
def test_what_cannot_be_sent_never_reaches_the_server(refused: Request) -> None:
    with serving(streamed(WHOLE)) as server, closing(client_of(server)) as client:
        with pytest.raises(RequestError):
            list(client.stream(refused))
        assert server.asked == []


def test_a_whole_response_is_an_answer() -> None:
    message = {"type": "message", "content": [{"type": "output_text", "text": "4"}]}
    body = {"id": "r", "status": "completed", "model": "qwen3.7-plus", "output": [message]}
    with serving(answered(200, json.dumps(body).encode())) as server:
        turn = ask(server).turn
    assert (turn.text, turn.status, turn.response_id) == ("4", "completed", "r")


def test_a_whole_response_may_call_itself_a_stream() -> None:
    body = b'{"id": "r", "status": "completed", "output": []}'
    with serving(answered(200, body, Content_Type="text/event-stream")) as server:
        assert ask(server).turn == Turn("2 + 2?", "completed", "r")


def test_the_second_request_uses_the_same_connection() -> None:
    scripts = [streamed(WHOLE), answered(429), streamed(WHOLE), streamed(WHOLE)]
    with serving(*scripts) as server, closing(client_of(server)) as client:
        texts = [ask(client).turn.text for _ in range(3)]
        assert texts == ["2 + 2 = 4"] * 3
        assert [asked.connection for asked in server.asked] == [1, 1, 1, 1]


def test_a_connection_is_kept_that_ends_a_moment_after_its_last_event() -> None:
    *begun, end = streamed(WHOLE)
    scripts = [[*begun, 0.02, end], streamed(WHOLE)]
    with serving(*scripts) as server, closing(client_of(server)) as client:
        outcomes = [ask(client)]
        wait_for_threads()
        outcomes.append(ask(client))
        assert [asked.connection for asked in server.asked] == [1, 1]
    assert [outcome.turn.text for outcome in outcomes] == ["2 + 2 = 4"] * 2


def test_a_connection_that_the_server_closed_meanwhile_is_opened_anew() -> None:
    scripts = [[*streamed(WHOLE), Act.CLOSE], streamed(WHOLE)]
    with serving(*scripts) as server, closing(client_of(server)) as client:
        assert [ask(client).turn.text for _ in range(2)] == ["2 + 2 = 4"] * 2
        assert [asked.connection for asked in server.asked] == [1, 2]


def test_an_answer_that_never_closes_does_not_hold_up_the_next_one() -> None:
    scripts = [[*streamed(WHOLE)[:-1], Act.HOLD], streamed(WHOLE)]
    with serving(*scripts) as server, closing(client_of(server)) as client:
        outcomes = [ask(client) for _ in range(2)]
        assert server.gone.wait(60)
    assert [outcome.turn.text for outcome in outcomes] == ["2 + 2 = 4"] * 2
    assert all(outcome.seconds < 2 for outcome in outcomes)


def test_a_client_that_was_closed_leaves() -> None:
    with serving([Act.HOLD]) as server:
        client = client_of(server)
        batches = client.stream(ASKED)
        next(batches)
        assert server.holding.wait(60)
        client.close()
        assert server.gone.wait(60)
        batches.close()
