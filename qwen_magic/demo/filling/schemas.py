"""Questions about a JSON schema, without an instance of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

__all__ = ["Schema", "fits", "kind_of", "merged", "referred", "within"]

Schema: TypeAlias = Mapping[str, Any]

_SIGNS = {
    "object": ("properties", "required", "additionalProperties"),
    "array": ("items", "prefixItems", "minItems"),
    "string": ("pattern", "format", "minLength", "maxLength"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
_TIGHTER = {
    "minimum": max,
    "exclusiveMinimum": max,
    "minLength": max,
    "minItems": max,
    "maximum": min,
    "exclusiveMaximum": min,
    "maxLength": min,
    "maxItems": min,
}


def kind_of(schema: Schema, *, sparing: bool = False) -> str:
    """Return the type a value should have; of several, the first, or null if sparing."""
    named = schema.get("type")
    if isinstance(named, list) and named:
        return str("null" if sparing and "null" in named else named[0])
    if named:
        return str(named)
    signs = (kind for kind, keys in _SIGNS.items() if any(key in schema for key in keys))
    return next(signs, "string")


def referred(root: Schema, reference: str) -> Schema:
    """Return what a local reference like `#/$defs/City` stands for."""
    found: object = root
    for step in reference.removeprefix("#").split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def merged(one: Schema, other: Schema) -> Schema:
    """Return a schema for what fits both."""
    both = {**one, **other}
    for key in one.keys() & other.keys():
        ours, theirs = one[key], other[key]
        if key in _TIGHTER:
            both[key] = _TIGHTER[key](ours, theirs)
        elif key == "required":
            both[key] = [*ours, *(name for name in theirs if name not in ours)]
        elif key == "properties":
            both[key] = {**ours, **theirs} | {
                name: merged(ours[name], theirs[name]) for name in ours.keys() & theirs.keys()
            }
    return both


def fits(number: float, schema: Schema, *, whole: bool) -> bool:
    """Tell whether a number is within the bounds of a schema."""
    step = schema.get("multipleOf")
    return (
        (not whole or number == int(number))
        and schema.get("minimum", -math.inf) <= number <= schema.get("maximum", math.inf)
        and schema.get("exclusiveMinimum", -math.inf) < number
        and number < schema.get("exclusiveMaximum", math.inf)
        and (not step or number % step == 0)
    )


def within(schema: Schema, *, whole: bool) -> float:
    """Return a number within the bounds: 1 if it is, else one near a bound."""
    low = max(schema.get("minimum", -math.inf), schema.get("exclusiveMinimum", -math.inf))
    high = min(schema.get("maximum", math.inf), schema.get("exclusiveMaximum", math.inf))
    step = schema.get("multipleOf") or 1
    near: list[float] = [1, 0]
    if low > -math.inf:
        near += [low, math.ceil(low), (math.ceil(low / step)) * step, (low // step + 1) * step]
    if high < math.inf:
        near += [high, math.floor(high), high // step * step, (math.ceil(high / step) - 1) * step]
    if math.isfinite(low + high):
        near.append((low + high) / 2)
    fitting = (number for number in near if fits(number, schema, whole=whole))
    chosen = next(fitting, near[0])
    return int(chosen) if whole else chosen
