"""How many rows may be in flight where no rate limits them: as many as the server can use (pure).

More rows in flight are worth it while more answers come for them. Where answers only take longer,
the server queues: then fewer are as fast. After each step we look at what it changed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from statistics import median

__all__ = ["Window"]

_FIRST, _BLIND, _LEAST = 8.0, 48.0, 2.0
_DOUBLING = 0.1  # seconds in which it doubles while no answer has come
_BATCH = 8  # answers by which a step is judged, at least
_WIDER, _NARROWER, _MUCH_NARROWER = 1.5, 0.7, 0.35
_WORTH, _NEEDED = 0.35, 0.65  # shares of a step that the answers a second must follow, or not
_SLOWED = 3.0  # how much longer answers may take than they did at best
_DRIFT = 1.02
_LONGEST_HOLD = 64  # batches


@dataclass(slots=True)
class Window:
    """How many rows may be in flight; times are seconds on any clock.

    Attributes:
        most: How many may be at all.
        size: How many may be now.
        blind: How many may be before the first answer.
        usual: What an answer takes at best; infinite before the first one.
    """

    most: int
    size: float = _FIRST
    usual: float = math.inf
    blind: float = _BLIND
    _began: float = math.inf
    _changed: float = -math.inf
    _before: tuple[float, float] | None = None  # the size before the last step, and its speed
    _counted: int = 0
    _since: float = math.inf
    _taken: list[float] = field(default_factory=list)
    _was_full: bool = False
    _hold: int = 0
    _patience: int = 1

    @property
    def limit(self) -> int:
        """How many rows may be in flight now."""
        return max(1, min(self.most, int(self.size)))

    def room(self, now: float, in_flight: int) -> bool:
        """Return whether one more row may go; before the first answer, the time opens the window."""
        self._began = min(self._began, now)
        if math.isinf(self.usual):
            grown = _FIRST * 2.0 ** min(60.0, (now - self._began) / _DOUBLING)
            self.size = max(self.size, min(self.blind, grown))
        self._was_full = self._was_full or in_flight >= self.limit - 1
        return in_flight < self.limit

    @property
    def opens_soon(self) -> float:
        """In how many seconds time may have opened it wider; infinite if only answers can."""
        blind = math.isinf(self.usual) and self.size < min(self.blind, self.most)
        return _DOUBLING / 4 if blind else math.inf

    def answered(self, now: float, sent: float) -> None:
        """Note that an answer came to what was sent then."""
        if math.isinf(self.usual):
            self.usual = now - sent
        if sent >= self._changed:
            self._since = min(self._since, now)
            self._taken.append(now - sent)
        if now > self._since:
            self._counted += 1
        if self._counted >= max(_BATCH, self.limit) and self._taken:
            self._judge(now)

    def crowded(self, now: float, sent: float) -> bool:
        """Allow half as many from now on, unless that was done since; return whether fewer can be."""
        if sent < self._changed:
            return True
        if self.limit == 1:
            return False
        self.most = self.limit // 2
        self._before = None
        self._resize(now, float(self.most))
        return True

    def _judge(self, now: float) -> None:
        speed = self._counted / max(1e-6, now - self._since)
        slow = median(self._taken)
        self.usual = min(self.usual * _DRIFT, slow)
        if self._was_full:
            self._step(now, speed, slow)
        else:
            self._before = None
        self._counted, self._since, self._was_full = 0, math.inf, False
        self._taken.clear()

    def _step(self, now: float, speed: float, slow: float) -> None:
        before, self._before = self._before, None
        if before is not None:
            size, known = before
            followed = math.log(max(1e-9, speed / known)) / math.log(self.size / size)
            grew = self.size > size
            if (followed < _WORTH) if grew else (followed > _NEEDED):
                self.usual = self.usual if grew else slow
                self._resize(now, size)
                self._hold, self._patience = self._patience, min(_LONGEST_HOLD, 2 * self._patience)
                return
            self._patience = 1 if grew else self._patience
        if slow > _SLOWED * self.usual and self.size > _LEAST:
            self._before = (self.size, speed)
            share = max(_MUCH_NARROWER, min(_NARROWER, 2 * self.usual / slow))
            self._resize(now, max(_LEAST, self.size * share))
        elif self._hold > 0:
            self._hold -= 1
        elif self.size < self.most:
            self._before = (self.size, speed)
            self._resize(now, min(float(self.most), self.size * _WIDER + 1))

    def _resize(self, now: float, size: float) -> None:
        self.size, self._changed = size, now
