"""What becomes of a value that does not fit: qwen_magic, chatlas and instructor at one scripted server.

Run by hand: `python -m tests.bench.schema`. The other two are installed into a folder of their own,
unless they are there. The server gives a wrong answer first and a right one to every later request,
by the call of a function if one is offered, else as text.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import subprocess
import sys
import tempfile
import warnings
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Literal

import pydantic

from qwen_magic import Session, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MODEL = "qwen3.7-plus"
ASKED = "I give it five stars."


class Review(pydantic.BaseModel):
    """What a review says."""

    model_config = pydantic.ConfigDict(extra="forbid")

    sentiment: Literal["positive", "negative"]
    stars: int = pydantic.Field(ge=1, le=5)


RIGHT = '{"sentiment": "positive", "stars": 5}'
WRONG = {
    "out of range": '{"sentiment": "positive", "stars": 9}',
    "extra field": '{"sentiment": "positive", "stars": 5, "mood": "fine"}',
    "missing field": '{"sentiment": "positive"}',
    "wrong enum": '{"sentiment": "great", "stars": 5}',
    "fenced JSON": f"```json\n{RIGHT}\n```",
    "empty call": "",
}


class Scripted(BaseHTTPRequestHandler):
    """Answers requests in both of OpenAI's languages."""

    protocol_version = "HTTP/1.1"
    first = ""
    asked = 0

    def do_POST(self) -> None:
        """Give the wrong answer to the first request, the right one to others."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        given = RIGHT if Scripted.asked else Scripted.first
        Scripted.asked += 1
        is_chat = self.path.endswith("/chat/completions")
        made = _completion(body, given) if is_chat else _response(body, given)
        kind, sent = "application/json", json.dumps(made)
        if body.get("stream"):
            event = {"type": "response.completed", "sequence_number": 1, "response": made}
            kind, sent = "text/event-stream", f"data: {json.dumps(event)}\n\n"
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(sent.encode())))
        self.end_headers()
        self.wfile.write(sent.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _response(body: dict[str, Any], given: str) -> dict[str, Any]:
    call = {"type": "function_call", "id": "c", "call_id": f"c{Scripted.asked}", "status": "completed"}  # fmt: skip
    text = {"type": "output_text", "text": given, "annotations": []}
    message = {"type": "message", "id": "m", "role": "assistant", "status": "completed"}
    tools = body.get("tools")
    item = call | {"name": tools[0]["name"], "arguments": given} if tools else message | {"content": [text]}  # fmt: skip
    told = {"id": f"r{Scripted.asked}", "object": "response", "created_at": 1, "model": MODEL}
    rest = {"parallel_tool_calls": False, "tool_choice": "auto", "tools": tools or []}
    return told | rest | {"status": "completed", "output": [item]}


def _completion(body: dict[str, Any], given: str) -> dict[str, Any]:
    tools = body.get("tools")
    message: dict[str, Any] = {"role": "assistant", "content": None if tools else given}
    if tools:
        function = {"name": tools[0]["function"]["name"], "arguments": given}
        message["tool_calls"] = [{"id": "c", "type": "function", "function": function}]
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    told = {"id": "x", "object": "chat.completion", "created": 1, "model": MODEL}
    return told | {"choices": [choice]}


@contextmanager
def serving() -> Iterator[str]:
    """Serve the script; yield its base URL, which has Model Studio's path."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Scripted)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/compatible-mode/v1"
    finally:
        server.shutdown()
        server.server_close()


def ours(url: str) -> object:
    with Session(Settings(base_url=url, model=MODEL)) as session:
        return session.ask(ASKED, schema=Review).value


def chatlas(url: str) -> object:
    chat = _package("chatlas").ChatOpenAI(base_url=url, api_key="none", model=MODEL)
    return chat.chat_structured(ASKED, data_model=Review)


def instructor(mode: str) -> Callable[[str], object]:
    def ask(url: str) -> object:
        client = _package("openai").OpenAI(base_url=url, api_key="none")
        patched = _package("instructor").from_openai(client, mode=_package("instructor").Mode[mode])
        messages = [{"role": "user", "content": ASKED}]
        return patched.chat.completions.create(
            model=MODEL, response_model=Review, messages=messages, max_retries=2
        )

    return ask


def _package(name: str) -> Any:  # noqa: ANN401 - a package that is not ours to require
    folder = Path(tempfile.gettempdir()) / "qwen_magic_bench_schema"
    if find_spec(name) is None and str(folder) not in sys.path:
        if not folder.exists():
            pip = [sys.executable, "-m", "pip", "install", "-q", "--target", str(folder)]
            subprocess.run([*pip, "chatlas", "instructor", "openai"], check=True)
        sys.path.append(str(folder))
    return importlib.import_module(name)


def outcome(ask: Callable[[str], object], url: str, wrong: str) -> str:
    """Return what came of a wrong answer, and how many requests that took."""
    Scripted.first, Scripted.asked = wrong, 0
    try:
        value = ask(url)
    except Exception as error:  # noqa: BLE001 - whatever each of them raises
        came = type(error).__name__
    else:
        fits = isinstance(value, Review) and value.model_dump() == json.loads(RIGHT)
        came = "value" if fits else f"WRONG {value!r}"
    return f"{came}, {Scripted.asked} asked"


PEERS: dict[str, Callable[[str], object]] = {
    "qwen_magic": ours,
    "chatlas": chatlas,
    "instructor, responses": instructor("RESPONSES_TOOLS"),
    "instructor, chat": instructor("TOOLS"),
}


def main() -> None:
    """Print the table."""
    os.environ.pop("DASHSCOPE_API_KEY", None)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    with serving() as url:
        rows = [[kind, *(outcome(ask, url, wrong) for ask in PEERS.values())] for kind, wrong in WRONG.items()]  # fmt: skip
    print(", ".join(f"{name} {version(name)}" for name in ("chatlas", "instructor", "openai")))
    table = [["a first answer with", *PEERS], ["---"] * (len(PEERS) + 1), *rows]
    widths = [max(len(row[place]) for row in table) for place in range(len(PEERS) + 1)]
    for row in table:
        print(f"| {' | '.join(map(str.ljust, row, widths))} |")


if __name__ == "__main__":
    main()
