"""What type hints say beside the type, written into their schema: words, bounds, formats (pure).

Words come from `Annotated[str, "…"]`, from pydantic's `Field(description=…)` and from docstrings;
bounds from `annotated_types`. msgspec and pydantic leave some of them out.
"""

from __future__ import annotations

from datetime import datetime, time
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
)

from qwen_magic.conversation.schema.fields import Field, about, fields_of, is_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwen_magic.conversation.schema.checking import Schema

__all__ = ["noted"]

_FORMATS: dict[Any, str] = {datetime: "date-time", time: "time"}
_BOUNDS = {
    "Ge": (("ge", "minimum"),),
    "Gt": (("gt", "exclusiveMinimum"),),
    "Le": (("le", "maximum"),),
    "Lt": (("lt", "exclusiveMaximum"),),
    "Interval": (
        *(("ge", "minimum"), ("gt", "exclusiveMinimum")),
        *(("le", "maximum"), ("lt", "exclusiveMaximum")),
    ),
    "MultipleOf": (("multiple_of", "multipleOf"),),
    "MinLen": (("min_length", "min"),),
    "MaxLen": (("max_length", "max"),),
    "Len": (("min_length", "min"), ("max_length", "max")),
}
_SIZES = {"string": "Length", "array": "Items", "object": "Properties"}


def noted(annotation: Any, schema: Schema, definitions: dict[str, Schema]) -> Schema:  # noqa: ANN401
    """Return the schema of a hint with what the hint says; complete the definitions in place."""
    found: Schema = _noted(annotation, schema, definitions, set())
    return found


def _noted(  # noqa: PLR0911 - one branch a kind of hint
    annotation: Any,  # noqa: ANN401
    schema: Any,  # noqa: ANN401
    defs: dict[str, Schema],
    seen: set[str],
) -> Any:  # noqa: ANN401
    if not isinstance(schema, dict):
        return schema
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in {Required, NotRequired}:
        return _noted(args[0], schema, defs, seen)
    if origin is Annotated:
        found = _noted(args[0], schema, defs, seen)
        for note in args[1:]:
            found = _with_note(note, found, defs)
        return found
    if origin is Literal and len(args) == len(schema.get("enum", ())):
        return {**schema, "enum": list(args)}  # msgspec sorts them
    if isinstance(annotation, type) and annotation in _FORMATS and schema.get("type") == "string":
        return {"format": _FORMATS[annotation], **schema}
    if is_record(annotation):
        return _record(annotation, schema, defs, seen)
    if origin in {Union, UnionType}:
        return _union(args, schema, defs, seen)
    return _members(args, schema, defs, seen)


def _members(args: tuple[Any, ...], schema: Schema, defs: dict[str, Schema], seen: set[str]) -> Any:  # noqa: ANN401
    """Return the schema of a list, a tuple or a dict with what their members' hints say."""
    if not args:
        return schema
    if "prefixItems" in schema:
        pairs = zip(args, schema["prefixItems"], strict=False)
        return {**schema, "prefixItems": [_noted(arg, one, defs, seen) for arg, one in pairs]}
    name = next((name for name in ("items", "additionalProperties") if name in schema), None)
    return {**schema, name: _noted(args[-1 if name != "items" else 0], schema[name], defs, seen)} if name else schema  # fmt: skip


def _union(
    args: tuple[Any, ...], schema: Schema, defs: dict[str, Schema], seen: set[str]
) -> Schema:
    """Return the schema of a union; each alternative gets what the member like it says."""
    if "anyOf" not in schema:
        return schema
    left = [arg for arg in args if arg is not type(None)]
    branches = [one for one in schema["anyOf"] if one.get("type") != "null"]
    if len(left) == len(branches):
        pairs = dict(zip(map(id, branches), left, strict=True))
        if len(left) > 1:
            pairs = {id(one): arg for one in branches for arg in left if _is_for(one, arg)}
        told = [
            _noted(pairs[id(one)], one, defs, seen) if id(one) in pairs else one
            for one in schema["anyOf"]
        ]
        return {**schema, "anyOf": told}
    return schema


def _is_for(branch: Schema, arg: Any) -> bool:  # noqa: ANN401
    name = str(branch.get("$ref", "")).rpartition("/")[2].rpartition(".")[2]
    plain = get_args(arg)[0] if get_origin(arg) is Annotated else arg
    kinds = {str: "string", int: "integer", float: "number", list: "array", dict: "object"}
    kind = kinds.get(get_origin(plain) or plain, "?")
    return name == getattr(plain, "__name__", "?") or kind == branch.get("type")


def _record(kind: Any, schema: Schema, defs: dict[str, Schema], seen: set[str]) -> Schema:  # noqa: ANN401
    """Complete the definition of a class."""
    name = str(schema.get("$ref", "")).removeprefix("#/$defs/")
    if not name:
        return _filled(kind, schema, defs, seen)
    if name not in seen and name in defs:
        seen.add(name)
        defs[name] = _filled(kind, defs[name], defs, seen)
    return schema


def _filled(kind: Any, schema: Schema, defs: dict[str, Schema], seen: set[str]) -> Schema:  # noqa: ANN401
    fields = fields_of(kind)
    rest = {key: value for key, value in schema.items() if key != "description"}
    told = about(kind) or (schema.get("description", "") if hasattr(kind, "model_fields") else "")
    rest |= {"description": told} if told else {}
    if "prefixItems" in rest:  # a NamedTuple is a list in JSON
        pairs = zip(rest["prefixItems"], fields.items(), strict=False)
        first = [
            {"title": name, **_described(_noted(field.hint, one, defs, seen), field.about)}
            for one, (name, field) in pairs
        ]
        return {**rest, "prefixItems": first, "items": False}
    if "properties" in rest:
        given = rest["properties"]
        names = [
            *(name for name in fields if name in given),
            *(n for n in given if n not in fields),
        ]
        rest["properties"] = {
            name: _field(fields.get(name), given[name], defs, seen) for name in names
        }
        rest["required"] = [name for name in names if name in rest.get("required", ())]
        rest.setdefault("additionalProperties", False)
    return rest


def _field(field: Field | None, schema: Schema, defs: dict[str, Schema], seen: set[str]) -> Schema:
    if field is None:
        return schema
    return _described(_noted(field.hint, schema, defs, seen), field.about)


def _with_note(note: Any, schema: Schema, defs: dict[str, Schema]) -> Schema:  # noqa: ANN401
    """Return a schema with what one note of `Annotated` says."""
    said = note if isinstance(note, str) else getattr(note, "documentation", None)
    said = said or getattr(note, "description", None)
    found = {**schema, "description": said} if isinstance(said, str) and said else schema
    inner = getattr(note, "metadata", None)  # pydantic's Field keeps its bounds there
    for one in inner if isinstance(inner, list | tuple) else ():
        found = _with_note(one, found, defs)
    return {**found, **dict(_bounds(note, found))}


def _bounds(note: Any, schema: Schema) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    """Yield the keywords for a bound of `annotated_types`, known by its name."""
    if not type(note).__module__.startswith("annotated_types"):
        return
    for field, keyword in _BOUNDS.get(type(note).__name__, ()):
        value = getattr(note, field, None)
        if value is not None and not (keyword == "min" and value == 0):
            end = (
                _SIZES.get(str(schema.get("type")), "Length") if len(keyword) == len("min") else ""
            )
            yield f"{keyword}{end}", value


def _described(schema: Schema, words: str) -> Schema:
    return schema if not words or "description" in schema else {**schema, "description": words}
