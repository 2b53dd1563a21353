from __future__ import annotations

import os
import signal
import subprocess
import sys
from threading import Event
from typing import TYPE_CHECKING

import httpx
import pytest

from qwen_magic.demo.server import PACE, DemoServer, shared_server
from qwen_magic.errors import QwenError
from tests.demo.asking import ask, blocks, post, request, text_of

if TYPE_CHECKING:
    from collections.abc import Callable


def until(happened: Callable[[], bool]) -> bool:
    """Wait for something that another thread does, at most a minute."""
    tick = Event()
    return any(happened() or tick.wait(0.01) for _ in range(6000))


def test_it_listens_on_this_machine_alone(demo: DemoServer) -> None:
    assert demo.base_url.startswith("http://127.0.0.1:")
    assert demo.base_url.endswith("/compatible-mode/v1")


def test_it_notes_what_it_received(demo: DemoServer) -> None:
    httpx.post(f"{demo.base_url}/responses", json=request("Hi"), headers={"X-Test": "yes"})
    (received,) = demo.requests
    assert received.path == "/compatible-mode/v1/responses"
    assert received.method == "POST"
    assert received.headers["x-test"] == "yes"
    assert received.body == request("Hi")


def test_it_notes_the_last_thousand_and_forgets_those_before(demo: DemoServer) -> None:
    with httpx.Client(base_url=demo.base_url) as client:
        for number in range(1_003):
            client.get(f"responses/none?{number}")
    asked = [received.path.rpartition("?")[2] for received in demo.requests]
    assert asked == [str(number) for number in range(3, 1_003)]


def test_the_legacy_path_works(demo: DemoServer) -> None:
    url = demo.base_url.replace("/compat", "/api/v2/apps/protocols/compat")
    assert httpx.post(f"{url}/responses", json=request("Hi")).status_code == 200


def test_the_path_of_other_servers_works_too(demo: DemoServer) -> None:
    url = demo.base_url.replace("/compatible-mode/v1", "/v1")
    asked = httpx.post(f"{url}/responses", json=request("Hi"))
    assert asked.status_code == 200
    assert httpx.get(f"{url}/responses/{asked.json()['id']}").status_code == 200
    assert httpx.post(f"{url}/v1/responses", json=request("Hi")).status_code == 404


def test_a_connection_serves_many_requests(demo: DemoServer) -> None:
    with httpx.Client(base_url=demo.base_url) as client:
        ports = set()
        for stream in (False, True, False):
            reply = client.post("responses", json=request("Hi", stream=stream))
            ports.add(reply.extensions["network_stream"].get_extra_info("client_addr"))
    assert len(ports) == 1


def test_without_a_key_every_key_is_taken(demo: DemoServer) -> None:
    headers = {"Authorization": "Bearer sk-anything"}
    url = f"{demo.base_url}/responses"
    assert httpx.post(url, json=request("Hi"), headers=headers).status_code == 200
    assert httpx.post(url, json=request("Hi")).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer sk-wrong"}])
def test_a_wrong_key_is_401(headers: dict[str, str]) -> None:
    with DemoServer(key="sk-right", pace=0) as server:
        reply = httpx.post(f"{server.base_url}/responses", json=request("Hi"), headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (401, "InvalidApiKey")


def test_the_right_key_is_taken() -> None:
    with DemoServer(key="sk-right", pace=0) as server:
        headers = {"Authorization": "Bearer sk-right"}
        reply = httpx.post(f"{server.base_url}/responses", json=request("Hi"), headers=headers)
    assert reply.status_code == 200


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b'{"input": "\xff"}'])
def test_a_body_that_is_no_object_is_refused_by_the_gateway(demo: DemoServer, body: bytes) -> None:
    reply = httpx.post(f"{demo.base_url}/responses", content=body)
    assert reply.status_code == 400
    assert reply.json().keys() == {"error", "request_id"}


def test_an_unknown_path_is_404(demo: DemoServer) -> None:
    reply = httpx.get(f"{demo.base_url}/model")
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "not_found")


def test_a_pace_spreads_the_text() -> None:
    with DemoServer(pace=0.002) as server:
        reply = post(server, "Introduce AI", stream=True)
        deltas = [name for _, name, _ in blocks(reply.text) if name.endswith(".delta")]
        assert reply.elapsed.total_seconds() > 0.002 * len(deltas)


def test_a_client_that_leaves_is_noticed_at_once() -> None:
    with DemoServer(pace=600) as server:
        body = request("Hi", stream=True)
        with httpx.stream("POST", f"{server.base_url}/responses", json=body) as reply:
            next(reply.iter_bytes())
        assert until(lambda: server.aborted == 1)


def test_closing_hangs_up_on_everyone() -> None:
    server = DemoServer(pace=30).start()
    body = request("Hi", stream=True)
    with httpx.stream("POST", f"{server.base_url}/responses", json=body) as reply:
        received = reply.iter_bytes()
        next(received)
        server.close()
        with pytest.raises(httpx.RemoteProtocolError):
            list(received)


def test_a_closed_server_has_no_address() -> None:
    server = DemoServer()
    with server:
        pass
    with pytest.raises(QwenError, match="not running"):
        _ = server.base_url


def test_a_taken_port_is_told(demo: DemoServer) -> None:
    port = int(demo.base_url.split(":")[2].split("/")[0])
    with pytest.raises(QwenError, match=f"cannot listen on port {port}"):
        DemoServer(port).start()


def test_the_shared_server_is_one() -> None:
    assert shared_server() is shared_server()
    assert "2 + 2 = 4" in text_of(ask(shared_server(), "2 + 2?"))


def test_the_shared_server_is_as_fast_as_it_was_last_asked_for() -> None:
    assert [shared_server(speed).pace for speed in (2.0, 0.0, 1.0)] == [PACE / 2, 0.0, PACE]
    assert shared_server().pace == PACE


def test_settings_load_no_server() -> None:
    code = "import sys, qwen_magic.settings; print('http.server' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one process there")
def test_it_serves_alone_until_ctrl_c() -> None:
    command = [sys.executable, "-m", "qwen_magic.demo", "--pace", "0"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout
        url, export = process.stdout.readline().strip(), process.stdout.readline().strip()
        assert httpx.post(f"{url}/responses", json=request("Hi")).status_code == 200
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert export == f"export DASHSCOPE_BASE_URL={url}"
    assert (process.returncode, errors) == (0, "")


def test_a_taken_port_ends_it_with_one_line(demo: DemoServer) -> None:
    port = demo.base_url.split(":")[2].split("/")[0]
    command = [sys.executable, "-m", "qwen_magic.demo", "--port", port]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("the demo server cannot listen on port")
