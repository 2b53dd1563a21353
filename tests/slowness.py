"""How slow this machine is at the moment, for tests that something happens at once."""

from __future__ import annotations

from threading import Thread
from time import monotonic

__all__ = ["slowness"]

QUIET = 0.01  # seconds that the measured work takes where nothing else runs


def slowness() -> float:
    """Return how many times longer than on a quiet machine threads take here and now, at least 1.

    Seconds that a quiet machine keeps to, times this, bound what a busy one may take.
    """
    began = monotonic()
    for _ in range(20):
        thread = Thread(target=sum, args=(range(20_000),))
        thread.start()
        thread.join()
    return max(1.0, (monotonic() - began) / QUIET)
