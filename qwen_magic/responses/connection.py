"""The connection that a client keeps from one exchange to the next, and how it ends.

A client closes it. If nobody closed the client, the connection ends with it: when the garbage
collector finds it, or with the process, which does not cut an answer that is under way.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING
from weakref import finalize, ref

from qwen_magic.responses.exchange import Exchange

if TYPE_CHECKING:
    import httpx

__all__ = ["Connection"]

_GRACE = 0.05  # seconds in which an earlier answer may finish, so that its connection is kept
_MOMENT = 1.0  # seconds in which a reading thread usually ends, once its exchange was left


class Connection:
    """Open one client's exchanges, as a rule one after the other.

    Args:
        http: Sends the requests; it is closed with the connection.
        owner: The client.
    """

    def __init__(self, http: httpx.Client, owner: object) -> None:
        self._http = http
        self._exchanges: list[Exchange] = []  # the last one, and those that may not have ended
        self._asides: list[Exchange] = []
        self._is_left = False
        self._opening = Lock()
        finalize(owner, self._forgotten, ref(owner))

    def open(self, request: httpx.Request) -> Exchange:
        """Return an exchange, not started; end an earlier one whose answer nobody waits for."""
        with self._opening:  # threads may share a client
            last = self._exchanges[-1] if self._exchanges else None
            if last and (last.read.is_set() or last.left.is_set()):
                last.settle(_GRACE)
            others = [*filter(_reads, self._exchanges)]
            idle = last.connection if last and not others else None  # else it is not known which
            exchange = Exchange(self._http, request, idle=idle, ended=self._close_if_quiet)
            self._exchanges = [*others, exchange]
        return exchange

    def aside(self, request: httpx.Request) -> None:
        """Send a request beside the others; ignore what comes of it."""
        exchange = Exchange(self._http, request, ended=self._close_if_quiet)
        exchange.drop_rest()
        self._asides = [*filter(_reads, self._asides), exchange]
        exchange.start()

    def close(self) -> None:
        """Close it; exchanges that still read end first, or soon after."""
        for exchange in self._asides:
            exchange.settle(_MOMENT)
        self._leave()
        for exchange in self._exchanges:
            exchange.settle(_MOMENT)

    def _leave(self) -> None:
        """End all exchanges; wait for nothing, and take no lock that a reading thread has."""
        self._is_left = True
        for exchange in self._exchanges:
            if not exchange.finished:
                exchange.abort()
        self._close_if_quiet()

    def _close_if_quiet(self) -> None:
        if self._is_left and not any(map(_reads, (*self._exchanges, *self._asides))):
            self._http.close()

    def _forgotten(self, owner: ref[object]) -> None:
        """Close it in any thread that collects garbage or, if the owner still lives, at the end."""
        if owner() is None:
            self._leave()
        elif all(exchange.finished or exchange.read.is_set() for exchange in self._exchanges):
            self.close()


def _reads(exchange: Exchange) -> bool:
    return exchange.reads
