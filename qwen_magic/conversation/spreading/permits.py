"""Who may send when: one pace for all processes that ask one server (pure).

Processes ask for permits in blocks. A block holds what fell due since the last one was given out, so
nothing is promised ahead, and the pace learns from refusals as if all rows went over one line. What a
process still holds when it is lost is given back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from qwen_magic.conversation.mapping.pace import Learned, Pace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qwen_magic.conversation.mapping.pace import Ticket

__all__ = ["Asking", "Fate", "Lease", "Permits", "Report", "Server"]

Fate: TypeAlias = Literal["answered", "refused", "tokens", "dropped", "unused"]
"""What became of a permit; `tokens` is a refusal for tokens, not for requests."""

_MOST_AT_ONCE = 64
_BACK = 0.1  # seconds; what fell due before, and nobody asked for, has lapsed
_EVERY, _EACH = 0.03, 0.004  # seconds between two blocks of one process, and more for each process


class Report(Struct, frozen=True, array_like=True):
    """What became of one permit.

    Attributes:
        retry_after: How many seconds the server had us wait.
    """

    number: int
    fate: Fate
    retry_after: float | None = None


class Asking(Struct, frozen=True, array_like=True):
    """What a process tells, and asks for.

    Attributes:
        where: The endpoint and the model, which share a pace.
        holder: The process.
        wanted: Whether it has rows that wait.
        cost: The tokens of a row; 0 if nobody knows.
        most: How many rows may be in flight: of all processes if `shared`, else of each.
        learned: What it knows of the server from earlier.
    """

    where: str
    holder: str
    wanted: bool
    cost: float
    most: int
    shared: bool = False
    learned: Learned = Learned()
    reports: tuple[Report, ...] = ()


class Lease(Struct, frozen=True, array_like=True):
    """A block of permits.

    Attributes:
        permits: The number of each, and in how many seconds it may be used.
        every: After how many seconds to ask again.
        limit: How many rows may be in flight in all processes.
        learned: What the next run should know.
    """

    permits: tuple[tuple[int, float], ...]
    every: float
    limit: int
    learned: Learned


@dataclass(slots=True)
class Server:
    """One server's pace, and what is under way there.

    Attributes:
        held: By process, the tickets of its permits.
        given: Until when permits were given out.
    """

    pace: Pace
    held: dict[str, dict[int, Ticket]] = field(default_factory=dict)
    given: float = -math.inf

    def note(self, holder: str, reports: Iterable[Report], now: float) -> None:
        """Note what became of permits."""
        held = self.held.setdefault(holder, {})
        for report in reports:
            ticket = held.pop(report.number, None)
            if ticket is None:  # its holder was thought to be lost
                continue
            if report.fate == "answered":
                self.pace.answered(now, ticket)
            elif report.fate in {"dropped", "unused"}:
                self.pace.dropped()
            else:
                is_of_tokens = report.fate == "tokens"
                self.pace.refused(now, ticket, report.retry_after, tokens=is_of_tokens)
            self.given = now

    def due(self, cost: float, now: float) -> list[tuple[Ticket, float]]:
        """Return what fell due since the last block, and how far apart in seconds."""
        at = begin = max(self.given, now - _BACK)
        found: list[tuple[Ticket, float]] = []
        while len(found) < _MOST_AT_ONCE:
            wait = self.pace.wait(at)
            if at + max(0.0, wait) > now:
                break
            if wait > 0:
                at += wait
            else:
                found.append((self.pace.sent(at, cost), at - begin))
        self.given = now
        return found


@dataclass(slots=True)
class Permits:
    """Paces shared by all who ask somewhere; times are seconds on any one clock.

    Attributes:
        servers: By endpoint and model.
    """

    servers: dict[str, Server] = field(default_factory=dict)
    _number: int = 0

    def lease(self, asking: Asking, now: float) -> Lease:
        """Note what a process tells, and give it its permits."""
        server = self.servers.get(asking.where)
        if server is None:
            pace = Pace.after(asking.learned, asking.most)
            server = self.servers[asking.where] = Server(pace)
        server.note(asking.holder, asking.reports, now)
        count = len(server.held)
        server.pace.window.most = asking.most * (1 if asking.shared else count)
        permits = []
        for ticket, offset in server.due(asking.cost, now) if asking.wanted else ():
            self._number += 1
            server.held[asking.holder][self._number] = ticket
            permits.append((self._number, offset))
        every = max(_EVERY, _EACH * count)
        return Lease(tuple(permits), every, server.pace.limit, server.pace.learned())

    def lost(self, holder: str) -> None:
        """Take back what a process held that is no longer there."""
        for server in self.servers.values():
            for _ in server.held.pop(holder, {}):
                server.pace.dropped()

    def in_flight(self, where: str) -> int:
        """Return how many permits are out."""
        server = self.servers.get(where)
        return 0 if server is None else server.pace.in_flight
