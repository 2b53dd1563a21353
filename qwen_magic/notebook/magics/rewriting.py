"""Rewriting questions that IPython would misread, before it sees them (pure).

IPython reads `%qwen What is JSON?` as a request for help, and calls a one-line `%%qwen …` an
empty cell. An input transformer rewrites both to the call of the magic (IPython, "Custom input
transformation"). Only bare `%qwen?` and `%%qwen?` stay what they are: help.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from tokenize import TokenInfo

    TokensByLine: TypeAlias = Callable[[list[str]], Sequence[Sequence[TokenInfo]]]

__all__ = ["rewrite"]

_CELL = re.compile(r"%%qwen(?![\w?])(.*)", re.DOTALL)
_LINE = re.compile(r"%qwen(?![\w?])[ \t]*(.*)", re.DOTALL)
_WIDE_SPACE = re.compile(r"%%qwen[^\S \t\r\n]")  # IPython looks for a plain one behind the name
_HELP = re.compile(r"\?{0,2}")


def rewrite(lines: list[str], tokens_by_line: TokensByLine) -> list[str]:
    """Return the cell's lines with our magics as calls.

    Args:
        lines: The cell, each line with its end.
        tokens_by_line: IPython's `make_tokens_by_line`, which knows where statements begin.
    """
    if not any("%qwen" in line for line in lines):
        return lines
    if lines[0].startswith("%%"):
        first = _WIDE_SPACE.sub("%%qwen ", lines[0])
        return _cell([first, *lines[1:]])
    start = 0
    while (place := _next(lines, tokens_by_line, start)) is not None:
        row, column = place
        lines = _line(lines, row, column)
        start = row + 1
    return lines


def _cell(lines: list[str]) -> list[str]:
    found = _CELL.match(lines[0])
    if found is None or any(line.strip() for line in lines[1:]):
        return lines
    text = found[1].strip()
    if text:
        return [_call(text)]
    return ["get_ipython().run_cell_magic('qwen', '', '\\n')\n"]


def _next(lines: list[str], tokens_by_line: TokensByLine, start: int) -> tuple[int, int] | None:
    """Return the row and column of our first line magic, from a row on."""
    for tokens in tokens_by_line(lines):
        place = _magic_in(tokens)
        if place is not None and place[0] >= start and _is_question(lines, *place):
            return place
    return None


def _magic_in(tokens: Sequence[TokenInfo]) -> tuple[int, int] | None:
    """Return where in a logical line a percent sign begins a magic."""
    words = [token for token in tokens if token.string.strip()]
    if not words:
        return None
    if words[0].string == "%":
        return words[0].start[0] - 1, words[0].start[1]
    for left, right in pairwise(words):
        if left.string == "=" and right.string == "%":
            return right.start[0] - 1, right.start[1]
        if left.string in "([{":
            return None
    return None


def _is_question(lines: list[str], row: int, column: int) -> bool:
    found = _LINE.match(lines[row][column:])
    return found is not None and not (found[1] and _HELP.fullmatch(found[1].strip()))


def _line(lines: list[str], row: int, column: int) -> list[str]:
    end = row
    while lines[end].endswith("\\\n") and end + 1 < len(lines):
        end += 1
    written = "".join(lines[row : end + 1])
    found = _LINE.match(written[column:])
    text = found[1].replace("\\\n", " ").strip() if found else ""
    before = written[:column]
    value = " or _qwen" if before.strip() else ""
    call = before + _call(text).rstrip("\n") + value + "\n"
    return [*lines[:row], call, *["\n"] * (end - row), *lines[end + 1 :]]


def _call(text: str) -> str:
    return f"get_ipython().run_line_magic('qwen', {text!r})\n"
