"""The rows that wait to be asked: next steps first, then new rows, and later those that failed."""

from __future__ import annotations

import heapq
import math
from collections import Counter, deque
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwen_magic.conversation.mapping.asking import Steps
    from qwen_magic.conversation.turn.records import Prompt
    from qwen_magic.responses.request import Request

__all__ = ["Asked", "Queue"]


@dataclass(slots=True, eq=False)
class Asked:
    """A question that is not answered yet, and the rows that ask it.

    Attributes:
        rows: Their numbers.
        letters: How long the prompt is.
        steps: Its way, once it has begun.
        request: What is sent next.
        tries: How often it was asked in vain, by what went wrong; the server's limits do not count.
    """

    digest: bytes
    prompt: Prompt
    rows: list[int]
    letters: int = 0
    steps: Steps | None = None
    request: Request | None = None
    tries: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Queue:
    """What waits."""

    _next: deque[Asked] = field(default_factory=deque)
    _new: deque[Asked] = field(default_factory=deque)
    _later: list[tuple[float, int, Asked]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def __len__(self) -> int:
        return len(self._next) + len(self._new) + len(self._later)

    def put(self, asked: Asked) -> None:
        """Put a row at the end."""
        self._new.append(asked)

    def go_on(self, asked: Asked) -> None:
        """Put a row at the front that has begun, and has more to ask."""
        self._next.append(asked)

    def put_later(self, asked: Asked, at: float) -> None:
        """Put a row at the end, once it is so late."""
        heapq.heappush(self._later, (at, next(self._numbers), asked))

    def look(self, now: float) -> Asked | float:
        """Return the row that is next, or in how many seconds there may be one."""
        while self._later and self._later[0][0] <= now:
            self._new.append(heapq.heappop(self._later)[2])
        waiting = self._next or self._new
        if waiting:
            return waiting[0]
        return self._later[0][0] - now if self._later else math.inf

    def take(self) -> Asked:
        """Take out the row that `look` returned."""
        return (self._next or self._new).popleft()
