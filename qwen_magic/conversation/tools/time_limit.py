"""A time limit for code that runs on the main thread."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

__all__ = ["TimeUp", "time_limit"]


class TimeUp(BaseException):
    """The time is over; raised in the middle of whatever runs, where no `except Exception` holds it."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """End what runs inside after a while; without effect off the main thread, and on Windows.

    Code that never returns to Python, as a long computation in C, ends when it does return.

    Raises:
        TimeUp: The time is over.
    """
    on_main = threading.current_thread() is threading.main_thread()
    if not (on_main and hasattr(signal, "setitimer")):
        yield
        return
    handler = signal.signal(signal.SIGALRM, _ring)
    left = interval = 0.0
    try:
        left, interval = signal.setitimer(signal.ITIMER_REAL, seconds)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left, interval)
        signal.signal(signal.SIGALRM, handler)


def _ring(_signum: int, _frame: FrameType | None) -> None:
    raise TimeUp
