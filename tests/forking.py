"""A fork of the process that tests, which tells one thing and ends."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["holds_in_a_fork"]


def holds_in_a_fork(check: Callable[[], bool]) -> bool:
    """Return whether something holds in a fork, whatever threads this process has."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forks beside threads
        child = os.fork()
    if not child:
        holds = False
        try:
            holds = check()
        finally:
            os._exit(0 if holds else 1)
    return os.waitpid(child, 0)[1] == 0
