"""A shape that is given as a JSON schema, in the sense of draft 2020-12 (pure).

`jsonschema` judges the values. It is no dependency: the extra `schema` brings it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from qwen_magic.errors import SchemaError
from qwen_magic.excerpt import cut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from qwen_magic.conversation.schema.checking import Schema

__all__ = ["checks_of"]

_LONGEST = 200
_WORDS = frozenset(
    ["title", "type", "properties", "required", "items", "prefixItems", "enum", "const", "anyOf", "oneOf", "allOf", "$ref",
     "additionalProperties", "patternProperties", "not", "if", "format", "pattern", "minimum", "maximum"]
)  # fmt: skip
_MEANT = 'a type is shorter: "name: str, price: float" as text, or a dataclass'


def checks_of(schema: Mapping[str, Any]) -> Callable[[Any], Iterator[str]]:
    """Return what finds the problems of a value by a JSON schema.

    Raises:
        SchemaError: It is no valid schema, or `jsonschema` is not installed.
    """
    try:
        from jsonschema import Draft202012Validator
        from jsonschema.exceptions import SchemaError as InvalidError
    except ImportError as exc:
        raise SchemaError(
            "a JSON schema needs the package jsonschema",
            hint="%pip install 'qwen_magic[schema]'; types and short forms do without",
        ) from exc
    known: Schema = dict(schema)
    _check_words(known)
    try:
        Draft202012Validator.check_schema(known)
    except InvalidError as exc:
        place = "".join(f"[{step!r}]" for step in exc.absolute_path)
        raise SchemaError(
            f"this is no JSON schema: {cut(exc.message, _LONGEST)}",
            hint=f"look at schema{place}" if place else "see json-schema.org, draft 2020-12",
        ) from exc
    if outside := next(_leading_out(known), ""):
        raise SchemaError(
            f"the schema refers to {cut(outside, _LONGEST)!r}, which is not in it",
            hint='put it into "$defs" and refer to "#/$defs/NAME"',
        )
    validator = Draft202012Validator(known)

    def problems(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
        for error in validator.iter_errors(value):
            yield f"{_place(error.absolute_path)}: {cut(error.message, _LONGEST)}"

    return problems


def _check_words(schema: Schema) -> None:
    """Refuse a dict that says nothing in the language of JSON schema, or holds what is no JSON."""
    try:
        json.dumps(schema)
    except (TypeError, ValueError) as exc:
        raise SchemaError(f"this is no JSON schema: {exc}", hint=_MEANT) from exc
    if not _WORDS & schema.keys():
        named = ", ".join(map(repr, schema)) or "nothing"
        raise SchemaError(f"this is no JSON schema: it says {cut(named, _LONGEST)}", hint=_MEANT)


def _leading_out(schema: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Yield the references that lead out of a schema: nothing is fetched."""
    for key, value in schema.items() if isinstance(schema, dict) else enumerate(schema):
        if key in {"$ref", "$dynamicRef"} and isinstance(value, str):
            if not value.startswith("#"):
                yield value
        elif isinstance(value, dict | list):
            yield from _leading_out(value)


def _place(steps: Any) -> str:  # noqa: ANN401 - a deque of names and numbers
    named = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return named.removeprefix(".") or "the value"
