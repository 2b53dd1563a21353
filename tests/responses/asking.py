"""Asking a scripted server, and what comes of it."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.turn.folding import fold
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.errors import QwenError
from qwen_magic.responses.client import Client
from qwen_magic.responses.endpoint import Endpoint
from qwen_magic.responses.request import Request
from tests.responses.rawserver import RawServer

if TYPE_CHECKING:
    from tests.responses.rawserver import Script

__all__ = [
    "ASKED",
    "COMPLETED",
    "CREATED",
    "KEY",
    "WHOLE",
    "Outcome",
    "ask",
    "client_of",
    "delta",
    "frame",
    "serving",
    "wait_for_threads",
]

PATIENCE = 60  # seconds
KEY = "sk-5eC4e7-n0t-T0-b3-5h0wn"
ASKED = Request("qwen3.7-plus", "2 + 2?")


def frame(kind: str, **fields: object) -> bytes:
    """Return one event as the vendor frames it."""
    data = json.dumps({"type": kind, **fields}, ensure_ascii=False)
    return f"event:{kind}\n:HTTP_STATUS/200\ndata:{data}\n\n".encode()


def delta(text: str) -> bytes:
    return frame("response.output_text.delta", output_index=0, item_id="m", delta=text)


def _response(status: str, **fields: object) -> dict[str, Any]:
    return {"id": "r", "model": "", "status": status, "output": [], **fields}


CREATED = frame("response.created", response=_response("queued"))
COMPLETED = frame("response.completed", response=_response("completed", model="qwen3.7-plus"))
WHOLE = CREATED + delta("2 + 2") + delta(" = 4") + COMPLETED


@dataclass(frozen=True)
class Outcome:
    """What one request came to: the turn, the error if there was one, how long it took."""

    turn: Turn
    error: QwenError | None
    seconds: float

    @property
    def message(self) -> str:
        """What the error says, without its hint."""
        return str(self.error.args[0]) if self.error else ""

    @property
    def hint(self) -> str:
        """The next step that the error names."""
        return self.error.hint if self.error else ""


def serving(*scripts: Script) -> RawServer:
    return RawServer(deque(scripts))


def client_of(server: RawServer, *, timeout: float = 5.0, pause: float = 0.0) -> Client:
    endpoint = Endpoint(f"{server.url}/v1", key=KEY, proxies=False)
    return Client(endpoint, timeout=timeout, pauses=(pause, pause))


def wait_for_threads() -> None:
    """Wait until nothing is read in the background."""
    until = time.monotonic() + PATIENCE
    while any(thread.name == "qwen_magic exchange" for thread in threading.enumerate()):
        assert time.monotonic() < until, "something is read, maybe for a test before this one"
        time.sleep(0.005)


def ask(asked: RawServer | Client, *, timeout: float = 5.0, pause: float = 0.0) -> Outcome:
    """Ask, and fold what comes until the end or an error."""
    if isinstance(asked, RawServer):
        with closing(client_of(asked, timeout=timeout, pause=pause)) as client:
            return ask(client)
    turn, began = Turn("2 + 2?"), time.monotonic()
    try:
        with closing(asked.stream(ASKED)) as batches:
            for events in batches:
                turn = fold(turn, events)
    except QwenError as error:
        return Outcome(turn, error, time.monotonic() - began)
    return Outcome(turn, None, time.monotonic() - began)
