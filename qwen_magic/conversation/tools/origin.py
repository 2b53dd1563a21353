"""The thread that answers a question; what its functions do on others belongs to it, too."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from threading import get_ident
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["belonging_to", "origin"]

_ORIGIN: ContextVar[int] = ContextVar("qwen_magic_origin", default=0)


def origin() -> int:
    """Return the thread of the question whose function runs here, else the running thread."""
    return _ORIGIN.get() or get_ident()


@contextmanager
def belonging_to(thread: int) -> Iterator[None]:
    """Count what runs inside as part of a question that is answered on another thread."""
    token = _ORIGIN.set(thread)
    try:
        yield
    finally:
        _ORIGIN.reset(token)
