"""Servers with limits, and a sender that knows only the time and the refusals: simulated."""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from itertools import count
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwen_magic.conversation.mapping.rate import Rate, Sent

__all__ = ["Bucket", "Course", "Limit", "Sliding", "Windows", "changing", "sent_at"]


class Limit(Protocol):
    """What a server takes."""

    def takes(self, now: float, amount: float = 1.0) -> bool:
        """Return whether it takes a request now."""


class Bucket:
    """A bucket that fills at a steady rate, and holds what comes in so many seconds."""

    def __init__(self, limit: Callable[[float], float], burst: float) -> None:
        self._limit, self._burst = limit, burst
        self._left, self._at = limit(0) * burst, 0.0

    def takes(self, now: float, amount: float = 1.0) -> bool:
        limit = self._limit(now)
        most = max(amount, limit * self._burst)
        self._left = min(most, self._left + (now - self._at) * limit)
        self._at = now
        if self._left < amount:
            return False
        self._left -= amount
        return True


class Windows:
    """So many in each second of the server's clock."""

    def __init__(self, limit: Callable[[float], float], phase: float = 0.3) -> None:
        self._limit, self._phase = limit, phase
        self._second, self._taken = -1, 0.0

    def takes(self, now: float, amount: float = 1.0) -> bool:
        second = math.floor(now + self._phase)
        if second != self._second:
            self._second, self._taken = second, 0.0
        if self._taken + amount > self._limit(now):
            return False
        self._taken += amount
        return True


class Sliding:
    """So many in any second."""

    def __init__(self, limit: Callable[[float], float]) -> None:
        self._limit = limit
        self._taken: deque[tuple[float, float]] = deque()

    def takes(self, now: float, amount: float = 1.0) -> bool:
        while self._taken and self._taken[0][0] <= now - 1:
            self._taken.popleft()
        if sum(one for _, one in self._taken) + amount > self._limit(now):
            return False
        self._taken.append((now, amount))
        return True


def changing(*steps: tuple[float, float]) -> Callable[[float], float]:
    """Return a limit that is another from each of these seconds on."""
    return lambda now: [limit for since, limit in steps if now >= since][-1]


class Course(NamedTuple):
    """How sending went: when what was taken was sent, and how many times it was refused."""

    taken: list[float]
    amount: float
    refused: int

    def share(self, limit: float, since: float, until: float) -> float:
        """Return what share of a limit was used between two moments."""
        return sum(since <= at < until for at in self.taken) / (limit * (until - since))

    @property
    def refused_share(self) -> float:
        """The share of all requests that was refused."""
        return self.refused / (self.refused + len(self.taken))


def sent_at(  # noqa: PLR0913 - each by its name
    rate: Rate,
    server: Limit,
    seconds: float,
    *,
    delay: float = 0.004,
    retry_after: float | None = None,
    amounts: Callable[[int], float] = lambda _: 1.0,
) -> Course:
    """Return how it goes to send as fast as a rate lets us; timers are late by up to 3 ms."""
    chance, numbers = random.Random(7), count()
    coming: list[tuple[float, int, Sent]] = []
    taken: list[float] = []
    now, refused, total = 0.0, 0, 0.0
    while now < seconds:
        while coming and coming[0][0] <= now:
            at, _, sent = heapq.heappop(coming)
            rate.refused(at, sent, retry_after)
            refused += 1
        wait = rate.wait(now)
        if wait <= 0:
            amount = amounts(len(taken))
            sent = rate.sent(now, amount)
            if server.takes(now + delay / 2, amount):
                taken.append(now)
                total += amount
            else:
                back = now + delay * chance.uniform(0.8, 1.5)
                heapq.heappush(coming, (back, next(numbers), sent))
            continue
        later = now + wait + chance.uniform(0, 0.003)
        now = max(now + 1e-6, min(later, coming[0][0] if coming else math.inf))
    return Course(taken, total, refused)
