"""Anything with rows as a `Table`: frames, Series, lists, dicts, generators, files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath
from typing import Any

from qwen_magic.conversation.tables.chunks import dataset_table, is_dataset
from qwen_magic.conversation.tables.elements import keyed, listed, streamed
from qwen_magic.conversation.tables.files import SUFFIXES, file_table
from qwen_magic.conversation.tables.native import is_native, native_table
from qwen_magic.conversation.tables.table import Table
from qwen_magic.errors import RequestError

__all__ = ["table"]

_TAKES = f"a DataFrame, a Series, a list, a dict, a generator, or a path that ends in {', '.join(SUFFIXES)}"


def table(rows: Any) -> Table:  # noqa: ANN401 - anything with rows
    """Return rows as a table; what is a frame already stays as it is now.

    Raises:
        RequestError: It is no table, it is empty, or its columns cannot be told apart.
    """
    found = _table(rows)
    if found.rows == 0:
        raise RequestError(f"{_named(rows)} has no rows", hint="nothing was asked")
    return found


def _table(rows: Any) -> Table:  # noqa: ANN401, PLR0911 - one a kind
    if isinstance(rows, Table):
        return rows
    if isinstance(rows, PurePath):
        return file_table(Path(rows))
    if isinstance(rows, str):
        return _by_name(rows)
    if is_native(rows):
        return native_table(rows)
    if is_dataset(rows):
        return dataset_table(rows)
    if isinstance(rows, Mapping):
        return keyed(rows)
    is_one = isinstance(rows, bytes | bytearray) or getattr(rows, "ndim", 1) == 0
    if is_one or not isinstance(rows, Iterable):
        raise RequestError(f"{_named(rows)} has no rows", hint=_TAKES)
    if isinstance(rows, type) or not hasattr(rows, "__len__"):
        return streamed(rows)
    return listed(list(rows))


def _by_name(text: str) -> Table:
    if not text.lower().endswith(SUFFIXES):
        raise RequestError(f"the text {text[:60]!r} is no table", hint=_TAKES)
    return file_table(Path(text).expanduser())


def _named(rows: object) -> str:
    if isinstance(rows, str | PurePath):
        return repr(str(rows))
    name = type(rows).__name__
    return f"{'an' if name[:1].lower() in {*'aeiou'} else 'a'} {name}"
