"""A column of cells in pandas, polars or pyarrow, with the type of its kind.

A missing cell is missing in each: pandas takes its nullable types for whole numbers and yes or no.
What does not fit the type after all makes a column of texts: nothing that was paid for gets lost.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.tables.fields import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["arrow_array", "arrow_type", "pandas_column", "polars_column"]

_PANDAS = {"integer": "Int64", "number": "float64", "boolean": "boolean"}
_STRINGS = 3  # the first pandas with a type for texts
_MOMENTS = {"date": date.fromisoformat, "datetime": datetime.fromisoformat}


def pandas_column(cells: Sequence[Any], kind: Kind) -> Any:  # noqa: ANN401 - a Series
    """Return cells as pandas keeps them; lists and records stay Python's."""
    return _fitting(_pandas, cells, kind)


def polars_column(cells: Sequence[Any], kind: Kind) -> Any:  # noqa: ANN401 - a Series
    """Return cells as polars keeps them."""
    return _fitting(_polars, cells, kind)


def arrow_array(cells: Sequence[Any], kind: Kind) -> Any:  # noqa: ANN401 - an array
    """Return cells as pyarrow keeps them."""
    return _fitting(_arrow, cells, kind)


def _fitting(make: Callable[[list[Any], Kind], Any], cells: Sequence[Any], kind: Kind) -> Any:  # noqa: ANN401
    try:
        return make([_cell(cell, kind) for cell in cells], kind)
    except (ValueError, TypeError, OverflowError):
        text = Kind("text")
        written = [cell if isinstance(cell, str) else _written(cell) for cell in cells]
        return make([_cell(cell, text) for cell in written], text)


def _pandas(cells: list[Any], kind: Kind) -> Any:  # noqa: ANN401
    import pandas as pd  # type: ignore[import-untyped]

    if kind.word in _MOMENTS:
        is_aware = kind.word == "datetime" and _is_aware(cells)
        return pd.to_datetime(pd.Series(cells, dtype="object"), utc=is_aware).dt.as_unit("us")
    if kind.word == "text" and int(pd.__version__.split(".")[0]) >= _STRINGS:
        return pd.Series(cells, dtype="str")
    return pd.Series(cells, dtype=_PANDAS.get(kind.word, "object"))


def _polars(cells: list[Any], kind: Kind) -> Any:  # noqa: ANN401
    import polars as pl

    if kind.word == "datetime":
        zone = "UTC" if _is_aware(cells) else None
        return pl.Series(cells, dtype=pl.Datetime("us", zone))
    return pl.Series(_plain(cells, kind), dtype=_polars_type(kind))


def _arrow(cells: list[Any], kind: Kind) -> Any:  # noqa: ANN401
    import pyarrow as pa

    if kind.word == "datetime":
        zone = "UTC" if _is_aware(cells) else None
        return pa.array(cells, type=pa.timestamp("us", tz=zone))
    return pa.array(_plain(cells, kind), type=arrow_type(kind))


def arrow_type(kind: Kind) -> Any:  # noqa: ANN401 - a DataType
    """Return pyarrow's type for a kind."""
    import pyarrow as pa

    if kind.word == "list":
        return pa.list_(arrow_type(kind.inner[0][1]))
    if kind.word == "record":
        return pa.struct([(name, arrow_type(one)) for name, one in kind.inner])
    types = {
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
    }
    return types.get(kind.word, pa.string())


def _polars_type(kind: Kind) -> Any:  # noqa: ANN401
    import polars as pl

    if kind.word == "list":
        return pl.List(_polars_type(kind.inner[0][1]))
    if kind.word == "record":
        return pl.Struct({name: _polars_type(one) for name, one in kind.inner})
    types: dict[str, Any] = {
        "integer": pl.Int64(),
        "number": pl.Float64(),
        "boolean": pl.Boolean(),
        "date": pl.Date(),
    }
    return types.get(kind.word, pl.String())


def _cell(cell: Any, kind: Kind) -> Any:  # noqa: ANN401
    """Return a cell as Python has it."""
    if cell is None:
        return None
    if kind.word in _MOMENTS:
        return _MOMENTS[kind.word](cell)
    return float(cell) if kind.word == "number" else cell


def _is_aware(cells: Sequence[datetime | None]) -> bool:
    """Return whether times have a zone; if some have and some have not, the column is no column.

    Raises:
        ValueError: Some have, some have not.
    """
    zones = {getattr(cell, "tzinfo", None) is not None for cell in cells if cell is not None}
    if len(zones) > 1:
        raise ValueError("times with and without a zone")
    return False not in zones  # JSON schema's date-time has one


def _plain(cells: Sequence[Any], kind: Kind) -> list[Any]:
    """Return cells with texts in the place of what has no type of its own."""
    return [_with_text(cell, kind) for cell in cells]


def _with_text(cell: Any, kind: Kind) -> Any:  # noqa: ANN401
    if cell is None:
        return None
    if kind.word == "list":
        return [_with_text(one, kind.inner[0][1]) for one in cell]
    if kind.word == "record":
        return {name: _with_text(cell.get(name), one) for name, one in kind.inner}
    return _written(cell) if kind.word == "json" else cell


def _written(cell: Any) -> str | None:  # noqa: ANN401
    return None if cell is None else json.dumps(cell, ensure_ascii=False)
