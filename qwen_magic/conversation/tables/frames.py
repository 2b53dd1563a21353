"""What came of a table's rows as a frame: of the input's kind, with its index, in its order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.tables.columns import arrow_array, pandas_column, polars_column
from qwen_magic.conversation.tables.fields import OTHERS, Field, Kind, cells_of, fields_of
from qwen_magic.conversation.turn.frames import frames_package

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qwen_magic.conversation.tables.records import Outcome
    from qwen_magic.conversation.tables.table import Table

__all__ = ["Field", "columns_of", "fields_of", "frame", "kinds_of"]

_KEY = "key"
_OTHERS = (Kind("text"), Kind("text"), Kind("integer"), Kind("integer"))
Columns = dict[str, tuple[Kind, list[Any]]]


def frame(table: Table, outcomes: Iterable[Outcome], fields: tuple[Field, ...]) -> Any:  # noqa: ANN401
    """Return a DataFrame with a row for each outcome, which come in the table's order.

    A list of dicts takes its place where neither pandas nor polars is installed.
    """
    columns = columns_of(outcomes, fields)
    kind = table.kind or _installed()
    if kind == "pyarrow":
        return _arrow(columns)
    if kind == "polars":
        return _polars(_keyed(columns, table))
    if kind == "":
        return _plain(_keyed(columns, table))
    return _pandas(columns, table.index)


def columns_of(outcomes: Iterable[Outcome], fields: tuple[Field, ...]) -> Columns:
    """Return the columns of a frame by name, each with its kind and its cells."""
    kinds = kinds_of(fields)
    cells: list[list[Any]] = [[] for _ in kinds]
    for outcome in outcomes:
        for column, cell in zip(cells, _row(outcome, fields), strict=True):
            column.append(cell)
    return {name: (kind, column) for (name, kind), column in zip(kinds.items(), cells, strict=True)}


def kinds_of(fields: tuple[Field, ...]) -> dict[str, Kind]:
    """Return the kinds of a frame's columns by name, in order."""
    return {field.name: field.kind for field in fields} | dict(zip(OTHERS, _OTHERS, strict=True))


def _row(outcome: Outcome, fields: tuple[Field, ...]) -> tuple[Any, ...]:
    others = (
        outcome.status,
        outcome.error or None,
        outcome.input_tokens,
        outcome.output_tokens,
    )
    return (*cells_of(outcome, fields), *others)


def _installed() -> str:
    package = frames_package()
    return "" if package is None else package.__name__


def _keyed(columns: Columns, table: Table) -> Columns:
    """Return the columns with a dict's keys before them, for frames that have no index."""
    if not isinstance(table.index, list):
        return columns
    size = len(columns["status"][1])
    return {_KEY: (Kind("text"), list(map(str, table.index[:size]))), **columns}


def _pandas(columns: Columns, index: Any) -> Any:  # noqa: ANN401
    import pandas as pd  # type: ignore[import-untyped]

    found = pd.DataFrame(
        {name: pandas_column(cells, kind) for name, (kind, cells) in columns.items()}
    )
    for name in OTHERS[2:]:
        found[name] = found[name].astype("int64")
    if index is not None:
        found.index = (
            pd.Index(index[: len(found)]) if isinstance(index, list) else index[: len(found)]
        )
    return found


def _polars(columns: Columns) -> Any:  # noqa: ANN401
    import polars as pl

    return pl.DataFrame(
        {name: polars_column(cells, kind) for name, (kind, cells) in columns.items()}
    )


def _arrow(columns: Columns) -> Any:  # noqa: ANN401
    import pyarrow as pa

    return pa.table({name: arrow_array(cells, kind) for name, (kind, cells) in columns.items()})


def _plain(columns: Columns) -> list[dict[str, Any]]:
    cells: Sequence[Sequence[Any]] = [column for _, column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*cells, strict=True)]
