from __future__ import annotations

import socket
import time
from contextlib import ExitStack
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from qwen_magic.local.finding import find
from qwen_magic.local.servers import Door, Found, Model, doors
from tests.local.conftest import doors_to
from tests.local.standins import llama, lm_studio, ollama, sglang, transformers, vllm

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.standins import StandIn

SEEN = {
    "Ollama": (ollama("qwen3:4b"), (Model("qwen3:4b"),), 0),
    "LM Studio": (lm_studio("qwen/qwen3-4b"), (Model("qwen/qwen3-4b", 32_768, images=False),), 0),
    "llama.cpp": (llama("Qwen3-4B.gguf"), (Model("Qwen3-4B.gguf", 4096, images=False),), 2),
    "vLLM": (vllm("Qwen/Qwen3-4B"), (Model("Qwen/Qwen3-4B", 8192),), 0),
    "SGLang": (sglang("Qwen/Qwen3-4B"), (Model("Qwen/Qwen3-4B", 8192),), 0),
    "transformers serve": (transformers("Qwen/Qwen3-4B"), (Model("Qwen/Qwen3-4B"),), 0),
}


@pytest.mark.parametrize("name", SEEN)
def test_each_server_is_known_by_its_own_words(name: str) -> None:
    server, models, slots = SEEN[name]
    with server:
        (door,) = doors_to(**{name: server})
        base_url = f"http://127.0.0.1:{server.port}/v1"
        assert find([door], 2.0) == (Found(name, base_url, models, slots),)


def test_all_are_asked_at_once_and_the_slow_ones_are_left() -> None:
    with ExitStack() as stack:
        servers = {name: stack.enter_context(server()) for name, server in BUILT.items()}
        for name in ("LM Studio", "vLLM"):
            servers[name].slow = 60.0
        begun = time.monotonic()
        found = find(doors_to(**servers), 1.5)
        assert time.monotonic() - begun < 2 * 1.5  # as one after the other would take
        assert [one.server for one in found] == ["Ollama", "llama.cpp", "SGLang"]


@pytest.mark.parametrize("busy", ["Ollama", "LM Studio", "llama.cpp", "vLLM", "SGLang"])
def test_a_busy_server_is_waited_for_where_no_other_can_be_asked(busy: str) -> None:
    with BUILT[busy]() as server, vllm("x") as closed:
        server.slow = 0.2
        closed.paths["/v1/models"] = (401, {"error": "Unauthorized"})
        found = find(doors_to(**{busy: server, "closed": closed}), 0.01, 60.0)
        assert [one.trouble == "" for one in found] == [True, False]


def test_what_listens_and_says_nothing_is_not_waited_for_for_ever() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        begun = time.monotonic()
        assert find([Door(listener.getsockname()[1])], 0.05, 0.3) == ()
        assert 0.3 <= time.monotonic() - begun < 60


BUILT: dict[str, Callable[[], StandIn]] = {
    "Ollama": lambda: ollama("qwen3:4b"),
    "LM Studio": lambda: lm_studio("qwen3-4b"),
    "llama.cpp": lambda: llama("qwen3"),
    "vLLM": lambda: vllm("qwen3"),
    "SGLang": lambda: sglang("qwen3"),
}


def test_no_key_is_sent_and_no_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-0123456789")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with ollama("qwen3:4b") as server:
        assert find(doors_to(Ollama=server), 2.0)
        for _, _, headers, body in server.asked:
            assert "sk-0123456789" not in repr((headers, body))
            assert "authorization" not in {name.lower() for name in headers}


def test_nothing_is_generated_by_asking() -> None:
    for build in BUILT.values():
        with build() as server:
            name = "Ollama" if "/api/tags" in server.paths else "other"
            find(doors_to(**{name: server}), 2.0)
            assert server.questions == []


@pytest.mark.parametrize(
    ("server", "name"),
    [
        (ollama("qwen3:4b"), "Ollama"),
        (lm_studio("qwen3-4b", knows_responses=False), "LM Studio"),
        (vllm("qwen3"), "vLLM"),
    ],
)
def test_a_server_from_before_the_responses_api_says_so(server: StandIn, name: str) -> None:
    server.paths.pop("/v1/responses", None)
    with server:
        (found,) = find(doors_to(**{name: server}), 2.0)
        assert "too old" in found.trouble


def test_a_server_that_asks_for_a_key_is_listed_with_that() -> None:
    server = vllm("qwen3")
    server.paths["/v1/models"] = (401, {"error": "Unauthorized"})
    with server:
        (found,) = find(doors_to(vLLM=server), 2.0)
        assert "key" in found.trouble


def test_a_server_that_still_loads_says_so() -> None:
    server = llama("qwen3")
    server.paths["/v1/models"] = (503, {"error": {"message": "Loading model", "code": 503}})
    with server:
        (found,) = find(doors_to(llama=server), 2.0)
        assert "loads" in found.trouble


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        "hello",
        {},
        {"data": 1},
        {"data": [{"id": "x"}]},
        {"data": [1, {"owned_by": "me"}]},
    ],
)
def test_something_else_on_the_port_is_left_alone(told: object) -> None:
    server = vllm("x")
    server.paths["/v1/models"] = (200, told)
    with server:
        assert find(doors_to(vLLM=server), 2.0) == ()
        assert {method for method, *_ in server.asked} == {"GET"}


def test_what_speaks_no_http_is_left_alone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def babble() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")

        Thread(target=babble, daemon=True).start()
        assert find([Door(port)], 2.0) == ()


def test_nothing_that_listens_is_found_at_once() -> None:
    begun = time.monotonic()
    assert find([Door(9)], 60.0) == ()
    assert time.monotonic() - begun < 60


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("", 11434),
        ("127.0.0.1:11500", 11500),
        ("0.0.0.0:11501", 11501),
        ("http://localhost:11502", 11502),
        ("https://localhost:11505/", 11505),
        ("http://localhost", 80),
        ("https://127.0.0.1/ollama", 443),
        ("0.0.0.0", 11434),
        (" 'localhost' ", 11434),
        ("::1", 11434),
        ("http://[", 80),
        (":11503", 11503),
        ("gpu.example.com", 11434),
        ("[::1]:11504", 11504),
        ("nonsense:port", 11434),
    ],
)
def test_the_port_of_ollama_host_is_asked_on_this_computer(host: str, port: int) -> None:
    assert doors(host)[0] == Door(port, "/api/tags")


def test_two_ollamas_are_both_found() -> None:
    asked = [door for door in doors("127.0.0.1:11500") if door.path == "/api/tags"]
    assert asked == [Door(11500, "/api/tags"), Door(11434, "/api/tags")]
    assert len({*doors("127.0.0.1:11434")}) == len(doors())
    with ollama("qwen3:4b") as first, ollama("llama3.2:3b") as second:
        found = find([Door(one.port, "/api/tags") for one in (first, second)], 2.0)
        assert [one.models[0].name for one in found] == ["qwen3:4b", "llama3.2:3b"]


def test_models_that_do_not_chat_or_run_elsewhere_are_marked() -> None:
    with (
        ollama("nomic-embed-text:latest", family="nomic-bert") as embeds,
        ollama("qwen3-coder:480b-cloud", remote_host="https://ollama.com:443") as away,
        ollama("qwen3-vl:4b", capabilities=["completion", "vision"]) as sees,
    ):
        models = [find(doors_to(Ollama=one), 2.0)[0].models[0] for one in (embeds, away, sees)]
    assert [model.is_usable for model in models] == [False, False, True]
    assert models[2].images
