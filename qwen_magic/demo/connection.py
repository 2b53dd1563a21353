"""One client's connection to the demo: HTTP requests in, JSON or event streams out."""

from __future__ import annotations

import re
import socket
import sys
from collections import deque
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import inf
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec

from qwen_magic.demo.faults import spoil
from qwen_magic.demo.kept import about_kept, route
from qwen_magic.demo.stream import TERMINAL, Frame, encode, frames
from qwen_magic.demo.wire.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qwen_magic.demo.responses import Exchange, Responses

__all__ = ["Desk", "Listener", "Received"]

_AT_ONCE = 1e-9  # seconds: done by the next request
_REMEMBERED = 1000  # requests; the demo of a kernel may run for days

# A tool's schema may be anything at all, and the script does not check it as a validator would.
_SURPRISES = (AttributeError, LookupError, RecursionError, TypeError, ValueError, re.error)


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came in.

    Attributes:
        headers: By lower-case name.
        body: The JSON object; empty if there was none.
    """

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    method: str = "POST"


@dataclass(slots=True)
class Desk:
    """What all connections of one server share."""

    responses: Responses
    key: str | None
    pace: float
    requests: deque[Received] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    aborted: list[object] = field(default_factory=list)
    connections: set[socket.socket] = field(default_factory=set)


class Listener(ThreadingHTTPServer):
    """The listening socket, with a thread for each connection."""

    daemon_threads = True
    allow_reuse_address = sys.platform != "win32"  # there, two servers would share a port
    request_queue_size = 128

    def __init__(self, port: int, desk: Desk) -> None:
        self.desk = desk
        self.is_closing = False
        super().__init__(("127.0.0.1", port), _Connection)

    def server_bind(self) -> None:
        """Bind without asking a name server who we are, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ANN401, ARG002 - the base's
        """Hang up on who comes too late: a process that ends begins no thread."""
        return not self.is_closing

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the base's
        """Report errors other than a client that left."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Listener
    connection: socket.socket

    def setup(self) -> None:
        super().setup()
        self.server.desk.connections.add(self.connection)

    def finish(self) -> None:
        self.server.desk.connections.discard(self.connection)
        super().finish()

    def log_message(self, *_: object) -> None:
        """Keep quiet: a notebook's output is not a log."""

    def do_POST(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        try:
            self._route(self._receive())
        except Refusal as refusal:
            request_id = str(uuid4())
            headers = {"x-request-id": request_id, **refusal.headers}
            self._send(refusal.status, refusal.body(request_id), headers)

    def _receive(self) -> Received:
        """Read the request, and note it."""
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            body = msgspec.json.decode(raw) if raw else {}
        except (msgspec.DecodeError, UnicodeDecodeError):
            body = None
        headers = {name.lower(): value for name, value in self.headers.items()}
        received = Received(
            self.path, headers, body if isinstance(body, dict) else {}, self.command
        )
        self.server.desk.requests.append(received)
        if not isinstance(body, dict):
            text = "The request body is not a JSON object."
            raise Refusal(text, "invalid_request_error", enveloped=True)
        return received

    def _route(self, received: Received) -> None:
        desk = self.server.desk
        given = received.headers.get("authorization", "").removeprefix("Bearer ")
        if desk.key is not None and given != desk.key:
            raise Refusal("Invalid API-key provided.", "InvalidApiKey", 401)
        if received.method == "POST" and route(received.path) == ("responses",):
            self._respond(received)
        else:
            about = received.method, received.path, received.body
            self._send(200, about_kept(desk.responses, *about))

    def _respond(self, received: Received) -> None:
        caching = received.headers.get("x-dashscope-session-cache") == "enable"
        try:
            exchange = self.server.desk.responses.create(received.body, session_cache=caching)
        except _SURPRISES as exc:
            text = f"An internal error has occurred: {exc!r}"
            raise Refusal(text, "InternalError", 500) from exc
        if received.body.get("stream") and not exchange.fault.error:
            self._stream(exchange)
        elif received.body.get("background") or exchange.fault.queued:
            self._start(exchange)
        else:
            self._whole(exchange)

    def _start(self, exchange: Exchange) -> None:
        """Work on a response without letting the client wait; it is done when a stream would be."""
        spoiled = list(spoil(frames(exchange.response), exchange.fault))
        last = spoiled[-1].event
        whole = last["response"] if last.get("type") in TERMINAL else exchange.response
        seconds = sum(map(self._delay, spoiled)) if last.get("type") in TERMINAL else inf
        done = replace(exchange, response=whole)
        self._send(200, self.server.desk.responses.start(done, max(seconds, _AT_ONCE)))

    def _whole(self, exchange: Exchange) -> None:
        """Send what the stream would end with, as one JSON object."""
        spoiled = list(spoil(frames(exchange.response), exchange.fault))
        if self._left(sum(map(self._delay, spoiled))):
            return
        last = spoiled[-1].event
        if last.get("type") in TERMINAL:
            self._keep(exchange, last)
            self._send(200, last["response"])
            return
        half = msgspec.json.encode(exchange.response)
        self._head(200, {"Content-Type": "application/json", "Content-Length": str(len(half) // 2)})
        self.wfile.write(half[: len(half) // 2])

    def _stream(self, exchange: Exchange) -> None:
        """Send the events, each at its time, until the end or until the client leaves."""
        self._head(
            200,
            {"Content-Type": "text/event-stream;charset=UTF-8", "Transfer-Encoding": "chunked"},
        )
        try:
            for number, frame in enumerate(spoil(frames(exchange.response), exchange.fault)):
                if self._left(self._delay(frame)):
                    return
                if frame.event:
                    self._keep(exchange, frame.event)
                    self._chunk(encode(number, frame.event))
            self._chunk(b"")
        except ConnectionError:
            self._leave()

    def _delay(self, frame: Frame) -> float:
        return frame.paces * self.server.desk.pace + frame.seconds

    def _keep(self, exchange: Exchange, event: Mapping[str, Any]) -> None:
        """Keep a response before telling its end, so that the next request finds it."""
        if event["type"] in TERMINAL and event["type"] != "response.failed":
            self.server.desk.responses.keep(exchange)

    def _left(self, seconds: float) -> bool:
        """Wait, and return at once if the client hangs up; return whether it did."""
        if seconds <= 0:
            return False
        self.connection.settimeout(seconds)
        try:
            gone = not self.connection.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            gone = False
        except ConnectionError:
            gone = True
        self.connection.settimeout(None)
        if gone:
            self._leave()
        return gone

    def _leave(self) -> None:
        self.close_connection = True
        self.server.desk.aborted.append(self.client_address)

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def _send(
        self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> None:
        data = msgspec.json.encode(body)
        fixed = {"Content-Type": "application/json", "Content-Length": str(len(data))}
        self._head(status, {**fixed, **(headers or {})})
        self.wfile.write(data)

    def _head(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
