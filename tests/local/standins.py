"""Small stand-ins for the servers that may run on a computer, written from what those answer.

Ollama: `api/types.go` and its OpenAI middleware; LM Studio: its REST reference and its tracker (it
answers unknown paths with 200); llama.cpp, vLLM (0.32) and `transformers serve` (5.19): what they
answered; SGLang: the cards of its `/v1/models`.
"""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Self

__all__ = ["StandIn", "llama", "lm_studio", "ollama", "sglang", "transformers", "vllm"]

_NO_INPUT = {"error": {"message": "'input' must be a string or array of objects", "code": 400}}


@dataclass
class StandIn:
    """Answers the paths that it knows; what it was asked can be read.

    Attributes:
        paths: Status and JSON by path; a list of events is streamed.
        unknown: What it answers to other paths.
        slow: Seconds before each answer.
        says: What the model says next, text by text; then it says hello.
        reads: The most tokens of a question, four letters each; 0 for no limit.
        keeps: Whether it knows the responses that it gave.
        dies: Whether the next question ends it.
        asked: Each request's method, path, headers and body.
    """

    paths: dict[str, tuple[int, Any]]
    unknown: tuple[int, Any] = (404, {"detail": "Not Found"})
    slow: float = 0.0
    says: list[str] = field(default_factory=list)
    reads: int = 0
    keeps: bool = True
    dies: bool = False
    asked: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)
    _ended: Event = field(default_factory=Event)
    _http: _Server | None = None

    @property
    def port(self) -> int:
        assert self._http is not None
        return int(self._http.server_address[1])

    @property
    def questions(self) -> list[Any]:
        """The bodies of the questions, without that of the probe."""
        bodies = [body for _, path, _, body in self.asked if path == "/v1/responses"]
        return [body for body in bodies if body.get("input") != 1]

    def start(self, port: int = 0) -> Self:
        self._http = _Server(("127.0.0.1", port), _handler(self))
        Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def stop_listening(self) -> None:
        """Go as a process goes: from within a request."""
        assert self._http is not None
        self._http.socket.close()
        self._cut()

    def close(self) -> None:
        self._ended.set()
        if self._http is not None:
            self._http.shutdown()
            self._http.server_close()
            self._cut()

    def _cut(self) -> None:
        if self._http is not None:
            for connection in self._http.connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def answer(self, method: str, path: str, headers: dict[str, str], body: Any) -> tuple[int, Any]:  # noqa: ANN401 - any JSON
        self.asked.append((method, path, headers, body))
        self._ended.wait(self.slow)
        if path == "/v1/responses" and path in self.paths:
            valid = isinstance(body, dict) and isinstance(body.get("input"), str | list)
            if not valid:
                return 400, _NO_INPUT
            if not self.keeps and (known := body.get("previous_response_id")):
                return 404, {
                    "error": {"message": f"Response with id '{known}' not found.", "code": 404}
                }
            tokens = len(json.dumps(body["input"])) // 4
            too_long = 0 < self.reads < tokens
            if too_long:
                return _exceeded(tokens, self.reads)
            text = self.says.pop(0) if self.says else f"{body['model']} says hello."
            return 200, _answer(body["model"], text)
        return self.paths.get(path, self.unknown)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.connections: list[socket.socket] = []
        super().__init__(address, handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self.connections.append(connection)
        return connection, address

    def handle_error(self, *_: object) -> None:
        """A client that left is no error."""


def _handler(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve("GET")

        def do_POST(self) -> None:
            self._serve("POST")

        def _serve(self, method: str) -> None:
            content = self.rfile.read(int(self.headers.get("content-length", 0)))
            body = None
            with suppress(ValueError):
                body = json.loads(content)
            if stand_in.dies:
                stand_in.stop_listening()
                return
            status, told = stand_in.answer(method, self.path, dict(self.headers), body)
            if isinstance(told, bytes):
                written, kind = told, "text/event-stream"
            else:
                written, kind = json.dumps(told).encode(), "application/json"
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    return Handler


def _exceeded(tokens: int, most: int) -> tuple[int, Any]:
    """Return what llama.cpp says of a question that is too long."""
    told = f"request ({tokens} tokens) exceeds the available context size ({most} tokens)"
    error = {"code": 400, "message": f"{told}, try increasing it", "n_ctx": most}
    return 400, {"error": {**error, "type": "exceed_context_size_error", "n_prompt_tokens": tokens}}


def _answer(model: str, text: str) -> bytes:
    part = {"type": "output_text", "text": text, "annotations": []}
    message = {"type": "message", "id": "m", "role": "assistant", "content": [part]}
    response = {"id": "r", "model": model, "status": "completed", "output": [message]}
    event = {"type": "response.completed", "response": response}
    return f"event: response.completed\ndata: {json.dumps(event)}\n\n".encode()


def ollama(*names: str, **known: Any) -> StandIn:  # noqa: ANN401 - any JSON
    models = [
        {
            "name": name,
            "model": name,
            "size": 2_600_000_000,
            "digest": "0" * 64,
            "details": {"format": "gguf", "family": known.get("family", "qwen3")},
            **{key: value for key, value in known.items() if key != "family"},
        }
        for name in names
    ]
    paths = {"/api/tags": (200, {"models": models}), "/v1/responses": (200, None)}
    return StandIn(paths, (404, "404 page not found"))


def lm_studio(*names: str, kind: str = "llm", knows_responses: bool = True) -> StandIn:
    models = [
        {"id": name, "object": "model", "type": kind, "arch": "qwen3", "state": "not-loaded",
         "max_context_length": 32_768}
        for name in names
    ]  # fmt: skip
    paths = {"/api/v0/models": (200, {"object": "list", "data": models})}
    if knows_responses:
        paths["/v1/responses"] = (200, {})
    return StandIn(paths, (200, {"error": "Unexpected endpoint or method. (POST /v1/responses)"}))


def llama(name: str, slots: int = 2, context: int = 4096, *, vision: bool = False) -> StandIn:
    card = {"id": name, "object": "model", "owned_by": "llamacpp", "meta": {"n_ctx": context}}
    props = {
        "default_generation_settings": {"n_ctx": context},
        "total_slots": slots,
        "modalities": {"vision": vision, "audio": False},
    }
    error = {"code": 404, "message": "File Not Found", "type": "not_found_error"}
    paths = {
        "/v1/models": (200, {"object": "list", "models": [{"name": name}], "data": [card]}),
        "/props": (200, props),
        "/v1/responses": (200, None),
    }
    return StandIn(paths, (404, {"error": error}))


def vllm(name: str, owner: str = "vllm") -> StandIn:
    card = {"id": name, "object": "model", "created": 1795902031, "owned_by": owner, "root": name,
            "parent": None, "max_model_len": 8192, "permission": [{"object": "model_permission"}]}  # fmt: skip
    models = (200, {"object": "list", "data": [card]})
    return StandIn({"/v1/models": models, "/v1/responses": (200, None)})


def sglang(name: str) -> StandIn:
    return vllm(name, "sglang")


def transformers(name: str) -> StandIn:
    card = {"owned_by": name.partition("/")[0], "id": name, "object": "model", "created": 1.5}
    models = (200, {"object": "list", "data": [card]})
    return StandIn({"/v1/models": models, "/v1/responses": (200, None)})
