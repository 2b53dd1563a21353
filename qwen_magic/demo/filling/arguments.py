"""Arguments that fit a JSON schema and, where they can, the question.

What a schema requires is always there. What it leaves open is there only if the question says
something that fits. Values keep within the schema's bounds; of patterns, we know the usual syntax.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from qwen_magic.demo.filling.evidence import (
    NOTHING,
    chosen,
    each_chosen,
    is_told,
    rank,
    role_in,
    said,
    said_all,
)
from qwen_magic.demo.filling.fallbacks import another, number_for, text_for, texts_for
from qwen_magic.demo.filling.finding import hits
from qwen_magic.demo.filling.material import Material, material_of
from qwen_magic.demo.filling.records import listed, pieces_of
from qwen_magic.demo.filling.schemas import Schema, fits, kind_of, merged, referred
from qwen_magic.demo.reading.labels import label

if TYPE_CHECKING:
    from datetime import date

__all__ = ["arguments_for"]

DEEP = 4
"""The depth at which a schema that refers to itself takes its shortest way out."""

COMBINED = ("$ref", "allOf", "anyOf", "oneOf")
LATER = 100
LINKS = 32  # references in a row, before we take them for a circle


def arguments_for(schema: Schema, question: str, today: date | None = None) -> dict[str, Any]:
    """Return the arguments of a call that a question asks for."""
    day = today or datetime.now(UTC).astimezone().date()
    material = Material(material_of(question), day)
    material.is_passage = material.whole != question
    filled = _Filling(schema, material).value({"type": "object", **schema}, "", 0)
    return filled if isinstance(filled, dict) else {}


class _Filling:
    """One pass over a schema, and the text that it uses up on the way."""

    def __init__(self, root: Schema, material: Material) -> None:
        self._root = root
        self._material = material
        self._clues = material.clues
        self._fill: dict[str, Callable[[Schema, str, int], object]] = {
            "object": self._object,
            "array": self._array,
            "string": lambda schema, name, _depth: text_for(self._clues, schema, name),
            "integer": lambda schema, _name, _depth: number_for(self._clues, schema),
            "number": lambda schema, _name, _depth: number_for(self._clues, schema),
            "boolean": lambda schema, _name, _depth: schema.get("default", True),
            "null": lambda _schema, _name, _depth: None,
        }

    def value(self, schema: object, name: str, depth: int) -> object:
        """Return a value for a schema; `name` is its property."""
        plain = self._plain(schema, depth)
        if "const" in plain:
            return plain["const"]
        if "enum" in plain:
            return chosen(self._material, name, plain["enum"])
        labelled = label(plain, name, self._material.whole) if self._material.is_passage else None
        if labelled is not None:
            return labelled
        if kind_of(plain) not in {"object", "array", "null"}:
            told = said(self._material, name, plain)
            if told is not NOTHING:
                return told
            if _is_nullable(schema) and (name or depth > 1):
                return None
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
        if not chosen and isinstance(others, Mapping) and depth < DEEP:
            return self._mapping(others, depth)
        inner = {key: properties.get(key, others) for key in chosen}
        plain = {key: self._plain(one, depth + 1) for key, one in inner.items()}
        roles = {role_in(key, one) for key, one in plain.items()}
        self._material.is_of_things = bool(roles & {"money", "quantity"})
        by_rank = sorted(chosen, key=lambda key: _rank(key, plain[key]))
        made = {key: self.value(inner[key], key, depth + 1) for key in by_rank}
        return {key: made[key] for key in chosen}

    def _mapping(self, values: Schema, depth: int) -> dict[str, object]:
        """Return what the text says of several things, by their names."""
        is_money = bool(hits("money", self._material.left, self._material.today))
        key = "price" if is_money and kind_of(values) == "number" else "value"
        fields = {"item": {"type": "string"}, key: values}
        found = self._records(
            {"type": "object", "properties": fields, "required": [*fields]}, depth
        )
        return {one["item"]: one[key] for one in found if isinstance(one, dict)}

    def _said(self, name: str, schema: object) -> bool:
        """Tell whether the question has something for an optional property."""
        plain = self._plain(schema, DEEP)
        if "enum" in plain:
            return any(map(self._clues.mentions, plain["enum"]))
        kind = kind_of(plain)
        if kind in {"string", "integer", "number"} and is_told(self._material, name, plain):
            return True
        clues = self._clues.of(kind)
        if not clues or not self._clues.mentions(name):
            return False
        return kind == "string" or fits(float(clues[0]), plain, whole=kind == "integer")

    def _array(self, schema: Schema, name: str, depth: int) -> list[object]:
        filled = [self.value(part, name, depth + 1) for part in schema.get("prefixItems", [])]
        items = schema.get("items", not filled)
        plain = self._plain(items, depth)
        most = schema.get("maxItems", math.inf)
        if not filled and (found := self._found(plain, name, depth)):
            unique = [one for at, one in enumerate(found) if one not in found[:at]]
            found = list(unique if schema.get("uniqueItems") else found)[: min(most, len(found))]
            if len(found) >= schema.get("minItems", 0):
                return found
        clues = self._clues.of(kind_of(plain))
        if (
            not clues
            and kind_of(plain) == "string"
            and not {"enum", "format", "pattern"} & {*plain}
        ):
            clues = self._clues.take_things()
        least = schema.get("minItems", int(depth < DEEP and not filled))
        wanted = min(max(least, len(filled) + len(clues)), most)
        while items is not False and len(filled) < wanted:
            new = self.value(items, name, depth + 1)
            repeated = schema.get("uniqueItems") and new in filled
            filled.append(another(self._plain(items, depth), filled) if repeated else new)
        return filled

    def _found(self, items: Schema, name: str, depth: int) -> Sequence[object]:
        """Return the members of a list as far as the text tells them; empty if it does not."""
        if kind_of(items) == "object" and depth < DEEP:
            return list(self._records(items, depth))
        if "enum" in items:
            said = [one for one in items["enum"] if self._clues.mentions(one)]
            return said or each_chosen(self._material, name, items["enum"])
        if found := said_all(self._material, name, items) or texts_for(self._clues, items):
            return found
        text = self._material.left
        is_plain = kind_of(items) == "string" and not {"enum", "format", "pattern"} & {*items}
        is_list = role_in(name, items) == "item" or (
            name in {"", "value"} and not self._clues.names and not self._clues.things()
        )
        spans = listed(text) if is_plain and is_list else []
        return [self._material.whole[start:end] for start, end in spans]

    def _records(self, items: Schema, depth: int) -> Iterator[object]:
        """Yield a record for each piece of the text that tells of one."""
        properties: Mapping[str, object] = items.get("properties", {})
        roles = {role_in(key, self._plain(one, depth + 1)) for key, one in properties.items()}
        before = self._material.left
        for piece in pieces_of(before, roles, self._material.today):
            material = self._material.piece(piece)
            for role in ("date", "moment"):
                known = hits(role, before[: piece.end], material.today)
                material.around |= {role: known[-1].value} if known else {}
            yield _Filling(self._root, material).value(items, "", depth + 1)
            self._material.take(piece.start, piece.end)


def _rank(name: str, schema: Schema) -> int:
    """Return when a field is filled; lists of records, which use up most of the text, come last."""
    kind = kind_of(schema)
    if kind == "object":
        return LATER
    if kind == "array":
        items = schema.get("items")
        is_plain = isinstance(items, Mapping) and kind_of(items) == "string" and "$ref" not in items
        return LATER + 1 - is_plain
    return rank(name, schema)


def _is_nullable(schema: object) -> bool:
    known: Schema = schema if isinstance(schema, Mapping) else {}
    named, branches = known.get("type"), known.get("anyOf", ())
    return (isinstance(named, list) and "null" in named) or any(
        isinstance(one, Mapping) and one.get("type") == "null" for one in branches
    )
