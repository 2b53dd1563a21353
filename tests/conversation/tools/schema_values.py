"""Values that a schema allows, for the kinds of schemas that tools have."""

from __future__ import annotations

import datetime as dt
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import msgspec
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

Schema = dict[str, Any]
Values = st.SearchStrategy[Any]

JSON: Values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=99), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
FORMATS: dict[str, Values] = {
    "date-time": st.datetimes().map(dt.datetime.isoformat),
    "date": st.dates().map(dt.date.isoformat),
    "time": st.times().map(dt.time.isoformat),
    "duration": st.timedeltas(dt.timedelta(-999), dt.timedelta(999)).map(msgspec.to_builtins),
    "uuid": st.uuids().map(str),
    "decimal": st.decimals(allow_nan=False, allow_infinity=False).map(str),
    "path": st.text(st.characters(exclude_characters="\0", codec="utf-8")),
}


def values_of(schema: Schema, root: Schema) -> Values:
    """Return a strategy for the values of a schema within its root."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        return st.deferred(lambda: values_of(root["$defs"][name], root))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([values_of(one, root) for one in schema["anyOf"]])
    return _KINDS[schema["type"]](schema, root) if "type" in schema else JSON


def _object(schema: Schema, root: Schema) -> Values:
    if "properties" not in schema:  # keys of digits can be read as any kind of key
        keys = st.integers(0, 99).map(str)
        return st.dictionaries(keys, values_of(schema.get("additionalProperties", {}), root))
    each = {name: values_of(one, root) for name, one in schema["properties"].items()}
    required = {name: each.pop(name) for name in schema.get("required", [])}
    return st.fixed_dictionaries(required, optional=each)


def _array(schema: Schema, root: Schema) -> Values:
    if "prefixItems" in schema:
        whole = st.tuples(*[values_of(one, root) for one in schema["prefixItems"]])
        return _sizes(schema).flatmap(lambda size: whole.map(lambda full: list(full[:size])))
    items = values_of(schema.get("items", {}), root)
    least, most = schema.get("minItems", 0), schema.get("maxItems", 4)
    return st.lists(items, min_size=least, max_size=most, unique=schema.get("uniqueItems", False))


def _sizes(schema: Schema) -> Values:
    return st.integers(schema.get("minItems", 0), schema.get("maxItems", 9))


def _string(schema: Schema, _root: Schema) -> Values:
    if "contentEncoding" in schema:
        return st.binary().map(lambda data: b64encode(data).decode())
    if "format" in schema:
        return FORMATS[schema["format"]]
    return st.text(min_size=schema.get("minLength", 0), max_size=schema.get("maxLength"))


def _integer(schema: Schema, _root: Schema) -> Values:
    least = schema.get("minimum", schema.get("exclusiveMinimum", None))
    above = "exclusiveMinimum" in schema
    return st.integers(None if least is None else least + above, schema.get("maximum"))


def _number(schema: Schema, _root: Schema) -> Values:
    low, high = schema.get("minimum"), schema.get("maximum")
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


_KINDS: dict[str, Callable[[Schema, Schema], Values]] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": lambda _schema, _root: st.booleans(),
    "null": lambda _schema, _root: st.none(),
}
