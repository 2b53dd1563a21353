"""Frames and Series of pandas, polars, pyarrow and others as tables, by way of narwhals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.tables.table import ITEM, Table, check_names
from qwen_magic.conversation.tools.json_text import is_of
from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from qwen_magic.conversation.tables.table import Row

__all__ = ["is_native", "is_native_series", "native_table"]

_SERIES = (
    ("pandas", "Series"),
    ("polars", "Series"),
    ("pyarrow", "ChunkedArray"),
    ("pyarrow", "Array"),
    ("modin.pandas", "Series"),
)
_FRAMES = (
    ("pandas", "DataFrame"),
    ("polars", "DataFrame"),
    ("polars", "LazyFrame"),
    ("pyarrow", "Table"),
    ("pyarrow", "RecordBatch"),
    ("modin.pandas", "DataFrame"),
    ("duckdb", "DuckDBPyRelation"),
)


def is_native(rows: object) -> bool:
    """Return whether a value is a frame or a Series of a library that the reader has imported."""
    return _is_any(rows, _FRAMES) or _is_any(rows, _SERIES)


def is_native_series(rows: object) -> bool:
    """Return whether a value is a Series, not a frame, of such a library."""
    return _is_any(rows, _SERIES)


def _is_any(rows: object, kinds: tuple[tuple[str, str], ...]) -> bool:
    return any(is_of(rows, module, name) for module, name in kinds)


def native_table(rows: Any) -> Table:  # noqa: ANN401 - each library has its own
    """Return a frame or a Series as a table.

    Raises:
        RequestError: Its columns cannot be told apart, or narwhals is missing.
    """
    nw = _narwhals(rows)
    alias = ""
    if _is_any(rows, _SERIES):
        series = nw.from_native(_whole(rows), series_only=True)
        alias = str(series.name or "")
        frame = series.rename(ITEM).to_frame()
    else:
        frame = nw.from_native(_renamed(_whole(rows)))
        frame = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    columns = () if _is_any(rows, _SERIES) else check_names(frame.columns)
    return _of(frame.clone(), columns, alias)


def _of(frame: Any, columns: tuple[str, ...], alias: str) -> Table:  # noqa: ANN401
    """Return a table that reads a frame of narwhals, which is nobody else's."""
    keys = frame.columns

    def read(size: int) -> Iterator[list[Row]]:
        for start in range(0, len(frame), size):
            part = frame[start : start + size]
            yield [dict(zip(keys, row, strict=True)) for row in part.iter_rows()]

    kind = frame.implementation.name.lower()
    index = frame.to_native().index if kind == "pandas" else None
    return Table(kind, read, columns, len(frame), alias=alias, index=index)


def _whole(rows: Any) -> Any:  # noqa: ANN401
    """Return the rows in a class that narwhals knows."""
    if is_of(rows, "pyarrow", "RecordBatch"):
        import pyarrow as pa

        return pa.Table.from_batches([rows])
    if is_of(rows, "pyarrow", "Array"):
        import pyarrow as pa

        return pa.chunked_array([rows])
    return rows.collect() if is_of(rows, "polars", "LazyFrame") else rows


def _renamed(rows: Any) -> Any:  # noqa: ANN401
    """Return a frame whose columns are named by texts; pandas allows anything, and two alike."""
    if not is_of(rows, "pandas", "DataFrame"):
        return rows
    names = check_names([_text(name) for name in rows.columns])
    return rows.set_axis(list(names), axis="columns")


def _text(name: object) -> str:
    return ".".join(map(str, name)) if isinstance(name, tuple) else str(name)


def _narwhals(rows: object) -> ModuleType:
    try:
        import narwhals
    except ImportError as exc:
        raise RequestError(
            f"a {type(rows).__name__} needs narwhals", hint="%pip install 'qwen_magic[map]'"
        ) from exc
    return narwhals
