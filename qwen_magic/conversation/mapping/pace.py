"""When the next row may be sent: requests a second, tokens a second, rows in flight (pure)."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec import Struct

from qwen_magic.conversation.mapping.rate import Rate

if TYPE_CHECKING:
    from qwen_magic.conversation.mapping.rate import Sent

__all__ = ["Learned", "Pace", "Ticket"]

_FIRST_WINDOW, _BLIND_WINDOW, _LEAST_WINDOW = 8.0, 64.0, 2.0
_DOUBLING = 0.1  # seconds in which the window doubles while no answer has come
_BATCH = 8  # answers by which a window is judged, at least
_SLOWED = 2.5  # how much longer answers may take than with few rows in flight
_NARROWER, _WIDER, _DRIFT = 0.8, 1.5, 1.02


class Learned(Struct, frozen=True):
    """What a run knows of a server at its end; zero is unknown.

    Attributes:
        requests: The limit of requests a second.
        tokens: The limit of tokens a second.
        window: How many rows were in flight.
        seconds: What an answer takes.
    """

    requests: float = 0.0
    tokens: float = 0.0
    window: float = 0.0
    seconds: float = 0.0


@dataclass(slots=True, eq=False)
class Ticket:
    """A row in flight."""

    at: float
    request: Sent
    tokens: Sent


@dataclass(slots=True)
class Pace:
    """How fast rows go to one server.

    Attributes:
        most: How many rows may be in flight at all.
        window: How many may be now.
        in_flight: How many are.
    """

    most: int
    window: float = _FIRST_WINDOW
    in_flight: int = 0
    requests: Rate = field(default_factory=Rate)
    tokens: Rate = field(default_factory=lambda: Rate(math.inf))
    _base: float = math.inf
    _seconds: deque[float] = field(default_factory=deque)
    _was_full: bool = False
    _began: float = math.inf

    @classmethod
    def after(cls, learned: Learned, most: int) -> Pace:
        """Return the pace that begins where an earlier run ended."""
        found = cls(most)
        if learned.requests:
            found.requests = Rate.known(learned.requests)
        if learned.tokens:
            found.tokens = Rate.known(learned.tokens)
        if learned.window and learned.seconds:
            found.window = max(_FIRST_WINDOW, min(most, learned.window))
            found._base = learned.seconds
        return found

    @property
    def limit(self) -> int:
        """How many rows may be in flight."""
        return max(1, min(self.most, int(self.window)))

    def wait(self, now: float) -> float:
        """Return in how many seconds the next row may go; infinite until one comes back."""
        self._began = min(self._began, now)
        if math.isinf(self._base):
            grown = _FIRST_WINDOW * 2.0 ** min(60.0, (now - self._began) / _DOUBLING)
            self.window = max(self.window, min(_BLIND_WINDOW, grown))
        if self.in_flight >= self.limit:
            self._was_full = True
            blind = math.isinf(self._base) and self.window < _BLIND_WINDOW
            return _DOUBLING / 4 if blind and self.limit < self.most else math.inf
        return max(self.requests.wait(now), self.tokens.wait(now))

    def sent(self, now: float, tokens: float) -> Ticket:
        """Note that a row goes now, and what it will probably cost; 0 if nobody knows."""
        self.in_flight += 1
        return Ticket(now, self.requests.sent(now), self.tokens.sent(now, tokens))

    def answered(self, now: float, ticket: Ticket) -> None:
        """Note that an answer came; widen or narrow the window by how long answers take."""
        self.in_flight -= 1
        self._seconds.append(now - ticket.at)
        if math.isinf(self._base) or len(self._seconds) >= max(_BATCH, int(self.limit / 2)):
            self._judge()

    def refused(
        self, now: float, ticket: Ticket, retry_after: float | None, *, tokens: bool
    ) -> None:
        """Note that the server limits us."""
        self.in_flight -= 1
        if not tokens or not ticket.tokens.amount:
            self.requests.refused(now, ticket.request, retry_after)
            ticket.tokens.refused = True
            return
        if math.isinf(self.tokens.per_second):
            self._limit_tokens(ticket.tokens.amount)
        self.tokens.refused(now, ticket.tokens, retry_after)
        ticket.request.refused = True

    def _limit_tokens(self, each: float) -> None:
        """Count tokens from now on: it is they that are limited, not the requests."""
        self.tokens = Rate.known(self.requests.per_second * each)
        self.requests = Rate(self.requests.per_second)

    def dropped(self) -> None:
        """Note that a row came back without an answer, for another reason."""
        self.in_flight -= 1

    def learned(self) -> Learned:
        """Return what the next run should know."""
        return Learned(
            requests=_known(self.requests.ceiling),
            tokens=_known(self.tokens.ceiling),
            window=self.window,
            seconds=_known(self._base),
        )

    def _judge(self) -> None:
        taken = sorted(self._seconds)
        quartile = taken[len(taken) // 4]
        self._base = min(self._base * _DRIFT, quartile)
        if quartile > _SLOWED * self._base:
            self.window = max(_LEAST_WINDOW, self.window * _NARROWER)
        elif self._was_full:
            self.window = min(self.most, self.window * _WIDER + 1)
        self._seconds.clear()
        self._was_full = False


def _known(found: float) -> float:
    return 0.0 if math.isinf(found) else found
