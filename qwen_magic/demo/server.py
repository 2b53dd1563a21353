"""The demo as a server: started and stopped, on a port of 127.0.0.1."""

from __future__ import annotations

import atexit
import socket
import time
from contextlib import suppress
from threading import Lock, Thread
from typing import Self

from qwen_magic.demo.connection import Desk, Listener, Received
from qwen_magic.demo.responses import Responses
from qwen_magic.errors import QwenError

__all__ = ["PACE", "DemoServer", "Received", "shared_server"]

PACE = 0.025
"""Seconds between two pieces of text, so that one can read along."""


class DemoServer:
    """A server that answers as Model Studio does, from a script.

    Use it in a `with` block, or call `start` and `close`.

    Args:
        port: The port to listen on; 0 takes a free one.
        key: The only API key to accept; if None, any key will do, or none at all.
        pace: Seconds between two pieces of text.
    """

    def __init__(self, port: int = 0, key: str | None = None, pace: float = PACE) -> None:
        self._port = port
        self._desk = Desk(Responses(time.time), key, pace)
        self._listener: Listener | None = None
        self._thread = Thread()

    @property
    def base_url(self) -> str:
        """The address to give to a client, without the final `/responses`."""
        if self._listener is None:
            raise QwenError("the demo server is not running", hint="call start() first")
        return f"http://127.0.0.1:{self._listener.server_port}/compatible-mode/v1"

    @property
    def pace(self) -> float:
        """Seconds between two pieces of text; may be changed while answers are under way."""
        return self._desk.pace

    @pace.setter
    def pace(self, seconds: float) -> None:
        self._desk.pace = seconds

    @property
    def requests(self) -> list[Received]:
        """The last 1,000 requests, in the order they came."""
        return list(self._desk.requests)

    @property
    def aborted(self) -> int:
        """The number of answers whose client left before their end."""
        return len(self._desk.aborted)

    def start(self) -> Self:
        """Listen, in a thread of its own.

        Raises:
            QwenError: The port is taken.
        """
        if self._listener is None:
            try:
                self._listener = Listener(self._port, self._desk)
            except OSError as exc:
                why = f"the demo server cannot listen on port {self._port!r}: {exc.strerror}"
                raise QwenError(why, hint="choose another port, or 0 for a free one") from exc
            self._thread = Thread(target=self._listen, args=(self._listener,), daemon=True)
            self._thread.start()
        return self

    def _listen(self, listener: Listener) -> None:
        while self._listener is listener:
            listener.handle_request()

    def close(self) -> None:
        """Stop listening and hang up on everyone; what was received can still be read."""
        if self._listener is None:
            return
        listener, self._listener = self._listener, None
        listener.is_closing = True
        with suppress(OSError):  # one more connection, so that the thread sees the end
            socket.create_connection(("127.0.0.1", listener.server_port), timeout=1).close()
        self._thread.join(timeout=1)
        listener.server_close()
        for connection in list(self._desk.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()


_lock = Lock()
_shared: list[DemoServer] = []


def shared_server(speed: float = 1.0) -> DemoServer:
    """Return the demo server of this process; the first call starts it.

    Args:
        speed: 1 is a pace one can read at, 2 twice as fast, 0 gives answers at once.
    """
    with _lock:
        if not _shared:
            _shared.append(DemoServer().start())
            atexit.register(_shared[0].close)
        _shared[0].pace = PACE / speed if speed else 0.0
        return _shared[0]
