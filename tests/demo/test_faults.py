from __future__ import annotations

from contextlib import suppress

import httpx
import pytest

from qwen_magic.demo.server import DemoServer
from tests.demo.asking import blocks, post, refused, request, streamed, types
from tests.demo.test_server import until


def test_a_rate_limit_can_be_http_200(demo: DemoServer) -> None:
    for stream in (False, True):
        reply = post(demo, "Hi", model="demo-rate-limit", stream=stream)
        body = reply.json()
        assert (reply.status_code, body["status"]) == (200, "failed")
        assert body["error"]["code"] == "server_error"
        assert "rate limit exceeded" in body["error"]["message"]


def test_throttling_names_the_time_to_wait(demo: DemoServer) -> None:
    reply = post(demo, "Hi", model="demo-throttled")
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "1")
    assert reply.json()["code"] == "Throttling.RateQuota"


@pytest.mark.parametrize(
    ("model", "code"),
    [("demo-content-filter", "DataInspectionFailed"), ("demo-arrears", "Arrearage")],
)
def test_some_models_refuse_everything(demo: DemoServer, model: str, code: str) -> None:
    assert refused(demo, "Hi", model=model)[:2] == (400, code)


def test_a_response_can_fail_after_some_text(demo: DemoServer) -> None:
    events = streamed(demo, "Introduce AI", model="demo-failed")
    assert types(events)[-2:] == ["output_text.delta", "failed"]
    response = events[-1]["response"]
    assert response["status"] == "failed"
    assert response["error"]["code"] == "InternalError.Algo"
    assert refused(demo, "Hi", previous_response_id=response["id"])[0] == 404


def test_a_failure_without_a_stream_is_a_failed_response(demo: DemoServer) -> None:
    reply = post(demo, "Introduce AI", model="demo-failed")
    assert (reply.status_code, reply.json()["status"]) == (200, "failed")


def test_a_stream_can_be_cut_cleanly(demo: DemoServer) -> None:
    raw = post(demo, "Introduce AI", model="demo-cut", stream=True).text
    assert blocks(raw)[-1][1] == "response.output_text.delta"


def test_a_whole_answer_can_be_cut_too(demo: DemoServer) -> None:
    reply = post(demo, "Introduce AI", model="demo-cut")
    assert reply.status_code == 200
    assert not reply.text.endswith("}")


def stalled(demo: DemoServer, *, stream: bool) -> bytes:
    """Return what comes from a stalled model before the client loses patience."""
    body, seen = request("Introduce AI", model="demo-stall", stream=stream), b""
    with httpx.Client(base_url=demo.base_url, timeout=1.0) as client, suppress(httpx.ReadTimeout):
        with client.stream("POST", "responses", json=body) as reply:
            for data in reply.iter_bytes():
                seen += data
        pytest.fail("it has ended by itself")
    return seen


def test_a_stalled_answer_ends_when_its_client_leaves(demo: DemoServer) -> None:
    assert stalled(demo, stream=False) == b""
    assert stalled(demo, stream=True).count(b"event:response.output_text.delta") == 12
    assert until(lambda: demo.aborted == 2)


def test_a_slow_model_is_slow_at_any_pace() -> None:
    with DemoServer(pace=0) as server:
        body = request("Hi", model="demo-slow", stream=True)
        with httpx.stream("POST", f"{server.base_url}/responses", json=body) as reply:
            times = 0
            for data in reply.iter_bytes():
                times += data.count(b".delta\n")
                if times == 3:
                    break
        assert reply.elapsed.total_seconds() >= 0.5
