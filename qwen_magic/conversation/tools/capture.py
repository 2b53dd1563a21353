"""What a function prints, without what others print at the same time.

All threads share `sys.stdout`, so a switch takes its place. The switch sends what is written in
one call's context to that call, and everything else where it went before.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Printed", "captured", "kept"]

_MOST = 20_000  # characters that are kept: more is no help to a reader


class Printed:
    """What one call printed, as far as it is kept."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._kept = 0
        self._left = 0

    def write(self, text: str) -> int:
        """Keep more of it, within bounds."""
        piece = text[: _MOST - self._kept]
        if piece:
            self._pieces.append(piece)
            self._kept += len(piece)
        self._left += len(text) - len(piece)
        return len(text)

    def __str__(self) -> str:
        told = f"\n… {self._left:,} more characters" if self._left else ""
        return "".join(self._pieces) + told


_printed: ContextVar[Printed | None] = ContextVar("qwen_magic_printed", default=None)


class _Switch:
    """Stands in for a standard stream while calls are made."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        printed = _printed.get()
        return self.stream.write(text) if printed is None else printed.write(text)

    def writelines(self, lines: Iterator[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        if _printed.get() is None:
            self.stream.flush()

    def close(self) -> None:
        """Close nothing for a call: everybody shares the stream."""
        if _printed.get() is None:
            self.stream.close()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        return getattr(self.stream, name)


_NAMES = ("stdout", "stderr")
_lock = Lock()
_users = 0


@contextmanager
def captured(printed: Printed) -> Iterator[None]:
    """Collect what is printed in this context, also by coroutines that run in it."""
    _switch_on()
    token = _printed.set(printed)
    try:
        yield
    finally:
        _printed.reset(token)
        _switch_off()


@contextmanager
def kept() -> Iterator[None]:
    """Put the standard streams back as they were, whatever a function did to them."""
    before = [(name, getattr(sys, name)) for name in _NAMES]
    try:
        yield
    finally:
        for name, stream in before:
            setattr(sys, name, stream)


def _switch_on() -> None:
    global _users  # noqa: PLW0603 - the streams themselves are global
    with _lock:
        _users += 1
        for name in _NAMES:
            stream = getattr(sys, name)
            if stream is not None and not isinstance(stream, _Switch):
                setattr(sys, name, _Switch(stream))


def _switch_off() -> None:
    global _users  # noqa: PLW0603 - see above
    with _lock:
        _users -= 1
        for name in _NAMES:
            stream = getattr(sys, name)
            if not _users and isinstance(stream, _Switch):
                setattr(sys, name, stream.stream)
