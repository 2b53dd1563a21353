"""Rewriting lines that IPython would misread, before it sees them (pure).

IPython reads `%qwen What is JSON?` as a request for help, and calls a one-line `%%qwen …` an
empty cell. An input transformer rewrites both to the call of the magic (IPython, "Custom input
transformation"). Only bare `%qwen?` and `%%qwen?` stay what they are: help.

It also writes the names of our magics plainly: with an input method switched on, they come with
wide percent signs, letters, spaces and question marks.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from qwen_magic.typed import plain, plain_value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from tokenize import TokenInfo

    TokensByLine: TypeAlias = Callable[[list[str]], Sequence[Sequence[TokenInfo]]]

__all__ = ["rewrite"]

_CELL = re.compile(r"%%qwen(?![\w?])(.*)", re.DOTALL)
_LINE = re.compile(r"%(qwen(?:_fix)?)(?![\w?])[ \t]*(.*)", re.DOTALL)
_WRAPPED = re.compile(r"%(?!qwen)(\w+)[ \t]+(.*%qwen(?:_fix)?[ \t]+[^\s?].*\?)[ \t]*$")  # %time
_AS_TYPED = frozenset({"system", "chain", "record", "replay"})  # settings with texts of the user's
_COLONS = ":\uff1a"
_HELP = re.compile(r"\?{0,2}")
_NAME = "[0-9A-Za-z_\uff10-\uff19\uff21-\uff3a\uff3f\uff41-\uff5a]"
_ANY = re.compile(
    rf"(?P<before>\s*(?:[^\W\d]\w*\s*[=\uff1d]\s*)?)(?P<signs>[%\uff05\ufe6a]{{1,2}})(?P<name>{_NAME}+)(?P<rest>.*)",
    re.DOTALL,
)
_OURS = frozenset(
    [
        "qwen",
        "qwen_chain",
        "qwen_check",
        "qwen_code",
        "qwen_fix",
        "qwen_log",
        "qwen_map",
        "qwen_panel",
        "qwen_usage",
    ]
)


def rewrite(lines: list[str], tokens_by_line: TokensByLine) -> list[str]:
    """Return the cell's lines with our magics as calls.

    Args:
        lines: The cell, each line with its end.
        tokens_by_line: IPython's `make_tokens_by_line`, which knows where statements begin.
    """
    if not any(_ANY.match(line) or "%qwen" in line for line in lines):
        return lines
    first = _plain(lines[0])
    if first.startswith("%%"):
        return _cell([first, *lines[1:]])
    start = 0
    while (place := _next(lines, tokens_by_line, start)) is not None:
        row, column = place
        lines = [*lines[:row], _plain(lines[row]), *lines[row + 1 :]]
        if _is_question(lines, row, column):
            lines = _line(lines, row, column)
        start = row + 1
    return lines


def _plain(line: str) -> str:
    """Return a line with the name of our magic, if it calls one, written plainly."""
    found = None if line.isascii() else _ANY.match(line)
    name = plain(found["name"]) if found else ""
    if not found or not (name in _OURS or _concerns_us(name, found["rest"])):
        return line
    before, signs, rest = found["before"], "%" * len(found["signs"]), found["rest"]
    if _HELP.fullmatch(asked := plain(rest).strip()) and asked:
        return f"{before}{signs}{name}{asked}\n"
    if name == "config":
        rest = _setting(rest)
    elif rest[:1] and rest[0] not in " \t\r\n":  # IPython looks for a plain space
        rest = f" {rest[1:] if rest[0].isspace() or rest[0] in _COLONS else rest}"
    return f"{before.replace(chr(0xFF1D), '=')}{signs}{name}{rest}"


def _concerns_us(name: str, rest: str) -> bool:
    if name == "config":
        return plain(rest).strip().startswith("QwenMagics")
    return name in {"load_ext", "reload_ext"} and plain(rest).strip() == "qwen_magic"


def _setting(rest: str) -> str:
    """Return what follows `%config` with plain signs around a setting's value."""
    named, sign, value = re.match(r"([^=\uff1d]*)([=\uff1d]?)(.*)", rest, re.DOTALL).groups()  # type: ignore[union-attr]
    end = value[len(value.rstrip()) :] if sign else named[len(named.rstrip()) :]
    name = "".join(plain(named).split())
    words = name.partition(".")[2] not in _AS_TYPED
    shown = f" = {plain_value(value.strip(), words=words)}" if sign else ""
    return f" {name}{shown}{end}"


def _cell(lines: list[str]) -> list[str]:
    found = _CELL.match(lines[0])
    if found is None or any(line.strip() for line in lines[1:]):
        return lines
    text = found[1].strip()
    if text:
        return [_call(text)]
    return ["get_ipython().run_cell_magic('qwen', '', '\\n')\n"]


def _next(lines: list[str], tokens_by_line: TokensByLine, start: int) -> tuple[int, int] | None:
    """Return the row and column of the next line magic to rewrite, from a row on."""
    shown = [*lines[:start], *map(_plain, lines[start:])]
    for tokens in tokens_by_line(shown):
        place = _magic_in(tokens)
        if place is None or place[0] < start:
            continue
        if shown[place[0]] != lines[place[0]] or _is_question(shown, *place):
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
    if found is None:
        return _WRAPPED.match(lines[row][column:]) is not None
    return not (found[2] and _HELP.fullmatch(found[2].strip()))


def _line(lines: list[str], row: int, column: int) -> list[str]:
    end = row
    while lines[end].endswith("\\\n") and end + 1 < len(lines):
        end += 1
    written = "".join(lines[row : end + 1])
    found = _LINE.match(written[column:]) or _WRAPPED.match(written[column:])
    name, text = (found[1], found[2].replace("\\\n", " ").strip()) if found else ("qwen", "")
    before = written[:column]
    value = " or _qwen" if before.strip() and name.startswith("qwen") else ""
    call = before + _call(text, name).rstrip("\n") + value + "\n"
    return [*lines[:row], call, *["\n"] * (end - row), *lines[end + 1 :]]


def _call(text: str, name: str = "qwen") -> str:
    return f"get_ipython().run_line_magic({name!r}, {text!r})\n"
