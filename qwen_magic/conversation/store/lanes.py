"""One question at a time in each chain: a later one waits until those before it are answered.

Cells and panels ask from their own threads. A question that continues a chain must know its head,
so it cannot begin before the question in front of it has ended.
"""

from __future__ import annotations

import os
from collections import deque
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qwen_magic.conversation.turn.records import Chain

__all__ = ["Lanes", "Ticket"]


class Ticket:
    """A question's place in its chain's lane.

    Attributes:
        chain: The chain whose lane it is.
        thread: The question's thread while it is answered; 0 before.
        changes: Wakes the question when its lane changes. A `Condition` takes its lock in Python,
            where an interrupt can leave it locked for ever.
    """

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.thread = 0
        self.changes: SimpleQueue[None] = SimpleQueue()


class Lanes:
    """Who asks in each chain, in the order of asking."""

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._lanes: dict[Chain, deque[Ticket]] = {}
        self._lock = Lock()
        self._process = os.getpid()

    def join(self, ticket: Ticket) -> Ticket:
        """Line up in a chain's lane; the caller must leave it later."""
        if self._process != os.getpid():
            self._clear()  # a forked process has none of the threads that ask
        with self._lock:
            self._lanes.setdefault(ticket.chain, deque()).append(ticket)
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Leave the lane, from any place in it; do nothing if not in it."""
        with self._lock:
            lane = self._lanes.get(ticket.chain, deque())
            if ticket in lane:
                lane.remove(ticket)
            if not lane:
                self._lanes.pop(ticket.chain, None)
            for waiting in lane:
                waiting.changes.put(None)

    def wait(self, ticket: Ticket, thread: int, seconds: float) -> bool:
        """Wait a moment; return whether it is this question's turn.

        A question does not wait for one that its own thread is answering, nor for the one that
        called the function which asks it.

        Args:
            ticket: The question's place.
            thread: The thread that it belongs to.
            seconds: How long to wait, at most.
        """
        if not self._is_first(ticket, thread):
            with suppress(Empty):
                ticket.changes.get(timeout=seconds)
        if not self._is_first(ticket, thread):
            return False
        ticket.thread = thread
        return True

    def _is_first(self, ticket: Ticket, thread: int) -> bool:
        with self._lock:
            first = self._lanes[ticket.chain][0]
        return first is ticket or first.thread == thread
