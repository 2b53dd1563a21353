"""Any value as compact JSON, written only as far as it is read (pure).

What JSON has no word for takes the nearest one. NaN and infinities, exact and complex numbers,
dates, enums, paths and bytes become strings or their values. Sets and arrays become lists.
Dataclasses, named tuples, Structs and pydantic models become objects, without the fields that their
repr or dump leaves out. Everything else becomes its bounded repr, and a cycle an ellipsis.
"""

from __future__ import annotations

import math
import sys
from base64 import b64encode
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence, ValuesView
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from json import dumps
from pathlib import PurePath
from typing import Any

import msgspec

from qwen_magic.excerpt import cut, excerpt, first, whole

__all__ = ["has_form", "is_of", "json_text", "text_of_bytes"]

DEPTH = 30
SORTABLE = 1_000
KEY_LENGTH = 200
REPR_LENGTH = 2_000
NO_NUMBERS = {math.inf: "Infinity", -math.inf: "-Infinity"}
AS_WRITTEN = (Decimal, Fraction, complex, PurePath)


def json_text(value: object, length: int) -> str:
    """Return the value as JSON, or its first `length` + 1 characters.

    The extra character tells the caller that something is missing.
    """
    return first(_pieces(value, length + 1, ()), length + 1)


def has_form(value: object) -> bool:
    """Return whether JSON can say more of a value than its repr."""
    return (
        isinstance(value, Enum)
        or _scalar(value, 0) is not None
        or _items(value) is not None
        or _members(value) is not None
    )


def text_of_bytes(value: bytes | bytearray | memoryview, length: int) -> str:
    """Return bytes as the text they are, or else in base64; at most `length` + 1 characters."""
    whole = value.tobytes() if isinstance(value, memoryview) else value
    start = bytes(whole[: 4 * length + 4])  # a character takes up to four
    try:
        text = getincrementaldecoder("utf-8")().decode(start, final=len(start) == len(whole))
    except UnicodeDecodeError:
        text = b64encode(start).decode("ascii")
    return text[: length + 1]


def _pieces(value: object, length: int, path: tuple[int, ...]) -> Iterator[str]:
    scalar = _scalar(value, length)
    if scalar is not None:
        yield scalar
    elif id(value) in path or len(path) == DEPTH:
        yield '"…"'
    elif isinstance(value, Enum):
        yield from _pieces(value.value, length, (*path, id(value)))
    elif (items := _items(value)) is not None:
        yield "{"
        for number, (key, member) in enumerate(items):
            yield f"{',' * bool(number)}{_key(key)}:"
            yield from _pieces(member, length, (*path, id(value)))
        yield "}"
    elif (members := _members(value)) is not None:
        yield "["
        for number, member in enumerate(members):
            yield "," * bool(number)
            yield from _pieces(member, length, (*path, id(value)))
        yield "]"
    else:
        yield _string(_repr(value))


def _repr(value: object) -> str:
    try:
        return cut(excerpt(value, REPR_LENGTH), REPR_LENGTH)
    except Exception as error:  # noqa: BLE001 - a user's __repr__ may raise anything
        return f"<{type(value).__name__}, whose repr raises {type(error).__name__}>"


def _scalar(value: Any, length: int) -> str | None:  # noqa: ANN401 - any value of the user's
    """Return the JSON of a value without members."""
    if isinstance(value, Enum):
        return None
    if value is None or isinstance(value, bool | int | float):
        return _number(value)
    if isinstance(value, str):
        return _string(str.__str__(value)[: length + 1])
    if isinstance(value, bytes | bytearray | memoryview):
        return _string(text_of_bytes(value, length))
    if is_of(value, "numpy", "generic") or (is_of(value, "numpy", "ndarray") and not value.ndim):
        return _numpy(value, length)
    return _moment(value) or _written(value)


def _written(value: object) -> str | None:
    if isinstance(value, AS_WRITTEN) or is_of(value, "uuid", "UUID"):
        return _string(str(value))
    return "null" if is_of(value, "pandas._libs.missing", "NAType") else None


def _moment(value: Any) -> str | None:  # noqa: ANN401
    """Return a date, a time or a duration as ISO 8601 writes it."""
    if not isinstance(value, date | time | timedelta):
        return None
    if hasattr(value, "isoformat"):
        return _string(value.isoformat())
    return _string(str(msgspec.to_builtins(value)))


def _number(value: float | None) -> str:
    if value is None or isinstance(value, bool):
        return dumps(value)
    if isinstance(value, int):
        try:
            return int.__repr__(value)
        except ValueError:  # longer than Python writes
            return _string(f"an integer of {value.bit_length()} bits")
    if math.isfinite(value):
        return float.__repr__(value)
    return _string(NO_NUMBERS.get(value, "NaN"))


def _numpy(value: Any, length: int) -> str | None:  # noqa: ANN401
    if value.dtype.kind in "mM":  # dates, which `item` turns into integers
        return _string(str(value))
    item = value.item()
    return _string(str(value)) if type(item) is type(value) else _scalar(item, length)


def is_of(value: object, module: str, name: str) -> bool:
    """Return whether a value is of a library's class; only the user imports the library."""
    kind = getattr(sys.modules.get(module), name, None)
    return isinstance(kind, type) and isinstance(value, kind)


def _items(value: Any) -> Iterable[tuple[object, object]] | None:  # noqa: ANN401
    """Return the keys and values of what JSON writes as an object."""
    if isinstance(value, Mapping):
        return value.items()
    if is_of(value, "pydantic", "BaseModel"):
        return _dumped(value).items()
    names = _fields(value)
    return None if names is None else ((name, getattr(value, name, None)) for name in names)


def _dumped(model: Any) -> dict[str, object]:  # noqa: ANN401 - a pydantic model
    """Return a model as it writes itself, which keeps its secrets."""
    try:
        found: dict[str, object] = model.model_dump(mode="json")
    except ValueError:  # a field that pydantic has no JSON for
        found = model.model_dump()
    return found


def _fields(value: Any) -> Sequence[str] | None:  # noqa: ANN401
    kind = type(value)
    if isinstance(value, msgspec.Struct):
        return value.__struct_fields__
    if is_dataclass(kind):
        return [field.name for field in fields(value) if field.repr]
    if issubclass(kind, tuple):
        return getattr(kind, "_fields", None)
    attributes = getattr(kind, "__attrs_attrs__", None)
    return None if attributes is None else [one.name for one in attributes if one.repr]


def _members(value: Any) -> Iterable[object] | None:  # noqa: ANN401
    """Return the elements of what JSON writes as a list; a small set's, in a repeatable order."""
    if isinstance(value, set | frozenset) and len(value) <= SORTABLE:
        return sorted(value, key=repr)
    listed = isinstance(value, Sequence | AbstractSet | deque | ValuesView)
    found: Iterable[object] | None = value if listed or _is_array(value) else None
    return found


def _is_array(value: object) -> bool:
    arrays = (("numpy", "ndarray"), ("pandas", "Index"), ("pandas", "Series"), ("polars", "Series"))
    return any(is_of(value, *array) for array in arrays)


def _key(key: object) -> str:
    if isinstance(key, Enum):
        return _key(key.value)
    if isinstance(key, str):
        return _string(whole(str.__str__(key), KEY_LENGTH))
    scalar = _scalar(key, KEY_LENGTH)
    told = excerpt(key, KEY_LENGTH) if scalar is None else scalar
    return told if told.startswith('"') else _string(told[:KEY_LENGTH])


def _string(text: str) -> str:
    return dumps(text, ensure_ascii=False)
