"""Who uses our server: each kernel holds a connection, and with the last one the server ends.

The system closes a process's connections however it ends, so nothing has to be said for it. That
holds for `kill -9`, and on every system.
"""

from __future__ import annotations

import hmac
import os
import socket
from contextlib import suppress
from selectors import EVENT_READ, DefaultSelector
from time import monotonic

__all__ = ["Lease", "Leases"]

_HERE = "127.0.0.1"
_WELCOME, _STOP = b"+", b"stop\n"
_LONGEST = 256
_TICK = 0.25


class Leases:
    """The server's side: wait until no kernel is left, or one says stop.

    Args:
        key: What a kernel has to know.
        patience: Seconds until the first kernel must have come.
    """

    def __init__(self, key: str, patience: float = 20.0) -> None:
        self._key = key.encode()
        self._listener = socket.create_server((_HERE, 0))
        self._listener.settimeout(0)
        self._selector = DefaultSelector()
        self._selector.register(self._listener, EVENT_READ)
        self._heard: dict[socket.socket, bytes] = {}
        self._held: set[socket.socket] = set()
        self._until = monotonic() + patience

    @property
    def port(self) -> int:
        """Where kernels connect."""
        return int(self._listener.getsockname()[1])

    def wait(self) -> None:
        """Return once nobody needs the server."""
        stopped = False
        while not stopped and (self._held or monotonic() < self._until):
            for ready, _ in self._selector.select(_TICK):
                connection = ready.fileobj
                if not isinstance(connection, socket.socket) or connection is self._listener:
                    self._welcome()
                else:
                    stopped = self._hear(connection) or stopped

    def _welcome(self) -> None:
        with suppress(OSError):
            connection, _ = self._listener.accept()
            connection.settimeout(0)
            self._heard[connection] = b""
            self._selector.register(connection, EVENT_READ)

    def _hear(self, connection: socket.socket) -> bool:
        """Take what a connection says; return whether it says stop."""
        try:
            said = connection.recv(_LONGEST)
        except BlockingIOError:
            return False
        except OSError:
            said = b""
        heard = self._heard[connection] + said
        if not said or len(heard) > _LONGEST:
            self._leave(connection)
            return False
        self._heard[connection] = heard
        if connection not in self._held and b"\n" in heard:
            self._admit(connection, *heard.split(b"\n", 1))
        return connection in self._held and self._heard[connection] == _STOP

    def _admit(self, connection: socket.socket, given: bytes, rest: bytes) -> None:
        if not hmac.compare_digest(given, self._key):
            self._leave(connection)
            return
        self._held.add(connection)
        self._until = 0.0
        self._heard[connection] = rest
        with suppress(OSError):
            connection.send(_WELCOME)

    def _leave(self, connection: socket.socket) -> None:
        self._selector.unregister(connection)
        connection.close()
        self._held.discard(connection)
        del self._heard[connection]


class Lease:
    """A kernel's side: while it is held, the server stays.

    Raises:
        OSError: There is no server, or it does not know the key.
    """

    def __init__(self, port: int, key: str) -> None:
        self._process = os.getpid()
        self._connection = socket.create_connection((_HERE, port), timeout=2.0)
        try:
            self._connection.sendall(key.encode() + b"\n")
            if self._connection.recv(1) != _WELCOME:
                raise ConnectionRefusedError
        except OSError:
            self._connection.close()
            raise
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.close)

    @property
    def is_held(self) -> bool:
        """Whether the server is still there; a forked process holds nothing."""
        if self._process != os.getpid() or self._connection.fileno() < 0:
            return False
        self._connection.settimeout(0)
        try:
            return self._connection.recv(1, socket.MSG_PEEK) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False

    def stop(self) -> None:
        """End the server, for all kernels."""
        self._connection.settimeout(None)
        with suppress(OSError):
            self._connection.sendall(_STOP)
            self._connection.settimeout(2.0)
            while self._connection.recv(_LONGEST):
                pass
        self.close()

    def close(self) -> None:
        """Need the server no longer."""
        self._connection.close()
