"""Arguments that fit a JSON schema and, where they can, the question.

What a schema requires is always there. What it leaves open is there only if the question says
something that fits. Values keep within the schema's bounds; of patterns, we know the usual syntax.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from qwen_magic.demo.answers.clues import Clues, mood_among
from qwen_magic.demo.answers.patterns import example
from qwen_magic.demo.answers.schemas import Schema, fits, kind_of, merged, referred, within

__all__ = ["arguments_for"]

DEEP = 4
"""The depth at which a schema that refers to itself takes its shortest way out."""

FORMATS = {
    "date": (r"\d{4}-\d\d-\d\d", "2026-01-31"),
    "date-time": (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "2026-01-31T12:00:00Z"),
    "time": (r"\d\d:\d\d:\d\dZ", "12:00:00Z"),
    "duration": (r"P\d+D", "P1D"),
    "email": (r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", "alice@example.com"),
    "uri": (r"https?://[^\s)>\]]+", "https://example.com/"),
    "uuid": (r"[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}", "00000000-0000-4000-8000-000000000000"),
    "ipv4": (r"\d+(?:\.\d+){3}", "192.0.2.1"),
    "ipv6": (r"[\da-f]+(?::[\da-f]*){2,7}", "2001:db8::1"),
    "hostname": (r"[\w-]+(?:\.[\w-]+)+", "example.com"),
}
COMBINED = ("$ref", "allOf", "anyOf", "oneOf")
LINKS = 32  # references in a row, before we take them for a circle
WHOLE = re.compile(
    r"(?:^|_)(?:query|question|prompt|text|message|input|sentence|content|q)$", re.IGNORECASE
)


def arguments_for(schema: Schema, question: str) -> dict[str, Any]:
    """Return the arguments of a call that a question asks for."""
    filled = _Filling(schema, Clues(question)).value({"type": "object", **schema}, "", 0)
    return filled if isinstance(filled, dict) else {}


class _Filling:
    """One pass over a schema, and the clues it uses up on the way."""

    def __init__(self, root: Schema, clues: Clues) -> None:
        self._root = root
        self._clues = clues
        self._fill: dict[str, Callable[[Schema, str, int], object]] = {
            "object": self._object,
            "array": self._array,
            "string": self._string,
            "integer": self._number,
            "number": self._number,
            "boolean": lambda schema, _name, _depth: schema.get("default", True),
            "null": lambda _schema, _name, _depth: None,
        }

    def value(self, schema: object, name: str, depth: int) -> object:
        """Return a value for a schema; `name` is its property."""
        plain = self._plain(schema, depth)
        if "const" in plain:
            return plain["const"]
        if "enum" in plain:
            said = filter(self._clues.mentions, plain["enum"])
            mood = mood_among(plain["enum"], self._clues.question)
            return next(said, plain["enum"][0] if mood is None else mood)
        return self._fill[kind_of(plain, sparing=depth >= DEEP)](plain, name, depth)

    def _plain(self, schema: object, depth: int) -> Schema:
        """Return the schema without references and alternatives."""
        plain: Schema = schema if isinstance(schema, Mapping) else {}
        for _ in range(LINKS):
            key = next((key for key in COMBINED if key in plain), None)
            if key is None:
                break
            rest: Schema = {name: value for name, value in plain.items() if name != key}
            for part in self._parts(key, plain[key], depth):
                rest = merged(rest, part)
            plain = rest
        return plain

    def _parts(self, key: str, value: Any, depth: int) -> Iterator[Schema]:  # noqa: ANN401 - any JSON
        match key:
            case "$ref":
                yield referred(self._root, value)
            case "allOf":
                yield from value
            case _:
                yield self._branch(value, depth)

    def _branch(self, branches: list[Schema], depth: int) -> Schema:
        """Return the alternative that suits the question, else the plainest that is not null."""
        if depth > 2 * DEEP:
            return {}
        plain = [self._plain(branch, depth + 1) for branch in branches]
        return min(plain, key=lambda branch: self._distance(branch, depth), default={})

    def _distance(self, branch: Schema, depth: int) -> int:
        kind = kind_of(branch)
        if any(map(self._clues.mentions, branch.get("enum", [branch.get("const", "\0")]))):
            return 0
        if depth >= DEEP and kind in ("object", "array"):
            return 4
        return 3 if kind == "null" else 2 - bool(self._clues.of(kind))

    def _object(self, schema: Schema, name: str, depth: int) -> dict[str, object]:
        properties: Mapping[str, object] = schema.get("properties", {})
        required: list[str] = schema.get("required", [])
        chosen = [key for key in properties if key in required or self._said(key, properties[key])]
        chosen += [key for key in required if key not in properties]
        spare = [key for key in properties if key not in chosen]
        short = schema.get("minProperties", 0) - len(chosen)
        spare += [f"{name or 'key'}{number}" for number in range(short - len(spare))]
        chosen += spare[: max(short, 0)]
        others = schema.get("additionalProperties")
        return {key: self.value(properties.get(key, others), key, depth + 1) for key in chosen}

    def _said(self, name: str, schema: object) -> bool:
        """Tell whether the question has something for an optional property."""
        plain = self._plain(schema, DEEP)
        if "enum" in plain:
            return any(map(self._clues.mentions, plain["enum"]))
        kind = kind_of(plain)
        clues = self._clues.of(kind)
        if not clues or not self._clues.mentions(name):
            return False
        return kind == "string" or fits(float(clues[0]), plain, whole=kind == "integer")

    def _array(self, schema: Schema, name: str, depth: int) -> list[object]:
        filled = [self.value(part, name, depth + 1) for part in schema.get("prefixItems", [])]
        items = schema.get("items", not filled)
        plain = self._plain(items, depth)
        clues = self._clues.of(kind_of(plain))
        if (
            not clues
            and kind_of(plain) == "string"
            and not {"enum", "format", "pattern"} & {*plain}
        ):
            clues = self._clues.take_things()
        least = schema.get("minItems", int(depth < DEEP and not filled))
        wanted = min(max(least, len(filled) + len(clues)), schema.get("maxItems", math.inf))
        while items is not False and len(filled) < wanted:
            new = self.value(items, name, depth + 1)
            repeated = schema.get("uniqueItems") and new in filled
            filled.append(self._another(self._plain(items, depth), filled) if repeated else new)
        return filled

    def _another(self, schema: Schema, filled: list[object]) -> object:
        """Return a value that is not in the list yet, as long as there is a simple one."""
        kind, step = kind_of(schema), schema.get("multipleOf", 1)
        if "enum" in schema or kind == "boolean":
            choices = schema.get("enum", [True, False])
            return next((choice for choice in choices if choice not in filled), choices[0])
        if kind in ("integer", "number"):
            start = within(schema, whole=kind == "integer")
            around = (start + sign * step * far for far in range(1, 99) for sign in (1, -1))
            whole = kind == "integer"
            return next(
                number
                for number in around
                if number not in filled and fits(number, schema, whole=whole)
            )
        return f"{len(filled) + 1}{filled[-1]}"[: schema.get("maxLength")]

    def _number(self, schema: Schema, _name: str, _depth: int) -> float:
        whole = kind_of(schema) == "integer"
        numbers = self._clues.numbers
        if numbers and fits(numbers[0], schema, whole=whole):
            return int(numbers.popleft()) if whole else numbers.popleft()
        return within(schema, whole=whole)

    def _string(self, schema: Schema, name: str, _depth: int) -> str:
        pattern, shape = schema.get("pattern"), FORMATS.get(schema.get("format", ""))
        if shape:
            return self._clues.found(shape[0]) or shape[1]
        if pattern:
            return self._matching(pattern)
        if WHOLE.search(name) and not self._clues.names:
            text = self._clues.question
        else:
            text = self._clues.name(str(schema.get("default") or name or "text"))
        return text.ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength")]

    def _matching(self, pattern: str) -> str:
        words = (word.strip("?!,;.") for word in re.findall(r"\S+", self._clues.question))
        fitting = (word for word in words if word and re.search(pattern, word))
        return next(fitting, None) or example(pattern)
