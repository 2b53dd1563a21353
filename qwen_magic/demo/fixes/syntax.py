"""Repairs of code that Python cannot read: one small change after another, until it can."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from qwen_magic.demo.fixes.facts import Fix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwen_magic.demo.fixes.facts import Facts

__all__ = ["KINDS", "syntax"]

KINDS = frozenset({"SyntaxError", "IndentationError", "TabError", "_IncompleteInputError"})
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_HEADS = re.compile(r"\s*(?:if|elif|else|for|while|def|class|with|try|except|finally|match|case)\b")
_QUOTES = "\"'"


def syntax(facts: Facts) -> Fix:
    """Return the smallest change after which Python can read the code."""
    for cause, code in _changes(facts):
        if code != facts.code and _is_readable(code):
            return Fix(cause, {"line": facts.number}, code)
    return Fix(
        "Python cannot read line {line}: {words}.", {"line": facts.number, "words": facts.words}
    )


def _changes(facts: Facts) -> Iterator[tuple[str, str]]:
    lines = facts.code.split("\n")
    for place in dict.fromkeys((facts.number - 1, facts.number - 2, *range(len(lines)))):
        if not 0 <= place < len(lines):
            continue
        for cause, changed in _line(lines[place]):
            yield cause, "\n".join([*lines[:place], *changed, *lines[place + 1 :]])
        if place + 1 < len(lines) and lines[place].rstrip().endswith(":"):
            indented = [
                "    " + line if line.strip() else line for line in lines[place + 1 : place + 2]
            ]
            yield (
                "What follows a colon has to be indented.",
                "\n".join([*lines[: place + 1], *indented, *lines[place + 2 :]]),
            )
    yield "Not all lines of a block are indented alike.", "\n".join(map(str.lstrip, lines))


def _line(line: str) -> Iterator[tuple[str, list[str]]]:
    """Yield changes of one line, each with what was wrong."""
    bare = line.rstrip()
    if _HEADS.match(line) and not bare.endswith(":"):
        yield "A colon is missing at the end of a line that begins a block.", [f"{bare}:"]
        yield (
            "`=` gives a value to a name; `==` compares, and a colon ends the line.",
            [f"{re.sub(r'(?<![=!<>:])=(?!=)', '==', bare)}:"],
        )
    if _HEADS.match(line):
        compared = re.sub(r"(?<![=!<>:])=(?!=)", "==", bare, count=1)
        yield "`=` gives a value to a name; to compare, Python needs `==`.", [compared]
    if found := re.match(r"(\s*)print (.+)", line):
        yield (
            "`print` is a function: what it prints goes into parentheses.",
            [f"{found[1]}print({found[2]})"],
        )
    opened = _open(line)
    if opened:
        closing = "".join(_PAIRS[one] for one in reversed(opened))
        end = ":" if bare.endswith(":") else ""
        yield "A bracket was opened and never closed.", [f"{bare.removesuffix(':')}{closing}{end}"]
        yield "A bracket was opened and never closed.", [f"{bare}{closing}"]
    for mark in _QUOTES:
        if bare.count(mark) % 2:
            yield "A text was begun and its quote never closed.", [f"{bare}{mark}"]
            yield (
                "A text was begun and its quote never closed.",
                [f"{bare.removesuffix(')')}{mark})"],
            )
    yield "The line is indented, but no block begins before it.", [line.lstrip()]


def _open(line: str) -> str:
    """Return the brackets that a line opens and does not close."""
    found = ""
    for char in re.sub(r"\"[^\"]*\"|'[^']*'|#.*", "", line):
        if char in _PAIRS:
            found += char
        elif found and char == _PAIRS[found[-1]]:
            found = found[:-1]
    return found


def _is_readable(code: str) -> bool:
    try:
        ast.parse(re.sub(r"^(\s*)[%!].*", r"\1pass", code, flags=re.MULTILINE))
    except (SyntaxError, ValueError):
        return False
    return True
