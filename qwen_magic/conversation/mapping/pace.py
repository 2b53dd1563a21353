"""When the next row may be sent: requests a second, tokens a second, rows in flight (pure)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec import Struct

from qwen_magic.conversation.mapping.rate import Rate
from qwen_magic.conversation.mapping.window import Window

if TYPE_CHECKING:
    from qwen_magic.conversation.mapping.rate import Sent

__all__ = ["Learned", "Pace", "Patience", "Ticket"]

_LONGEST = 600.0  # seconds without an answer: servers count their limits by the minute


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
class Patience:
    """How long a server may limit every row.

    Attributes:
        since: When it began to; infinite if an answer came last.
    """

    since: float = math.inf

    def answered(self) -> None:
        """Note that an answer came."""
        self.since = math.inf

    def refused(self, now: float) -> None:
        """Note that the server limits us."""
        self.since = min(self.since, now)

    def is_over(self, now: float, wait: float | None) -> bool:
        """Return whether no answer came for too long, or none may be asked for."""
        return now + (wait or 0.0) - self.since > _LONGEST


@dataclass(slots=True)
class Pace:
    """How fast rows go to one server.

    Attributes:
        window: How many rows may be in flight.
        in_flight: How many are.
    """

    window: Window
    in_flight: int = 0
    requests: Rate = field(default_factory=Rate)
    tokens: Rate = field(default_factory=lambda: Rate(math.inf))
    patience: Patience = field(default_factory=Patience)

    @classmethod
    def after(cls, learned: Learned, most: int, first: int = 0) -> Pace:
        """Return the pace that begins where an earlier run ended.

        Args:
            learned: What is known of the server.
            most: How many rows may be in flight.
            first: How many are at first; 0 for more and more until an answer comes.
        """
        found = cls(Window(most, float(first), blind=float(first)) if first else Window(most))
        if learned.requests:
            found.requests = Rate.known(learned.requests)
        if learned.tokens:
            found.tokens = Rate.known(learned.tokens)
        if learned.window and learned.seconds:
            found.window = Window(most, learned.window, learned.seconds)
        return found

    @property
    def limit(self) -> int:
        """How many rows may be in flight."""
        return self.window.limit

    def wait(self, now: float) -> float:
        """Return in how many seconds the next row may go; infinite until one comes back."""
        if not self.window.room(now, self.in_flight):
            return self.window.opens_soon
        return max(self.requests.wait(now), self.tokens.wait(now))

    def sent(self, now: float, tokens: float) -> Ticket:
        """Note that a row goes now, and what it will probably cost; 0 if nobody knows."""
        self.in_flight += 1
        return Ticket(now, self.requests.sent(now), self.tokens.sent(now, tokens))

    def answered(self, now: float, ticket: Ticket) -> None:
        """Note that an answer came."""
        self.in_flight -= 1
        self.patience.answered()
        self.window.answered(now, ticket.at)

    def refused(
        self, now: float, ticket: Ticket, retry_after: float | None, *, tokens: bool
    ) -> None:
        """Note that the server limits us."""
        self.in_flight -= 1
        self.patience.refused(now)
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

    def crowded(self, now: float, ticket: Ticket) -> bool:
        """Note that the rows in flight were too many for the server; return whether fewer can be."""
        self.in_flight -= 1
        return self.window.crowded(now, ticket.at)

    def learned(self) -> Learned:
        """Return what the next run should know."""
        return Learned(
            requests=_known(self.requests.ceiling),
            tokens=_known(self.tokens.ceiling),
            window=self.window.size,
            seconds=_known(self.window.usual),
        )


def _known(found: float) -> float:
    return 0.0 if math.isinf(found) else found
