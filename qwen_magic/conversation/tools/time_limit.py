"""A time limit for code that runs on any thread."""

from __future__ import annotations

import ctypes
import signal
from contextlib import contextmanager
from threading import Lock, Timer, current_thread, get_ident, main_thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

__all__ = ["TimeUp", "time_limit"]


class TimeUp(BaseException):
    """The time is over; raised in the middle of what runs, past any `except Exception`."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Stop the code inside after some seconds.

    A long computation in C stops only when it returns to Python. So does a wait, where there are no
    timers: off the main thread, and on Windows.

    Raises:
        TimeUp: The time is over.
    """
    on_main = current_thread() is main_thread()
    with _timer(seconds) if on_main and hasattr(signal, "setitimer") else _beside(seconds):
        yield


@contextmanager
def _timer(seconds: float) -> Iterator[None]:
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


@contextmanager
def _beside(seconds: float) -> Iterator[None]:
    """Raise in this thread from another one (Python/C API, `PyThreadState_SetAsyncExc`).

    What was raised is never taken back by that function: after it, Python 3.11 believes for ever that
    something is to be raised, and does not get past its first look at a debugger. It is caught.
    """
    thread, lock, is_over = get_ident(), Lock(), False

    def ring() -> None:
        with lock:
            if not is_over:
                raised = ctypes.py_object(TimeUp)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), raised)

    late = Timer(seconds, ring)
    late.daemon = True
    late.start()
    try:
        yield
    finally:
        try:
            with lock:
                is_over = True
            late.cancel()  # Python code, so what rang at the last moment is raised here at the latest
        except TimeUp:
            pass
