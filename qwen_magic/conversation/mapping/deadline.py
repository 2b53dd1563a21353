"""When a row that does not come back is given up: far beyond what rows take (pure)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

__all__ = ["Deadline"]

_ENOUGH = 20  # answers that tell how long rows take
_REMEMBERED = 200
_LEAST = 10.0  # seconds
_FAR = 8.0
_SLOWEST = 0.95  # of the rows are faster than the one that counts


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
            slow = sorted(self._taken)[int(len(self._taken) * _SLOWEST)]
            self._found = max(_LEAST, _FAR * slow)

    def seconds(self, tries: int = 1) -> float:
        """Return how long a row may take; one that was given up before has twice the time."""
        if not self._found:
            return self.most
        return min(self.most, self._found * 2.0 ** min(20, tries - 1))
