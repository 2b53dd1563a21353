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
    """The time is over; raised in the middle of what runs, past any `except Exception`."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Stop the code inside after some seconds; no effect off the main thread or on Windows.

    A long computation in C stops only when it returns to Python.

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
