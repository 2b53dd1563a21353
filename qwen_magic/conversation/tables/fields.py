"""The columns of what came: one for each field of the schema, with its kind (pure)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.schema.checking import kind_of, referred
from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qwen_magic.conversation.schema.checking import Schema
    from qwen_magic.conversation.schema.shape import Shape
    from qwen_magic.conversation.tables.records import Outcome

__all__ = ["ANSWER", "OTHERS", "Field", "Kind", "cells_of", "fields_of"]

ANSWER = "answer"
OTHERS = ("status", "error", "input_tokens", "output_tokens")
"""The columns beside the answer."""

_DEEPEST = 8
_FORMATS = {"date": "date", "date-time": "datetime"}
_WORDS = {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean"}


@dataclass(frozen=True, slots=True)
class Kind:
    """What a column holds.

    Attributes:
        word: `text`, `integer`, `number`, `boolean`, `date`, `datetime`, `list`, `record`, or `json`
            for anything else.
        inner: What a list holds, under an empty name; a record's fields by name.
    """

    word: str
    inner: tuple[tuple[str, Kind], ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One column of the answer; the one without a schema holds the text as it came."""

    name: str
    kind: Kind = Kind("text")
    whole: bool = False
    plain: bool = False


def fields_of(shape: Shape[Any] | None) -> tuple[Field, ...]:
    """Return the columns of an answer of a shape; of a text without one.

    Raises:
        RequestError: A field has the name of another column.
    """
    if shape is None:
        return (Field(ANSWER, whole=True, plain=True),)
    root = shape.parameters
    inner: Mapping[str, Any] = root.get("properties") or {}
    if shape.wrapped or not inner:
        schema = next(iter(inner.values())) if shape.wrapped else root
        return (Field(ANSWER, _kind(schema, root, 0), whole=True),)
    for name in OTHERS:
        if name in inner:
            raise RequestError(
                f"a field of the schema is named {name!r}, as a column of the result is",
                hint="name it otherwise",
            )
    return tuple(Field(name, _kind(schema, root, 0)) for name, schema in inner.items())


def cells_of(outcome: Outcome, fields: tuple[Field, ...]) -> tuple[Any, ...]:
    """Return a row's answer, a cell for each field; all are missing unless it is completed."""
    if outcome.status != "completed":
        return (None,) * len(fields)
    if fields[0].plain:
        return (outcome.answer,)
    found = json.loads(outcome.answer)
    return tuple(found if field.whole else found.get(field.name) for field in fields)


def _kind(schema: Any, root: Schema, depth: int) -> Kind:  # noqa: ANN401 - a schema or a boolean
    known = _needed(referred(schema, root), root)
    if not isinstance(known, dict) or depth == _DEEPEST:
        return Kind("json")
    names = known.get("type") or _type_of_values(known)
    left = [name for name in ([names] if isinstance(names, str) else names) if name != "null"]
    word = left[0] if len(left) == 1 else ""
    if {*left} == {"integer", "number"}:
        word = "number"
    if word == "array" and isinstance(known.get("items"), dict):
        return Kind("list", (("", _kind(known["items"], root, depth + 1)),))
    if word == "object" and known.get("properties") and known.get("additionalProperties") is False:
        fields = known["properties"].items()
        return Kind("record", tuple((name, _kind(one, root, depth + 1)) for name, one in fields))
    if word == "string" and not depth:
        return Kind(_FORMATS.get(str(known.get("format")), "text"))
    return Kind(_WORDS.get(word, "json"))


def _needed(schema: Any, root: Schema) -> Any:  # noqa: ANN401
    """Return a schema without the alternative of null."""
    branches = schema.get("anyOf", schema.get("oneOf")) if isinstance(schema, dict) else None
    if branches is None:
        return schema
    left = [one for one in (referred(one, root) for one in branches) if not _is_null(one)]
    return _needed(left[0], root) if len(left) == 1 else None


def _is_null(schema: Any) -> bool:  # noqa: ANN401
    return isinstance(schema, dict) and schema.get("type") == "null"


def _type_of_values(schema: Schema) -> list[str]:
    values = [schema["const"]] if "const" in schema else schema.get("enum", [])
    return list(dict.fromkeys(map(kind_of, values)))
