"""A server that plays scripts byte by byte, so that tests can have every fault of a network."""

from __future__ import annotations

import socket
import struct
import time
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from select import select
from threading import Event, Thread
from typing import TYPE_CHECKING, Self, TypeAlias

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Iterable
    from types import TracebackType

__all__ = [
    "CHUNKED",
    "LAST_CHUNK",
    "OPENED",
    "Act",
    "Asked",
    "RawServer",
    "Script",
    "answered",
    "chunk",
    "streamed",
]


class Act(Enum):
    """What a script can do besides sending bytes and pausing for some seconds."""

    CLOSE = "end the connection in order"
    RESET = "drop the connection"
    HOLD = "keep silent until the client leaves"


Script: TypeAlias = "Iterable[bytes | float | Act]"

_STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
OPENED = _STREAM + b"Connection: close\r\n\r\n"  # the body ends with the connection
CHUNKED = _STREAM + b"Transfer-Encoding: chunked\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def streamed(*pieces: bytes) -> list[bytes | float | Act]:
    """Return the script of a whole stream; the connection stays open after it."""
    return [CHUNKED, *map(chunk, pieces), LAST_CHUNK]


def answered(status: int, body: bytes = b"", /, **headers: str) -> list[bytes | float | Act]:
    """Return the script of a whole answer; the connection stays open after it."""
    found = {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in found.items()]
    return ["\r\n".join([f"HTTP/1.1 {status} Said", *lines, "", ""]).encode() + body]


@dataclass(frozen=True)
class Asked:
    """One request, and the number of the connection that it came over."""

    connection: int
    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class RawServer:
    """Plays one script for each request, in order, and drops requests beyond that.

    Attributes:
        asked: The requests so far.
        holding: Set when a script holds still.
        gone: Set when a client has left early.
        left_at: When it left, by the monotonic clock.
    """

    scripts: deque[Script]
    asked: list[Asked] = field(default_factory=list)
    holding: Event = field(default_factory=Event)
    gone: Event = field(default_factory=Event)
    left_at: float = 0.0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads = [Thread(target=self._accept)]
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for found in (self._listener, *self._open):
            with suppress(OSError):  # it may be closed already
                found.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(60)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener was shut down
            while True:
                connection, _ = self._listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open.append(connection)
                thread = Thread(target=self._serve, args=(connection, len(self._open)))
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        with connection:
            while (asked := _request(connection, number)) is not None:
                self.asked.append(asked)
                script = self.scripts.popleft() if self.scripts else [Act.RESET]
                try:
                    kept = all(self._play(step, connection) for step in script)
                except OSError:
                    self._left()
                    return
                if not kept:
                    return

    def _play(self, step: bytes | float | Act, connection: socket.socket) -> bool:
        """Take one step; return whether the connection is still there."""
        match step:
            case bytes():
                connection.sendall(step)
            case Act.RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return False
            case Act.CLOSE:
                return False
            case _:
                self.holding.set()
                seconds = 30.0 if step is Act.HOLD else float(step)
                if select([connection], [], [], seconds)[0] and not connection.recv(1):
                    self._left()
                    return False
        return True

    def _left(self) -> None:
        self.left_at = time.monotonic()
        self.gone.set()


def _request(connection: socket.socket, number: int) -> Asked | None:
    """Read one request; None if the client left instead."""
    with suppress(OSError), connection.makefile("rb") as file:
        line = file.readline().decode().strip()
        headers = {}
        while field_line := file.readline().decode().strip():
            name, _, value = field_line.partition(":")
            headers[name.lower()] = value.strip()
        body = file.read(int(headers.get("content-length", 0)))
        return Asked(number, line, headers, body) if line else None
    return None
