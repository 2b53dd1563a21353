"""Slips of a model that lose nothing, mended (pure): in the JSON text, and in its values.

Mended in a text: fences around it, a comma too many, single quotes, Python's None, True and False.
Mended in a value: `"3"` or `3.0` for 3, JSON within a string, another case in a word that is one of
several, and no field at all where null is allowed. What could mean two things stays as it is.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.schema.checking import Schema, problems, referred
from qwen_magic.errors import MisfitError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["loaded", "mended"]

_FENCE = re.compile(r"\A\s*(`{3,}|~{3,})[^\n`]*\n(.*?)\n?\s*\1\s*\Z", re.DOTALL)
_PIECE = re.compile(
    r"""(?P<double>"(?:[^"\\]|\\.)*")|(?P<single>'(?:[^'\\]|\\.)*')|(?P<word>[A-Za-z]+)"""
    r"|(?P<comma>,)(?=\s*[\]}])|(?P<other>.)",
    re.DOTALL,
)
_PYTHON = {"None": "null", "True": "true", "False": "false"}


def loaded(text: str) -> tuple[Any, bool]:
    """Return the value of a JSON text, and whether the text had to be mended.

    Raises:
        MisfitError: It is no JSON; written for the model.
    """
    try:
        return _strict(text), False
    except MisfitError:
        raise
    except ValueError as error:
        refusal = error
    fenced = _FENCE.match(text)
    inner = fenced[2] if fenced else text
    try:
        return _strict("".join(map(_mended_piece, _PIECE.finditer(inner)))), True
    except ValueError:
        said = "the value is empty" if not text.strip() else f"this is no valid JSON: {refusal}"
        raise MisfitError(said) from refusal


def mended(value: Any, schema: Any, root: Schema) -> Any:  # noqa: ANN401 - any JSON
    """Return the value with its slips mended, as far as its schema tells what was meant."""
    schema = referred(schema, root)
    if not isinstance(schema, dict) or not any(problems(value, schema, root)):
        return value
    branches = schema.get("anyOf", schema.get("oneOf"))
    if branches:
        attempts = (mended(value, branch, root) for branch in branches)
        fitting = (one for one in attempts if not any(problems(one, schema, root)))
        return next(fitting, value)
    if isinstance(value, str):
        value = _unquoted(value, schema)
    if isinstance(value, float) and schema.get("type") == "integer" and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return dict(_members(value, schema, root))
    if isinstance(value, list):
        first = schema.get("prefixItems", [])
        inner = [*first, *[schema.get("items", True)] * (len(value) - len(first))]
        return [mended(one, kind, root) for one, kind in zip(value, inner, strict=False)] + value[
            len(inner) :
        ]
    return value


def _members(value: dict[str, Any], schema: Schema, root: Schema) -> Iterator[tuple[str, Any]]:
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name, one in value.items():
        yield name, mended(one, known.get(name, others), root)
    for name in schema.get("required", ()):
        if name not in value and not any(problems(None, known.get(name, True), root)):
            yield name, None


def _unquoted(text: str, schema: Schema) -> Any:  # noqa: ANN401
    """Return what a string stands for where none is allowed."""
    if "enum" in schema:
        alike = [one for one in schema["enum"] if str(one).casefold() == text.strip().casefold()]
        return alike[0] if len(alike) == 1 else text
    kind = schema.get("type")
    if kind not in {"integer", "number", "boolean", "null", "object", "array"}:
        return text
    try:
        found = _strict(text.strip().lower() if kind in {"boolean", "null"} else text)
    except (ValueError, MisfitError):
        return text
    return text if isinstance(found, str) else found


def _mended_piece(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "single":
            inner = re.sub(r'(?<!\\)"', r"\"", found[0][1:-1].replace(r"\'", "'"))
            return f'"{inner}"'
        case "word":
            return _PYTHON.get(found[0], found[0])
        case "comma":
            return ""
        case _:
            return found[0]


def _strict(text: str) -> Any:  # noqa: ANN401
    try:
        return json.loads(
            text, parse_float=_finite, parse_constant=_finite, object_pairs_hook=_object
        )
    except RecursionError as exc:
        raise MisfitError("the value is nested too deeply") from exc


def _finite(text: str) -> float:
    if math.isfinite(number := float(text)):
        return number
    raise MisfitError(f"{text} is no number of JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if found.setdefault(name, value) != value:
            raise MisfitError(f"{name}: it is there twice, with two values")
    return found
