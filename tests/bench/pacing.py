"""Serve one essay at a steady pace, and tell when: `pacing.py`, run by `browser.py`.

The question is the number of characters to write, and the shape if it is not an essay's. The essay's last piece is `END`, then comes a
silence of a second, so that what follows the last piece and what follows the end can be told apart.
`/v1/responses` speaks the Responses API, `/v1/chat/completions` what `chatlab` reads; `/sent` tells
when the last piece and the end left the server.
"""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import TYPE_CHECKING

from qwen_magic.demo.answers.essay import essay
from tests.bench.shapes import shaped

if TYPE_CHECKING:
    from collections.abc import Iterator

END = "END"
SILENCE = 1.0
_PIECE = 4
_PER_SECOND = 150
_SENT = {"last": 0.0, "end": 0.0}


def pieces(length: int, shape: str = "") -> list[str]:
    """Return the text as so many characters arrive at a time, and its last word."""
    whole = shaped(shape, length) if shape else _thinned(essay(2 * length))[:length]
    text = f"{whole}\n\n"
    return [*re.findall(rf"(?s).{{1,{_PIECE}}}", text), END]


def _thinned(text: str) -> str:
    """Return the text with every tenth formula of a line and each that stands alone: 3 in a kB."""
    number = count()
    formula = re.compile(r"(?<!\$)\$([^$\n]+)\$(?!\$)")
    return formula.sub(lambda found: found[0] if next(number) % 10 == 0 else f"`{found[1]}`", text)


def responses(length: int, shape: str = "") -> Iterator[tuple[str, bool]]:
    """Yield each event of a response, and whether it is a piece of its text."""
    text = pieces(length, shape)
    place = {"output_index": 0, "content_index": 0, "item_id": "item_1"}
    told = {"id": "resp_1", "object": "response", "model": "essay", "created_at": 1}
    item, whole, kind = _thought(text) if shape == "reasoning" else _message(text)

    def event(kind: str, **fields: object) -> str:
        return f"event:{kind}\ndata:{json.dumps({'type': kind, **fields})}\n\n"

    yield event("response.created", response=told | {"status": "queued", "output": []}), False
    begun = item | {"status": "in_progress"}
    yield event("response.output_item.added", output_index=0, item=begun), False
    for piece in text:
        yield event(f"response.{kind}.delta", delta=piece, **place), True
    done = told | {"status": "completed", "output": [whole]}
    yield event("response.completed", response=done), False


def _message(text: list[str]) -> tuple[dict[str, object], dict[str, object], str]:
    """Return a message without its text and with it, and the name of its deltas."""
    item = {"type": "message", "id": "item_1", "role": "assistant", "status": "completed"}
    part = {"type": "output_text", "text": "".join(text), "annotations": []}
    return item | {"content": []}, item | {"content": [part]}, "output_text"


def _thought(text: list[str]) -> tuple[dict[str, object], dict[str, object], str]:
    item = {"type": "reasoning", "id": "item_1", "status": "completed"}
    part = {"type": "summary_text", "text": "".join(text)}
    return item | {"summary": []}, item | {"summary": [part]}, "reasoning_summary_text"


def completions(length: int, shape: str = "") -> Iterator[tuple[str, bool]]:
    """Yield each chunk of a chat completion, and whether it is a piece of its text."""
    told = {"id": "1", "object": "chat.completion.chunk", "model": "essay", "created": 1}

    def chunk(delta: dict[str, str], reason: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return f"data: {json.dumps(told | {'choices': [choice]})}\n\n"

    for piece in pieces(length, shape):
        yield chunk({"role": "assistant", "content": piece}), True
    yield chunk({}, "stop") + "data: [DONE]\n\n", False


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps(_SENT).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        chat = "messages" in asked
        question = asked["messages"][-1]["content"] if chat else asked["input"]
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        with suppress(OSError):  # it was stopped
            length, _, shape = question.partition(" ")
            self._stream((completions if chat else responses)(int(length), shape))

    def _stream(self, told: Iterator[tuple[str, bool]]) -> None:
        due = time.monotonic()
        events = list(told)
        for number, (event, is_piece) in enumerate(events, 1):
            due += is_piece / _PER_SECOND + SILENCE * (number == len(events))
            time.sleep(max(0.0, due - time.monotonic()))
            _SENT["last" if is_piece else "end"] = time.time()
            self.wfile.write(event.encode())

    def log_message(self, *_: object) -> None:
        """Print nothing."""


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
