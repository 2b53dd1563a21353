"""One question at a time in each chain: a later one waits until those before it are answered.

Cells and panels ask from threads of their own. What continues a chain must know its head, so it
cannot begin before the question in front of it has ended.
"""

from __future__ import annotations

from collections import deque
from contextlib import closing, suppress
from queue import Empty, SimpleQueue
from threading import Lock
from typing import TYPE_CHECKING

from qwen_magic.conversation.tools.origin import origin
from qwen_magic.conversation.turn.steps import Stopped
from qwen_magic.conversation.turn.turn import Turn, advance

if TYPE_CHECKING:
    from collections.abc import Generator

    from qwen_magic.conversation.session import Session
    from qwen_magic.conversation.turn.records import Chain

__all__ = ["Lanes", "Ticket", "in_order"]

_TICK = 0.04


class Ticket:
    """A question's place in its chain's lane.

    Attributes:
        chain: Whose lane it is.
        thread: That of the question, while it is answered.
        changes: Of the lane. A condition's lock is taken in Python, where an interrupt can leave it
            taken for ever.
    """

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.thread = 0
        self.changes: SimpleQueue[None] = SimpleQueue()


class Lanes:
    """Who asks in each chain, in the order of asking."""

    def __init__(self) -> None:
        self._lanes: dict[Chain, deque[Ticket]] = {}
        self._lock = Lock()

    def join(self, ticket: Ticket) -> Ticket:
        """Line up in a chain's lane; whoever does must leave it."""
        with self._lock:
            self._lanes.setdefault(ticket.chain, deque()).append(ticket)
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Leave the lane, first or not, or not in it."""
        with self._lock:
            lane = self._lanes.get(ticket.chain, deque())
            if ticket in lane:
                lane.remove(ticket)
            if not lane:
                self._lanes.pop(ticket.chain, None)
            for waiting in lane:
                waiting.changes.put(None)

    def wait(self, ticket: Ticket, seconds: float) -> bool:
        """Wait a moment; return whether it is this question's turn.

        A question that is asked while its own thread answers one, or by a function that one
        called, does not wait.
        """
        if not self._is_first(ticket):
            with suppress(Empty):
                ticket.changes.get(timeout=seconds)
        if not self._is_first(ticket):
            return False
        ticket.thread = origin()
        return True

    def _is_first(self, ticket: Ticket) -> bool:
        with self._lock:
            first = self._lanes[ticket.chain][0]
        return first is ticket or first.thread == origin()


def in_order(
    session: Session, turns: Generator[Turn, None, None], ticket: Ticket | None = None
) -> Generator[Turn, None, None]:
    """Yield the turns of a question when those before it in its chain have been answered.

    Args:
        session: What asks, its settings being those of the question.
        turns: `session.stream(…)`, not begun.
        ticket: The question's place, which its owner leaves; by default it lines up when it is
            first waited for.
    """
    lanes, owned = session.store.lanes, ticket
    ticket = owned or Ticket(session.chain)
    waits = Turn(model=session.settings.model, chain=ticket.chain.name)
    try:
        if owned is None:
            lanes.join(ticket)
        with closing(turns):
            yield from _waited(lanes, ticket, session, waits)
            yield from turns
    finally:
        if owned is None:
            lanes.leave(ticket)


def _waited(
    lanes: Lanes, ticket: Ticket, session: Session, waits: Turn
) -> Generator[Turn, None, None]:
    while not lanes.wait(ticket, _TICK):
        try:
            yield waits
        except BaseException:
            session.last, session.node = advance(waits, Stopped()), None
            raise
