"""A scripted server that continues responses, or refuses to, and sessions that ask it."""

from __future__ import annotations

import json
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.asking.session import Session
from qwen_magic.conversation.chains.placement import Asked
from qwen_magic.settings import Settings
from tests.responses.asking import frame
from tests.responses.rawserver import answered, streamed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwen_magic.conversation.store.store import ChainStore
    from qwen_magic.conversation.turn.turn import Turn
    from tests.responses.rawserver import RawServer, Script

__all__ = [
    "GONE",
    "NEVER",
    "REBUILT",
    "answer",
    "answered_by",
    "question",
    "run",
    "said",
    "sent",
    "session_at",
]

REBUILT = "Conversation rebuilt from the transcript: "
_MISSING = {"code": "InvalidParameter", "message": "Response with id 'r1' not found."}
_FAILED = {"id": "", "status": "failed", "output": [], "error": _MISSING}
_OPENED = frame("response.created", response={"id": "r9", "status": "in_progress", "output": []})


def _refused(status: int, fields: object) -> Script:
    return answered(status, json.dumps(fields).encode())


def _unsupported(message: str) -> Script:
    return _refused(400, {"error": {"code": 400, "message": message}})


GONE: dict[str, Script] = {
    "400, flat": _refused(400, {"request_id": "q", **_MISSING}),
    "404, in an envelope": _refused(404, {"error": {**_MISSING, "type": "invalid_request_error"}}),
    "200, an error without a type": streamed(
        b"data: %b\n\n" % json.dumps({"error": _MISSING}).encode()
    ),
    "200, a bare error event": streamed(frame("error", **_MISSING)),
    "200, failed at once": streamed(frame("response.failed", response=_FAILED)),
    "200, failed once begun": streamed(_OPENED, frame("response.failed", response=_FAILED)),
    "200, no stream": _refused(200, _FAILED),
    "200, no stream and no response": _refused(200, {"error": _MISSING}),
    "400, LM Studio": _refused(400, {"error": {"code": "previous_response_not_found"}}),
}
"""How servers say that they do not know a response, or no longer do."""

NEVER: dict[str, Script] = {
    "llama.cpp": _unsupported("llama.cpp does not support 'previous_response_id'."),
    "OpenRouter": _unsupported("previous_response_id is not supported: this API is stateless."),
    "a proxy": _refused(400, {"detail": "Unsupported parameter: previous_response_id"}),
}
"""How servers say that they cannot continue any response."""


def answer(name: str) -> Script:
    """Return the script of an answer; its response has the name as its id."""
    thought = {"type": "reasoning", "id": "t", "summary": [{"type": "summary_text", "text": "Hm."}]}
    part = {"type": "output_text", "text": f"Answer {name}", "annotations": []}
    message = {"type": "message", "id": "m", "role": "assistant", "content": [part]}
    response = {"id": name, "model": "q", "status": "completed", "output": [thought, message]}
    return streamed(_OPENED, frame("response.completed", response=response))


def question(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def said(text: str) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": []}
    return {"type": "message", "role": "assistant", "content": [part]}


def answered_by(name: str) -> dict[str, Any]:
    """Return that answer as an input item."""
    return said(f"Answer {name}")


def sent(server: RawServer) -> list[tuple[Any, Any]]:
    """Return each request's input, and the response that it continues."""
    bodies = [json.loads(asked.body) for asked in server.asked]
    return [(body["input"], body.get("previous_response_id")) for body in bodies]


@contextmanager
def session_at(url: str, store: ChainStore | None = None, **settings: Any) -> Iterator[Session]:  # noqa: ANN401 - any setting
    with Session(Settings(base_url=f"{url}/v1", **settings), store=store) as session:
        yield session


def run(session: Session, text: str, cell: str = "", **where: Any) -> Turn:  # noqa: ANN401 - as Asked takes it
    """Ask as a cell does."""
    with closing(session.stream(text, asked=Asked(cell, **where))) as turns:
        return list(turns)[-1]
