"""A value as a table: one row for each record, in pandas or polars, whichever is used (pure)."""

from __future__ import annotations

import sys
from dataclasses import fields, is_dataclass
from enum import Enum
from importlib import import_module
from typing import TYPE_CHECKING, Any

import msgspec

from qwen_magic.errors import QwenError

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["frame_of", "frames_package", "record_of"]

_KINDS = ("pandas", "polars")
_COLUMN = "value"


def frame_of(value: Any) -> Any:  # noqa: ANN401 - a DataFrame of a package that may be missing
    """Return a DataFrame with a row for each record; a record alone is one row.

    Raises:
        QwenError: Neither pandas nor polars is installed.
    """
    rows = list(value) if _is_many(value) else [value]
    package = frames_package()
    if package is None:
        raise QwenError("a frame needs pandas or polars", hint="%pip install pandas")
    return package.DataFrame([_row(one) for one in rows])


def frames_package() -> ModuleType | None:
    """Return the package in use: one that is imported comes before one that is only installed."""
    for name in _KINDS:
        if name in sys.modules:
            return sys.modules[name]
    for name in _KINDS:
        try:
            return import_module(name)
        except ImportError:
            continue
    return None


def _is_many(value: object) -> bool:
    is_record = hasattr(value, "_fields")  # a NamedTuple is one row
    return isinstance(value, list | tuple | set | frozenset) and not is_record


def _row(record: Any) -> dict[str, Any]:  # noqa: ANN401
    named = record_of(record)
    columns = {_COLUMN: record} if named is None else named
    return {name: _cell(value) for name, value in columns.items()}


def record_of(record: Any) -> dict[str, Any] | None:  # noqa: ANN401
    """Return the fields of a record by name; None if a value is no record."""
    if isinstance(record, dict):
        return {str(name): value for name, value in record.items()}
    if is_dataclass(record) and not isinstance(record, type):
        return {field.name: getattr(record, field.name) for field in fields(record)}
    if isinstance(record, msgspec.Struct):
        return msgspec.structs.asdict(record)
    if hasattr(record, "_fields"):
        return dict(zip(record._fields, record, strict=True))
    if hasattr(type(record), "model_fields"):  # pydantic's
        return {name: getattr(record, name) for name in type(record).model_fields}
    return None


def _cell(value: object) -> object:
    return value.value if isinstance(value, Enum) else value
