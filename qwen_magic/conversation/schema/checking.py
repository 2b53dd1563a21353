"""What is wrong with a JSON value, by its schema: each place with a reason, for the model (pure).

It knows what the schemas of types are made of. For others, `documents` asks `jsonschema`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from qwen_magic.excerpt import cut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["Schema", "kind_of", "problems", "referred"]

Schema = dict[str, Any]
_LONGEST = 60  # characters of a value that is repeated
_KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
}


def _is_multiple(value: float, step: float) -> bool:
    left = value / step
    return abs(left - round(left)) < 1e-9 * max(1.0, abs(left))


_BOUNDS: dict[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "minimum": ("must be at least {}", lambda value, bound: value >= bound),
    "maximum": ("must be at most {}", lambda value, bound: value <= bound),
    "exclusiveMinimum": ("must be above {}", lambda value, bound: value > bound),
    "exclusiveMaximum": ("must be below {}", lambda value, bound: value < bound),
    "multipleOf": ("must be a multiple of {}", _is_multiple),
}
_SIZES: dict[type, tuple[tuple[str, str, int], ...]] = {
    str: (("minLength", "needs at least {} characters", 1), ("maxLength", "may have {} characters", -1)),
    list: (("minItems", "needs at least {} items", 1), ("maxItems", "may have {} items", -1)),
    dict: (("minProperties", "needs at least {} fields", 1), ("maxProperties", "may have {} fields", -1)),
}  # fmt: skip


def referred(schema: Any, root: Schema) -> Any:  # noqa: ANN401 - a schema or a boolean
    """Return what a schema refers to; itself if it refers to nothing."""
    for _ in range(32):
        if not isinstance(schema, dict) or "$ref" not in schema:
            break
        name = str(schema["$ref"]).removeprefix("#/$defs/").replace("~1", "/").replace("~0", "~")
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**root.get("$defs", {}).get(name, {}), **rest}
    return schema


def kind_of(value: object) -> str:
    """Return JSON's word for the type of a value."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "integer" if isinstance(value, int) else "number"
    return next(name for name, kinds in _KINDS.items() if isinstance(value, kinds))


def problems(value: Any, schema: Any, root: Schema, at: str = "") -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Yield each thing that is wrong, as `path: reason`; nothing if the value fits."""
    schema = referred(schema, root)
    if not isinstance(schema, dict):
        if schema is False:
            yield _at(at, "no value is allowed here")
        return
    if (branches := schema.get("anyOf", schema.get("oneOf"))) is not None:
        yield from _of_branches(value, branches, root, at)
    for part in schema.get("allOf", ()):
        yield from problems(value, part, root, at)
    allowed = [schema["const"]] if "const" in schema else schema.get("enum")
    if allowed is not None and not any(_same(value, one) for one in allowed):
        yield _at(at, f"must be one of {_listed(allowed)}, not {_shown(value)}")
    elif "type" in schema and not _is_of(value, schema["type"]):
        names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        yield _at(at, f"must be of type {' or '.join(names)}, not {_shown(value)}")
    else:
        yield from (_at(at, said) for said in _limits(value, schema))
        yield from _within(value, schema, root, at)


def _of_branches(value: Any, branches: list[Any], root: Schema, at: str) -> Iterator[str]:  # noqa: ANN401
    """Yield what is wrong by the alternative that comes nearest."""
    found = [list(problems(value, branch, root, at)) for branch in branches]
    if not found or not all(found):
        return
    alike = [
        said
        for said, branch in zip(found, branches, strict=True)
        if _is_of(value, _type_of(branch, root))
    ]
    if len(alike) == 1 or (alike and isinstance(value, dict)):
        yield from min(alike, key=len)
    else:
        parts = (said[0].partition(": ")[2] for said in found)
        yield _at(at, ", or ".join(dict.fromkeys(parts)))


def _type_of(branch: Any, root: Schema) -> Any:  # noqa: ANN401
    known = referred(branch, root)
    return known.get("type", ()) if isinstance(known, dict) else ()


def _within(value: Any, schema: Schema, root: Schema, at: str) -> Iterator[str]:  # noqa: ANN401
    """Yield what is wrong with the members of a list or an object."""
    if isinstance(value, list):
        first = schema.get("prefixItems", ())
        for number, one in enumerate(value):
            inner = first[number] if number < len(first) else schema.get("items", True)
            yield from problems(one, inner, root, f"{at}[{number}]")
    elif isinstance(value, dict):
        known: Mapping[str, Any] = schema.get("properties", {})
        for name in schema.get("required", ()):
            if name not in value:
                yield _at(f"{at}.{name}", "is missing")
        others = schema.get("additionalProperties", True)
        for name, one in value.items():
            if name in known or others is not False:
                yield from problems(one, known.get(name, others), root, f"{at}.{name}")
            else:
                told = f"there is no such field, only {', '.join(known)}" if known else "no field"
                yield _at(f"{at}.{cut(name, _LONGEST)}", told)


def _limits(value: Any, schema: Schema) -> Iterator[str]:  # noqa: ANN401
    if isinstance(value, int | float) and not isinstance(value, bool):
        for name, (said, fits) in _BOUNDS.items():
            if name in schema and not fits(value, schema[name]):
                yield f"{said.format(schema[name])}, not {_shown(value)}"
    for name, said, sign in _SIZES.get(type(value), ()):
        if name in schema and sign * len(value) < sign * schema[name]:
            yield f"{said.format(schema[name])}, not {len(value)}"
    pattern = schema.get("pattern")
    if isinstance(value, str) and pattern and not _matches(pattern, value):
        yield f"must match {pattern}, not {_shown(value)}"


def _is_of(value: object, named: Any) -> bool:  # noqa: ANN401
    if isinstance(named, list | tuple):
        return any(_is_of(value, one) for one in named)
    if named in {"integer", "number"}:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and (named == "number" or isinstance(value, int))
    return isinstance(value, _KINDS.get(named, object))


def _matches(pattern: str, text: str) -> bool:
    """Return whether a text matches, as far as Python can read the pattern."""
    try:
        return bool(re.search(pattern, text))
    except re.error:
        return True


def _same(value: object, other: object) -> bool:
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def _at(place: str, said: str) -> str:
    return f"{place.removeprefix('.') or 'the value'}: {said}"


def _shown(value: object) -> str:
    import json

    return cut(json.dumps(value, ensure_ascii=False), _LONGEST)


def _listed(values: list[Any]) -> str:
    shown = [_shown(value) for value in values[:20]]
    return ", ".join([*shown, "…"] if len(values) > len(shown) else shown)
