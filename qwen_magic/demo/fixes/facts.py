"""What a question about an error brings along: the code, the failing line, the words, the shapes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Facts", "Fix", "facts_of", "known_in", "near"]

_BLOCK = re.compile(r"^(`{3,})(python|text)\n(.*?)\n\1$", re.MULTILINE | re.DOTALL)
_ERROR = re.compile(r"^(?:\w+\.)*(\w+)(?:: (.*))?$")
_LINE = re.compile(
    r"^ +(?:[^\n]*?, )?line (\d+)[^:\n]*: (.+?)(?: \([\d,]+ times\))?$", re.MULTILINE
)
_SHAPE = re.compile(r"^- ([\w.]+): (.+)$", re.MULTILINE)
_KEYS = re.compile(r"\((?:keys )?(.+)\)$")
_LIKE = 0.6
_NEAR = re.compile(r"^Similar names: (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fix:
    """A cause, and the code corrected.

    Attributes:
        cause: What went wrong, with places for the values.
        values: What goes there.
        code: The corrected code; empty if a script cannot know it.
    """

    cause: str
    values: Mapping[str, object] = field(default_factory=dict)
    code: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """An error as `%qwen_fix` sends it.

    Attributes:
        code: The code with the failing line.
        kind: The name of the error's type.
        words: What it says.
        number: The number of the failing line in its cell; 0 if none is told.
        line: The failing line.
        near: Existing names that are like the missing one.
        shapes: Types and shapes of variables, by name.
    """

    code: str
    kind: str
    words: str
    number: int = 0
    line: str = ""
    near: tuple[str, ...] = ()
    shapes: Mapping[str, str] = field(default_factory=dict)

    def with_line(self, line: str) -> str:
        """Return the code with another failing line, with its indent."""
        lines = self.code.split("\n")
        places = [place for place, text in enumerate(lines) if text.strip() == self.line]
        if not places:
            return ""
        place = self.number - 1 if self.number - 1 in places else places[0]
        indent = lines[place][: len(lines[place]) - len(lines[place].lstrip())]
        return "\n".join([*lines[:place], indent + line, *lines[place + 1 :]])


def facts_of(question: str) -> Facts | None:
    """Return what is known of the error in a question; None if there is none with its code."""
    blocks = _BLOCK.findall(question)
    codes = [text for _, kind, text in blocks if kind == "python"]
    told = next((text for _, kind, text in blocks if kind == "text"), "")
    if not codes or not told:
        return None
    lines = _LINE.findall(told)
    number, line = (int(lines[-1][0]), lines[-1][1].strip()) if lines else (0, "")
    kind, words = _error(told)
    if not kind:
        return None
    code = next((text for text in codes if line and line in text), codes[0])
    near = _NEAR.search(question)
    names = tuple(near[1].split(", ")) if near else ()
    return Facts(code, kind, words, number, line, names, dict(_SHAPE.findall(question)))


def known_in(shape: str) -> list[str]:
    """Return the names that a shape tells: columns, keys, parameters."""
    found = _KEYS.search(shape)
    return [one.partition(":")[0] for one in found[1].split(", ")] if found else []


def near(word: str, known: Iterable[str]) -> str:
    """Return the name that is most like a word, whether it has capitals or not; empty if none is."""
    names = {one.casefold(): one for one in known}
    found = get_close_matches(word.casefold(), names, n=1, cutoff=_LIKE)
    return names[found[0]] if found else ""


def _error(told: str) -> tuple[str, str]:
    """Return the type and the words of the last error."""
    for line in reversed(told.split("\n")):
        found = _ERROR.match(line)
        if found and re.search("Error|Exception|Interrupt|Exit|Group|Warning|Iteration", found[1]):
            return found[1], found[2] or ""
    return "", ""
