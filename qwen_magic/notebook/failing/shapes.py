"""A value's type and shape in a few words, never the value itself (pure).

Only attributes of known libraries are read: code of the reader's own does not run.
"""

from __future__ import annotations

import inspect
import os
from collections import deque
from itertools import islice
from types import ModuleType
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.tools.json_text import is_of
from qwen_magic.excerpt import cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["columns_of", "details_of", "shape_of"]

_TIMES = " \N{MULTIPLICATION SIGN} "
_SIZED = (str, bytes, bytearray, list, tuple, set, frozenset, dict, deque, range)
_UNITS: dict[type, str] = {str: "character", bytes: "byte", bytearray: "byte"}
_NAMES = 30  # columns, keys or members that are told
_NAME = 40  # characters of one
_KINDS = 4
_SHAPED = (
    *(("numpy", "ndarray"), ("torch", "Tensor"), ("pandas", "DataFrame"), ("pandas", "Series")),
    *(("polars", "DataFrame"), ("polars", "Series")),
)
_ENVIRONMENT = 0.5  # of its names; a dict with as many is a copy of it


def shape_of(value: Any) -> str:  # noqa: ANN401 - any variable
    """Return a value's type and its size, as `list of 4`."""
    kind = type(value).__name__
    if any(is_of(value, *known) for known in _SHAPED):
        sizes = tuple(value.shape)
        return f"{kind} {_TIMES.join(map(str, sizes))}{' values' * (len(sizes) == 1)}".rstrip()
    base = next((base for base in _SIZED if type(value) is base), None)
    if base is not None:
        unit = _UNITS.get(base, "")
        size = len(value)
        return f"{kind} of {size:,} {unit}{'s' * (size != 1)}" if unit else f"{kind} of {size:,}"
    if isinstance(value, ModuleType):
        return "module"
    if inspect.isclass(value):
        return "class"
    return "function" if inspect.isroutine(value) else kind


def details_of(value: Any, environment: Iterable[str] = ()) -> str:  # noqa: ANN401 - any variable
    """Return what a value's shape leaves out: columns, keys, the types of members, parameters.

    Args:
        value: Any value.
        environment: The names of the environment, which are not told.
    """
    if inspect.isclass(value) or inspect.isfunction(value):
        return _parameters(value)
    if _is_frame(value):
        return _listed(_columns(value))
    if hasattr(type(value), "dtype") and any(is_of(value, *known) for known in _SHAPED):
        return str(value.dtype)
    if type(value) is dict:
        return _keys(value, set(environment))
    if type(value) in {list, tuple, set, frozenset, deque} and value:
        kinds = dict.fromkeys(type(member).__name__ for member in islice(value, 1_000))
        return _listed(kinds, _KINDS)
    return ""


def columns_of(value: Any) -> set[str]:  # noqa: ANN401 - any variable
    """Return the columns of a DataFrame that its attributes may be."""
    names = islice(value.columns, _NAMES) if _is_frame(value) else ()
    return {name for name in names if isinstance(name, str) and name.isidentifier()}


def _is_frame(value: Any) -> bool:  # noqa: ANN401
    return any(is_of(value, library, "DataFrame") for library in ("pandas", "polars"))


def _columns(frame: Any) -> list[str]:  # noqa: ANN401
    dtypes = islice(frame.dtypes, _NAMES + 1)
    named = zip(islice(frame.columns, _NAMES + 1), dtypes, strict=False)
    return [f"{_name(column)}: {dtype}" for column, dtype in named]


def _keys(value: Mapping[object, object], environment: set[str]) -> str:
    if isinstance(value, os._Environ) or _is_environment(value, environment):  # noqa: SLF001
        return ""
    words = [_name(key) for key in islice(value, _NAMES + 1) if _is_word(key)]
    if words:
        return f"keys {_listed(words)}"
    kinds = dict.fromkeys(type(key).__name__ for key in islice(value, 1_000))
    return f"keys of type {_listed(kinds, _KINDS)}" if kinds else ""


def _is_environment(value: Mapping[object, object], environment: set[str]) -> bool:
    shared = environment.intersection(key for key in islice(value, 10_000) if isinstance(key, str))
    return len(shared) > _ENVIRONMENT * len(environment)


def _is_word(key: object) -> bool:
    """Return whether a key looks like the name of a field, not like data."""
    return isinstance(key, str) and len(key) <= _NAME and key.replace(" ", "_").isidentifier()


def _parameters(value: Any) -> str:  # noqa: ANN401
    try:
        names = list(inspect.signature(value).parameters)
    except (TypeError, ValueError):
        return ""
    return _listed(names)


def _name(name: object) -> str:
    return cut(" ".join(str(name).split()), _NAME) if isinstance(name, str) else repr(name)[:_NAME]


def _listed(words: Iterable[str], most: int = _NAMES) -> str:
    found = list(words)
    return ", ".join([*found[:most], *["…"] * (len(found) > most)])
