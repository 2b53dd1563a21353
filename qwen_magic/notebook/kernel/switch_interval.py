"""How soon a thread gets the interpreter while a cell computes.

A thread that waited for a socket gets the interpreter back after `sys.getswitchinterval()`, 5 ms.
A click on Stop crosses several threads of the kernel before the page has its answer.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SHORT", "short_switch_interval"]

SHORT = 0.001  # seconds; with less, a reader would see no difference

_LOCK = Lock()
_BEFORE: list[float] = []  # what to restore, once for each caller that wants it short


@contextmanager
def short_switch_interval() -> Iterator[None]:
    """Let threads take turns every millisecond; then restore the interval, unless others set it."""
    with _LOCK:
        _BEFORE.append(_BEFORE[0] if _BEFORE else sys.getswitchinterval())
        sys.setswitchinterval(min(SHORT, sys.getswitchinterval()))
    try:
        yield
    finally:
        with _LOCK:
            before = _BEFORE.pop()
            if not _BEFORE and sys.getswitchinterval() == SHORT:
                sys.setswitchinterval(before)
