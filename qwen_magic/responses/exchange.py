"""One HTTP exchange on a thread of its own, so that the caller is never stuck in a read.

The thread only reads. The caller rests as long as it likes, takes what has come, and can end the
exchange at any moment. To end it, the caller shuts the socket down: closing an httpx response does
not wake a blocked read, and neither does closing the socket. Only the thread itself may close it.
To the system a socket is a number: a read that was woken, but has not looked yet, would go on with
whatever has that number by then.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

__all__ = ["Exchange", "Head", "Mark"]

_DRAIN_LIMIT = 64 * 1024
_AT_ONCE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Head:
    """What came before the body."""

    status: int
    headers: Mapping[str, str] = field(repr=False)


class Mark:
    """Something that happens once; one thread may wait for it.

    It may be set wherever Ctrl-C or the garbage collector cuts in. A `threading.Event` may not: it
    is Python code around a lock, which could stay taken, or be wanted by its own holder.
    """

    def __init__(self) -> None:
        self._is_set = False
        self._news: SimpleQueue[None] = SimpleQueue()

    def set(self) -> None:
        """Note that it has happened."""
        self._is_set = True
        self._news.put(None)

    def is_set(self) -> bool:
        """Return whether it has happened."""
        return self._is_set

    def wait(self, seconds: float) -> bool:
        """Wait until it happens, for a bounded time; return whether it has."""
        with suppress(Empty):
            if not self._is_set:
                self._news.get(timeout=seconds)
        return self._is_set


class Exchange:
    """Send a request and collect the answer in the background.

    Attributes:
        head: The response's head, once it is there.
        error: What ended the exchange early, if something did.
        finished: Whether nothing more will come.
        read: Set once nothing more is needed.
        left: Set once the caller ended the exchange. A transport finds both among the request's
            extensions.
    """

    def __init__(
        self,
        http: httpx.Client,
        request: httpx.Request,
        *,
        idle: object = None,
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare.

        Args:
            http: Sends the request.
            request: What is asked.
            idle: The connection that an earlier exchange left open.
            ended: Called by the thread, once it reads no more.
        """
        self._arrivals: SimpleQueue[None] = SimpleQueue()
        self.head: Head | None = None
        self.error: Exception | None = None
        self.connection = idle
        self._http = http
        self._request = request
        self._chunks: deque[bytes] = deque()
        self.finished = False
        self.read = Mark()
        self.left = Mark()
        self._dropped: int | None = None
        self._ended = ended
        self._process = os.getpid()
        request.extensions = {
            **request.extensions,
            "trace": self._trace,
            "read": self.read,
            "left": self.left,
        }
        self._thread = Thread(target=self._run, name="qwen_magic exchange", daemon=True)

    def start(self) -> None:
        """Send the request; the caller must end it, even if Ctrl-C cuts this short."""
        self._thread.start()

    @property
    def reads(self) -> bool:
        """Whether the thread is reading, or may be."""
        return self._thread.ident is not None and not self.finished

    def rest(self, seconds: float) -> None:
        """Wait until something comes (bytes, the head, the end), for a bounded time."""
        with suppress(Empty):
            self._arrivals.get(timeout=seconds)

    def take(self) -> bytes:
        """Return the bytes since the last call; if it was finished before, the last ones."""
        return b"".join([self._chunks.popleft() for _ in range(len(self._chunks))])

    def drop_rest(self) -> None:
        """Ignore what is still to come; a short rest is read so that the connection can be kept."""
        self._dropped = 0
        self.read.set()

    def settle(self, seconds: float) -> None:
        """Wait for the end for a bounded time, then abort."""
        if self._thread.is_alive():
            self._thread.join(seconds)
        if not self.finished:
            self.abort()

    def abort_unless_dropped(self) -> None:
        """End the exchange, unless only a rest that nobody needs is left."""
        if self._dropped is None and not self.finished:
            self.abort()

    def abort(self) -> None:
        """End the exchange now; the server sees its client leave."""
        self.left.set()
        found = _socket_of(self.connection)
        if found is not None and self._process == os.getpid():  # a forked process only shares it
            with suppress(OSError):  # it may be closed already
                # A server stuck in sending sees only a reset, which comes when the socket closes.
                found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
                socket.socket.shutdown(found, socket.SHUT_RDWR)

    def _run(self) -> None:
        try:
            response = self._http.send(self._request, stream=True)
            try:
                self._read(response)
            finally:
                response.close()
        except Exception as error:  # noqa: BLE001 - the caller translates whatever it was
            self.error = error
        finally:
            self.finished = True
            self._arrivals.put(None)
            self._ended()

    def _read(self, response: httpx.Response) -> None:
        self.connection = response.extensions.get("network_stream", self.connection)
        if self.left.is_set():
            return
        self.head = Head(response.status_code, response.headers)
        self._arrivals.put(None)
        for chunk in response.iter_bytes():
            if self._dropped is None:
                self._chunks.append(chunk)
                if self._arrivals.empty():
                    self._arrivals.put(None)
                continue
            self._dropped += len(chunk)
            if self._dropped > _DRAIN_LIMIT:
                return

    def _trace(self, name: str, info: Mapping[str, Any]) -> None:
        """Note the connection as soon as there is one (httpx, "Extensions", trace)."""
        if name.endswith(("connect_tcp.complete", "start_tls.complete")):
            self.connection = info["return_value"]
            if self.left.is_set():
                self.abort()


def _socket_of(connection: Any) -> socket.socket | None:  # noqa: ANN401 - httpcore's stream, untyped
    found = connection.get_extra_info("socket") if connection is not None else None
    return found if isinstance(found, socket.socket) else None
