"""JSON read leniently: what does not fit is left out and never raises."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["clean", "integer", "load", "number", "objects", "strings", "text"]

_TOO_DEEP = "the JSON is nested too deeply"


def clean(text: str) -> str:
    """Return the text with U+FFFD for each half of a character, which UTF-8 cannot hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def load(data: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Parse JSON; forgive invalid UTF-8, lone surrogates and raw control characters.

    Raises:
        ValueError: The data is no JSON, or is nested too deeply.
    """
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    try:
        return _clean(json.loads(data.decode("utf-8", "replace"), strict=False))
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None


def text(fields: Mapping[str, Any], key: str) -> str:
    """Return a field as text: null and a missing field are empty, other JSON is written out."""
    value = fields.get(key)
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False, default=str)


def strings(fields: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return the texts of a list; a lone text counts as a list of one."""
    value = fields.get(key)
    if isinstance(value, str):
        return (value,)
    return tuple(found for found in _list(value) if isinstance(found, str))


def objects(fields: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """Return the objects of a list."""
    return [found for found in _list(fields.get(key)) if isinstance(found, dict)]


def integer(fields: Mapping[str, Any], key: str) -> int | None:
    """Return a whole number, or None."""
    value = fields.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def number(fields: Mapping[str, Any], key: str) -> float | None:
    """Return a number, or None."""
    value = fields.get(key)
    try:
        return float(value) if isinstance(value, int | float) else None
    except OverflowError:
        return None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _clean(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    match value:
        case str():
            return clean(value)
        case list():
            return [_clean(found) for found in value]
        case dict():
            return {_clean(key): _clean(found) for key, found in value.items()}
        case _:
            return value
