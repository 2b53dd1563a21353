"""Values where no rule finds any in the text: its next number or name, else what just fits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qwen_magic.demo.filling.patterns import example
from qwen_magic.demo.filling.schemas import Schema, fits, kind_of, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwen_magic.demo.filling.clues import Clues

__all__ = ["another", "number_for", "text_for", "texts_for"]

_FORMATS = {
    "date": (r"\d{4}-\d\d-\d\d", "2026-01-31"),
    "date-time": (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "2026-01-31T12:00:00Z"),
    "time": (r"\d\d:\d\d:\d\dZ", "12:00:00Z"),
    "duration": (r"P\d+D", "P1D"),
    "email": (r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", "alice@example.com"),
    "uri": (r"https?://[^\s)>\]]+", "https://example.com/"),
    "uuid": (r"[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}", "00000000-0000-4000-8000-000000000000"),
    "ipv4": (r"\d+(?:\.\d+){3}", "192.0.2.1"),
    "ipv6": (r"[\da-f]+(?::[\da-f]*){2,7}", "2001:db8::1"),
    "decimal": (r"\d+(?:\.\d+)?", "1"),
    "path": (
        r"(?<![\w:/.])(?:[A-Za-z]:\\|~?/|\.{1,2}/)(?:[\w.-]+[/\\]?)+|[\w-]+(?:[/\\][\w.-]+)+|[\w-]+\.[A-Za-z]\w{0,4}\b",
        "notes.txt",
    ),
    "hostname": (r"[\w-]+(?:\.[\w-]+)+", "example.com"),
}
_WHOLE = re.compile(
    r"(?:^|_)(?:query|question|prompt|text|message|input|sentence|content|q)$", re.IGNORECASE
)


def number_for(clues: Clues, schema: Schema) -> float:
    """Take the next number that fits; without one, return one within the bounds."""
    whole = kind_of(schema) == "integer"
    for number in clues.numbers:
        if fits(number, schema, whole=whole):
            clues.drop_number(number)
            return int(number) if whole else number
    return within(schema, whole=whole)


def text_for(clues: Clues, schema: Schema, name: str) -> str:
    """Take the next name, or the whole question if the field is for that."""
    pattern, shape = schema.get("pattern"), _FORMATS.get(schema.get("format", ""))
    if shape:
        return clues.found(shape[0]) or shape[1]
    if pattern:
        return _matching(clues.question, pattern)
    if _WHOLE.search(name) and not clues.names:
        text = clues.question
    else:
        text = clues.name(str(schema.get("default") or name or "text"))
    return text.ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength")]


def texts_for(clues: Clues, schema: Schema) -> list[str]:
    """Return all texts of a list's format that the question has."""
    shape = _FORMATS.get(schema.get("format", ""))
    return list(dict.fromkeys(re.findall(shape[0], clues.question))) if shape else []


def another(schema: Schema, filled: Sequence[object]) -> object:
    """Return a value that is not in a list yet, as long as there is a simple one."""
    kind, step = kind_of(schema), schema.get("multipleOf", 1)
    whole = kind == "integer"
    if "enum" in schema or kind == "boolean":
        choices = schema.get("enum", [True, False])
        return next((choice for choice in choices if choice not in filled), choices[0])
    if kind in ("integer", "number"):
        start = within(schema, whole=whole)
        around = (start + sign * step * far for far in range(1, 99) for sign in (1, -1))
        new = (number for number in around if number not in filled)
        return next(number for number in new if fits(number, schema, whole=whole))
    return f"{len(filled) + 1}{filled[-1]}"[: schema.get("maxLength")]


def _matching(question: str, pattern: str) -> str:
    words = (word.strip("?!,;.") for word in re.findall(r"\S+", question))
    fitting = (word for word in words if word and re.search(pattern, word))
    return next(fitting, None) or example(pattern)
