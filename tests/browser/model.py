"""A model that says what a test wants, and waits where the test wants to look."""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Model", "answer", "call", "modelled", "more_arguments", "reasoning", "tool"]

Said = list[dict[str, Any]]
_LONGEST = 60.0


def answer(text: str, *, number: int = 0, pieces: int = 8) -> Said:
    """Return the events of an answer that stays open."""
    item = {"type": "message", "id": f"item_{number}", "role": "assistant", "content": []}
    return [_added(item, number), *_deltas("output_text", text, number, pieces)]


def reasoning(text: str, *, number: int = 0, pieces: int = 8) -> Said:
    """Return the events of a thought that ends with the next item."""
    item = {"type": "reasoning", "id": f"item_{number}", "summary": []}
    return [_added(item, number), *_deltas("reasoning_summary_text", text, number, pieces)]


def tool(item: dict[str, Any], *, number: int = 0) -> Said:
    """Return the events of a built-in tool's call that begins and ends."""
    whole = {"id": f"item_{number}", "status": "completed", **item}
    done = {"type": "response.output_item.done", "output_index": number, "item": whole}
    return [_added(whole | {"status": "in_progress"}, number), done]


def call(name: str, arguments: str, *, number: int = 0, pieces: int = 8) -> Said:
    """Return the events of a call of a function that stays open."""
    place = f"item_{number}"
    item = {"type": "function_call", "id": place, "call_id": place, "name": name, "arguments": ""}
    return [_added(item, number), *more_arguments(arguments, number=number, pieces=pieces)]


def more_arguments(text: str, *, number: int = 0, pieces: int = 8) -> Said:
    """Return the events of more arguments of a call."""
    return list(_deltas("function_call_arguments", text, number, pieces))


def _added(item: dict[str, Any], number: int) -> dict[str, Any]:
    return {"type": "response.output_item.added", "output_index": number, "item": item}


def _deltas(kind: str, text: str, number: int, pieces: int) -> Iterator[dict[str, Any]]:
    place = {"output_index": number, "item_id": f"item_{number}", "content_index": 0}
    size = max(1, -(-len(text) // pieces))
    for start in range(0, len(text), size):
        yield {"type": f"response.{kind}.delta", "delta": text[start : start + size], **place}


class Model:
    """What is said to each question: lists of events, with a stop between two lists.

    Attributes:
        base_url: The address to give to a client.
    """

    def __init__(self) -> None:
        self.base_url = ""
        self.left = Event()
        self._said: list[Said] = []
        self._go = Event()

    def says(self, *said: Iterable[dict[str, Any]]) -> None:
        """Say this to the next question; `goes_on` leads from one argument to the next."""
        self._said = [list(events) for events in said]
        self._go.clear()
        self.left.clear()

    def goes_on(self) -> None:
        """Let it say what comes after the stop."""
        self._go.set()

    def frames(self) -> Iterator[bytes]:
        """Yield the stream."""
        told = {"id": "resp_1", "model": "a model", "created_at": 1, "output": []}
        yield _frame({"type": "response.created", "response": told})
        for number, said in enumerate(self._said):
            if number:
                self._wait()
            yield b"".join(map(_frame, said))
        self._wait()
        done = told | {"status": "completed", "usage": {"input_tokens": 8, "output_tokens": 80}}
        yield _frame({"type": "response.completed", "response": done})

    def _wait(self) -> None:
        self._go.wait(_LONGEST)
        self._go.clear()


def _frame(event: dict[str, Any]) -> bytes:
    return f"event:{event['type']}\ndata:{json.dumps(event)}\n\n".encode()


@contextmanager
def modelled() -> Iterator[Model]:
    """Serve a model."""
    model = Model()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            try:
                for frame in model.frames():
                    self.wfile.write(frame)
            except OSError:
                model.left.set()

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        model.base_url = f"http://127.0.0.1:{server.server_port}/v1"
        yield model
        model.goes_on()
        server.shutdown()
