"""Scripts of a server that is asked for a value, and what comes of them."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import annotated_types

from qwen_magic import Session, Settings
from tests.responses.asking import frame
from tests.responses.rawserver import answered, streamed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwen_magic.conversation.store.store import ChainStore
    from tests.responses.rawserver import Script

__all__ = ["FINE", "OK", "Review", "bodies", "called", "refused", "studio_at", "worded"]


@dataclass
class Review:
    """What a review says."""

    sentiment: Literal["positive", "negative"]
    stars: Annotated[int, annotated_types.Ge(1), annotated_types.Le(5)]


FINE = '{"sentiment": "positive", "stars": 5}'
OK = {"type": "function_call_output", "call_id": "c1", "output": "ok"}


@contextmanager
def studio_at(url: str, store: ChainStore | None = None, **settings: Any) -> Iterator[Session]:  # noqa: ANN401 - any setting
    """Give a session at a server under Model Studio's path."""
    at = Settings(base_url=f"{url}/compatible-mode/v1", **settings)
    with Session(at, store=store) as session:
        yield session


def called(arguments: str, name: str = "r1", call: str = "c1", function: str = "Review") -> Script:
    item = {"type": "function_call", "id": call, "call_id": call, "name": function, "arguments": arguments, "status": "completed"}  # fmt: skip
    response = {"id": name, "model": "q", "status": "completed", "output": [item]}
    return streamed(frame("response.completed", response=response))


def worded(text: str, name: str = "r1") -> Script:
    part = {"type": "output_text", "text": text, "annotations": []}
    message = {"type": "message", "id": "m", "role": "assistant", "content": [part]}
    response = {"id": name, "model": "q", "status": "completed", "output": [message]}
    return streamed(frame("response.completed", response=response))


def refused(message: str) -> Script:
    return answered(400, json.dumps({"code": "InvalidParameter", "message": message}).encode())


def bodies(server: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a RawServer
    return [json.loads(asked.body) for asked in server.asked]
