"""The pace of an engine whose permits come from elsewhere, in blocks."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING, Protocol

from qwen_magic.conversation.mapping.pace import Learned, Patience, Ticket
from qwen_magic.conversation.mapping.rate import Sent
from qwen_magic.conversation.spreading.permits import Asking, Report

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwen_magic.conversation.spreading.permits import Fate, Lease

__all__ = ["LeasedPace", "Lender", "Stock"]

_LOOK = 0.01  # seconds between two looks whether a block has come
_STALE = 0.25  # seconds after which a permit that nobody used goes back
_HURRY = 0.5  # of the usual gap; who was held up makes up for it, but not in one burst
_SILENT = 10.0  # seconds after which a block that did not come is asked for again


class Lender(Protocol):
    """Gives out permits."""

    @property
    def holder(self) -> str:
        """The name of this process."""

    def lend(self, asking: Asking, then: Callable[[Lease | None], None]) -> None:
        """Ask for permits; call `then` once they are there, from any thread; None if they failed."""


@dataclass(slots=True)
class Stock:
    """A process's permits for one server; all engines of the process share it.

    Attributes:
        lender: Where permits come from.
        most: How many rows may be in flight.
        shared: Whether in all processes together.
    """

    lender: Lender
    where: str
    most: int
    shared: bool = False
    learned: Learned = field(default_factory=Learned)
    limit: int = 1
    _lock: RLock = field(default_factory=RLock)
    _permits: deque[tuple[float, int]] = field(default_factory=deque)
    _reports: list[Report] = field(default_factory=list)
    _cost: float = 0.0
    _asked: float = float("-inf")
    _is_asking: bool = False
    _is_starved: bool = False
    _engines: int = 0
    _every: float = 0.0
    _gap: float = 0.0
    _taken: float = float("-inf")

    def enter(self) -> None:
        """Note that one more engine sends."""
        with self._lock:
            self._engines += 1

    def leave(self) -> None:
        """Note that an engine has ended; after the last one give back what nobody uses."""
        with self._lock:
            self._engines -= 1
            self._flush()

    def take(self, now: float) -> int | float:
        """Return the number of a permit that may be used now, or in how many seconds to look again."""
        with self._lock:
            self._return_stale(now)
            if not self._permits:
                self._is_starved = True
                self._ask(now)
            if not self._permits:
                return _LOOK
            at = max(self._permits[0][0], self._taken + self._gap)
            if at > now:
                return at - now
            self._taken = now
            return self._permits.popleft()[1]

    def tell(self, number: int, fate: Fate, retry_after: float | None = None) -> None:
        """Report what became of a permit: a refusal at once, all else when there is more to tell."""
        with self._lock:
            self._reports.append(Report(number, fate, retry_after))
            self._ask(time.monotonic(), hurry=_is_limit(fate))

    def cost(self, tokens: float) -> None:
        """Note what a row costs."""
        self._cost = tokens

    def _flush(self) -> None:
        """Tell what is left to tell; a block that is under way when the last engine ends goes back, too."""
        if not self._engines:
            self._return_stale(float("inf"))
            self._is_starved = False
        if self._reports:
            self._ask(time.monotonic(), hurry=True)

    def _return_stale(self, now: float) -> None:
        while self._permits and self._permits[0][0] < now - _STALE:
            self._reports.append(Report(self._permits.popleft()[1], "unused"))

    def _ask(self, now: float, *, hurry: bool = False) -> None:
        if self._is_asking and now - self._asked < _SILENT:
            return
        if not hurry and now - self._asked < self._every:
            return
        self._is_asking, self._asked = True, now
        reports, self._reports = tuple(self._reports), []
        asking = Asking(
            *(self.where, self.lender.holder, self._is_starved, self._cost),
            *(self.most, self.shared, self.learned, reports),
        )
        self._is_starved = False
        self.lender.lend(asking, lambda lease: self._came(asking, lease))

    def _came(self, asking: Asking, lease: Lease | None) -> None:
        with self._lock:
            self._is_asking = False
            if lease is None:
                self._reports[:0] = asking.reports
                return
            now = time.monotonic()
            self._permits.extend((now + offset, number) for number, offset in lease.permits)
            if lease.permits:
                self._gap = _HURRY * lease.every / len(lease.permits)
            self._every, self.limit, self.learned = lease.every, lease.limit, lease.learned
            if not self._engines or any(_is_limit(report.fate) for report in self._reports):
                self._flush()


def _is_limit(fate: Fate) -> bool:
    return fate in {"refused", "tokens"}


class LeasedPace:
    """What `Pace` is, for one engine, out of a stock."""

    def __init__(self, stock: Stock) -> None:
        self.patience: Patience = Patience()
        self._stock = stock
        self._stock.enter()
        self._claim: int | None = None
        self._numbers: dict[Ticket, int] = {}

    @property
    def limit(self) -> int:
        """How many rows may be in flight."""
        return self._stock.limit

    def wait(self, now: float) -> float:
        """Return in how many seconds to look again; 0 or less if a row may be sent."""
        if self._claim is None:
            found = self._stock.take(now)
            if isinstance(found, float):
                return found
            self._claim = found
        return 0.0

    def sent(self, now: float, tokens: float) -> Ticket:
        """Use the permit that `wait` got."""
        ticket = Ticket(now, Sent(now), Sent(now, tokens))
        if self._claim is not None:
            self._numbers[ticket] = self._claim
            self._claim = None
        self._stock.cost(tokens)
        return ticket

    def answered(self, _: float, ticket: Ticket) -> None:
        """Note that an answer came."""
        self.patience.answered()
        self._tell(ticket, "answered")

    def refused(
        self, now: float, ticket: Ticket, retry_after: float | None, *, tokens: bool
    ) -> None:
        """Note that the server limits us."""
        self.patience.refused(now)
        self._tell(ticket, "tokens" if tokens else "refused", retry_after)

    def crowded(self, _: float, ticket: Ticket) -> bool:
        """Note that the rows in flight were too many for the server; the others' are not known."""
        self._tell(ticket, "dropped")
        return False

    def dropped(self) -> None:
        """Note that a row came back without an answer, for another reason."""
        self._tell(None, "dropped")

    def learned(self) -> Learned:
        """Return what the next run should know."""
        return self._stock.learned

    def close(self) -> None:
        """Give everything back."""
        if self._claim is not None:
            self._stock.tell(self._claim, "unused")
            self._claim = None
        while self._numbers:
            self._tell(None, "dropped")
        self._stock.leave()

    def _tell(self, ticket: Ticket | None, fate: Fate, retry_after: float | None = None) -> None:
        """Report one end; where nobody says of which row, any permit stands for it."""
        if self._numbers:
            any_of_them = next(iter(self._numbers))
            key = ticket if ticket in self._numbers else any_of_them
            self._stock.tell(self._numbers.pop(key), fate, retry_after)
