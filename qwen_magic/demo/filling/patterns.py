"""Text that matches a regular expression: the simplest one, found without searching.

A small reader of the usual syntax: literals, escapes, classes, groups, alternatives and
quantifiers. Look-arounds and back-references are beyond it: then the result is a best guess.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["example"]

_ESCAPES = {"d": "1", "w": "a", "s": " ", "n": "\n", "t": "\t", "D": "a", "W": "-", "S": "a"}
_ANCHORS = ("b", "B", "A", "Z")
_PRINTABLE = "aA1 -_.:/" + "".join(map(chr, range(33, 127)))
_COUNT = re.compile(r"\{(\d+)(?:,\d*)?\}")


def example(pattern: str) -> str:
    """Return a text the pattern is meant to match.

    Raises:
        re.error: The pattern is no regular expression.
    """
    re.compile(pattern)
    return _Reader(pattern).alternatives()


class _Reader:
    """Reads a pattern once, from left to right, and writes an example of each part."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def alternatives(self) -> str:
        """Return the first alternative, up to the end of the group."""
        first = self._sequence()
        while self._next() == "|":
            self._at += 1
            self._sequence()
        return first

    def _next(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _take(self) -> str:
        self._at += 1
        return self._pattern[self._at - 1 : self._at]

    def _sequence(self) -> str:
        return "".join(self._parts())

    def _parts(self) -> Iterator[str]:
        while self._next() and self._next() not in "|)":
            one = self._atom()
            yield one * self._times()

    def _times(self) -> int:
        times = 1
        if self._next() in ("*", "?", "+"):
            times = int(self._take() == "+")
        elif found := _COUNT.match(self._pattern, self._at):
            self._at, times = found.end(), int(found[1])
        if self._next() in ("?", "+"):  # lazy or possessive
            self._at += 1
        return times

    def _atom(self) -> str:
        match char := self._take():
            case "^" | "$":
                return ""
            case ".":
                return "a"
            case "\\":
                escaped = self._take()
                return "" if escaped in _ANCHORS else _ESCAPES.get(escaped, escaped)
            case "[":
                return self._class()
            case "(":
                return self._group()
        return char

    def _group(self) -> str:
        opening = re.compile(r"\?(?:P?<\w+>|[a-z-]*:|P?[=!<]+)?").match(self._pattern, self._at)
        self._at = opening.end() if opening else self._at
        inside = self.alternatives()
        self._at += 1
        return "" if opening and opening[0].endswith(("=", "!", "<")) else inside

    def _class(self) -> str:
        start = self._at
        self._at += self._next() == "^"
        self._at += self._next() == "]"
        while self._next() != "]":
            self._at += 1 + (self._next() == "\\")
        self._at += 1
        within = re.compile("[" + self._pattern[start : self._at])
        return next(filter(within.match, _PRINTABLE), "a")
