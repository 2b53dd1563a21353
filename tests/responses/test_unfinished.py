"""Answers that come before they are done, so that they have to be fetched."""

from __future__ import annotations

import json
import time
from contextlib import closing
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from qwen_magic.demo.server import DemoServer
from qwen_magic.errors import WireError
from qwen_magic.responses.client import Client
from qwen_magic.responses.endpoint import Endpoint
from qwen_magic.responses.events import Cancelled, Completed, Created
from qwen_magic.responses.request import Request
from tests.responses.asking import serving
from tests.responses.rawserver import Act, answered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.responses.rawserver import Script

QUEUED = Request("demo-queued", "What is JSON?", stream=False)
ASKED = Request("m", "?", stream=False)


def whole(status: str, **fields: Any) -> Script:  # noqa: ANN401 - any JSON
    found = {"id": "r/1", "object": "response", "status": status, "output": [], **fields}
    return answered(200, json.dumps(found).encode())


@pytest.fixture
def slow() -> Iterator[DemoServer]:
    with DemoServer(pace=0.01) as server:
        yield server


def test_an_answer_that_is_not_ready_is_fetched_until_it_is(slow: DemoServer) -> None:
    with closing(Client(Endpoint(slow.base_url))) as client:
        events = [event for batch in client.stream(QUEUED) for event in batch]
    assert isinstance(events[0], Created)
    assert events[0].response.status == "queued"
    assert isinstance(events[-1], Completed)
    assert events[-1].response.output
    first, *looks = slow.requests
    assert first.method == "POST"
    assert {(look.method, look.path.rpartition("/")[2]) for look in looks} == {
        ("GET", events[0].response.id)
    }


def test_leaving_ends_the_work_at_the_server(slow: DemoServer) -> None:
    request = Request("demo-queued", "Tell me a long story.", stream=False)
    with closing(Client(Endpoint(slow.base_url))) as client:
        batches = client.stream(request)
        while len(slow.requests) < 2:
            next(batches)
        batches.close()
        while slow.requests[-1].method == "GET":
            Event().wait(0.01)
        name = slow.requests[1].path.rpartition("/")[2]
        assert slow.requests[-1].path.endswith(f"/{name}/cancel")
        (cancelled,) = [e for batch in client.follow(name) for e in batch if _is_last(e)]
    assert isinstance(cancelled, Cancelled)


def test_leaving_does_not_wait_for_the_server_to_end_its_work() -> None:
    with (
        serving(whole("queued"), whole("in_progress"), [Act.HOLD]) as server,
        closing(Client(Endpoint(server.url))) as client,
    ):
        batches = client.stream(ASKED)
        while len(server.asked) < 2:
            next(batches)
        left = time.monotonic()
        batches.close()
        assert time.monotonic() - left < 15  # of thirty
        assert server.holding.wait(60)
        assert server.asked[2].line.startswith("POST /responses/r%2F1/cancel ")


def _is_last(event: object) -> bool:
    return isinstance(event, Completed | Cancelled)


def test_an_answer_for_the_background_comes_at_once(slow: DemoServer) -> None:
    request = Request("qwen3.7-plus", "Tell me a long story.", background=True)
    with closing(Client(Endpoint(slow.base_url))) as client:
        events = [event for batch in client.stream(request) for event in batch]
    assert [type(event) for event in events] == [Created]
    (asked,) = slow.requests
    assert (asked.body["background"], asked.body["stream"]) == (True, False)


@pytest.mark.parametrize("status", ["queued", "in_progress"])
def test_an_answer_that_makes_no_progress_is_an_error(status: str) -> None:
    with serving(*[whole(status)] * 20) as server:
        client = Client(Endpoint(server.url), timeout=0.6, patience=0.2)
        with closing(client), pytest.raises(WireError, match=f"still {status} after 0.6 s"):
            list(client.stream(ASKED))


def test_progress_is_news() -> None:
    answers = [whole("queued"), *(whole("in_progress", created_at=n) for n in range(6))]
    with serving(*answers, whole("completed")) as server:
        client = Client(Endpoint(server.url), timeout=2, patience=0.4)
        with closing(client):
            *_, last = (event for batch in client.stream(ASKED) for event in batch)
    assert isinstance(last, Completed)


def test_an_answer_that_is_gone_is_no_turn_that_cannot_be_continued() -> None:
    gone = answered(404, b'{"message": "Response with id \'r/1\' not found."}')
    with serving(whole("queued"), gone) as server:
        client = Client(Endpoint(server.url), patience=0)
        with closing(client), pytest.raises(WireError, match="has no response 'r/1'"):
            list(client.stream(ASKED))
        assert "/responses/r%2F1 " in server.asked[1].line


def test_an_answer_without_an_id_cannot_be_fetched() -> None:
    with serving(whole("queued", id="")) as server:
        client = Client(Endpoint(server.url), patience=0)
        with closing(client), pytest.raises(WireError, match="no id"):
            list(client.stream(ASKED))


def test_a_look_that_fails_is_repeated() -> None:
    with serving(whole("queued"), answered(503, b""), whole("cancelled")) as server:
        client = Client(Endpoint(server.url), patience=0)
        with closing(client):
            *_, last = (event for batch in client.stream(ASKED) for event in batch)
    assert isinstance(last, Cancelled)
