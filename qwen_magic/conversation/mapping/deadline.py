"""When a row that does not come back is given up: far beyond what rows take (pure)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

__all__ = ["Deadline"]

_ENOUGH = 20  # answers that tell how long rows take
_REMEMBERED = 200
_LEAST = 5.0  # seconds
_USUAL = 0.95  # of the rows are faster than the one that counts
_FAR, _FARTHEST = 8.0, 2.0  # how much longer than that one, and than the slowest of all


@dataclass(slots=True)
class Deadline:
    """How long a row may take.

    Attributes:
        most: The seconds that it may take at all, and while nothing is known.
    """

    most: float
    _taken: deque[float] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    _counted: int = 0
    _found: float = 0.0

    def took(self, seconds: float) -> None:
        """Note how long an answer took."""
        self._taken.append(seconds)
        self._counted += 1
        if self._counted % _ENOUGH == 0:
            known = sorted(self._taken)
            slow = known[int(len(known) * _USUAL)]
            self._found = max(_LEAST, _FAR * slow, _FARTHEST * known[-1])

    def seconds(self, given_up: int = 0) -> float:
        """Return how long a row may take; each time that it was given up before doubles the time."""
        if not self._found:
            return self.most
        return min(self.most, self._found * 2.0 ** min(20, given_up))
