"""One cell of a table as it stands in a prompt: its text, an image, or nothing (pure, but for files).

A library's missing values are recognised, never imported.
"""

from __future__ import annotations

import re
from base64 import b64encode
from decimal import Decimal
from pathlib import Path, PurePath
from typing import Any

from qwen_magic.conversation.tools.json_text import has_form, is_of, json_text, text_of_bytes
from qwen_magic.conversation.tools.pictures import IMAGE_BYTES, IMAGE_FILES, pictures
from qwen_magic.errors import RequestError

__all__ = ["cell_text", "image_url", "is_missing"]

_MISSING = {"NAType", "NaTType"}
_ADDRESS = re.compile(r"(https?):/+", re.IGNORECASE)
_PLAIN = (str, bool, int, float, bytes, Decimal)
_WHOLE = 1e15  # floats below are exact whole numbers
_LONGEST = 20_000_000


def is_missing(value: Any) -> bool:  # noqa: ANN401 - any cell
    """Return whether a cell holds nothing: None, NaN, NaT, NA."""
    if isinstance(value, str):
        return False
    if value is None or type(value).__name__ in _MISSING:
        return True
    if isinstance(value, float | Decimal) or is_of(value, "numpy", "generic"):
        return bool(value != value)  # noqa: PLR0124 - NaN alone differs from itself
    return False


def cell_text(value: Any) -> str:  # noqa: ANN401
    """Return what a cell says; nothing if it is missing, JSON if it is a list or a record."""
    if is_missing(value):
        return ""
    if isinstance(value, str):
        return str.__str__(value)
    if is_of(value, "numpy", "generic"):
        value = value.item()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _WHOLE else repr(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return text_of_bytes(value, _LONGEST)
    is_open = isinstance(value, list | tuple | dict | set) or hasattr(value, "__array__")
    return json_text(value, _LONGEST) if is_open or _is_record(value) else str(value)


def _is_record(value: object) -> bool:
    return type(value).__str__ is object.__str__ and has_form(value)


def image_url(value: Any) -> str:  # noqa: ANN401
    """Return a cell's image as an address or as data; empty if it is none.

    Raises:
        RequestError: It is too large, or its file cannot be read.
    """
    if isinstance(value, _PLAIN) or value is None:
        return ""
    if isinstance(value, PurePath):
        return _by_path(value)
    sizes = []
    for mime, data in pictures(value):
        if len(data) <= IMAGE_BYTES:
            return _data_url(mime, data)
        sizes.append(len(data))
    if sizes:
        raise _too_large("an image", min(sizes))
    return ""


def _by_path(path: PurePath) -> str:
    text = path.as_posix()
    if _ADDRESS.match(text):
        return _ADDRESS.sub(r"\1://", text, count=1)  # a Path joins the two slashes
    mime = IMAGE_FILES.get(path.suffix.lower())
    if mime is None:
        return ""
    try:
        data = Path(path).read_bytes()
    except OSError as exc:
        raise RequestError(f"the image {text} cannot be read: {exc.strerror or exc}") from exc
    if len(data) > IMAGE_BYTES:
        raise _too_large(text, len(data))
    return _data_url(mime, data)


def _data_url(mime: str, data: bytes) -> str:
    return f"data:{mime};base64,{b64encode(data).decode('ascii')}"


def _too_large(name: str, size: int) -> RequestError:
    return RequestError(
        f"{name} is {size / 1e6:.1f} MB; at most {IMAGE_BYTES / 1e6:.0f} MB can be sent",
        hint="make it smaller first",
    )
