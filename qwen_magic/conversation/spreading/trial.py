"""Some rows of a frame of Dask's, for a trial: chosen where the rows are, once somebody computes them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.tables.native import native_table

if TYPE_CHECKING:
    from qwen_magic.conversation.tables.table import Table

__all__ = ["first_rows", "tried"]


def tried(rows: Any, limit: int | None, sample: int | None) -> Any:  # noqa: ANN401 - of Dask
    """Return the part that a trial asks, in one partition: the first rows, or some from everywhere.

    A sample takes the same rows each time, so that none is paid twice.

    Raises:
        RequestError: It is no number of rows.
    """
    rowless(rows).limited(limit, sample)  # says what is wrong with the numbers
    if limit is not None:
        return rows.head(limit, npartitions=-1, compute=False)
    if sample is None:
        return rows
    few = rows.map_partitions(partial(_some, count=sample), meta=rows._meta)  # noqa: SLF001
    return few.repartition(npartitions=1).map_partitions(
        partial(_some, count=sample),
        meta=rows._meta,  # noqa: SLF001
    )


def first_rows(rows: Any) -> Table:  # noqa: ANN401 - of Dask
    """Return the rows of the first partition that has any; the others are not read."""
    for number in range(rows.npartitions):
        part = rows.partitions[number].compute()
        if len(part):
            return native_table(part)
    return rowless(rows)


def rowless(rows: Any) -> Table:  # noqa: ANN401 - of Dask
    """Return a frame's columns as a table without rows."""
    return native_table(rows._meta)  # noqa: SLF001 - Dask's word for a frame without rows


def _some(part: Any, count: int) -> Any:  # noqa: ANN401 - a frame or a Series of pandas
    """Return so many rows by chance, as what is in them decides, in their order."""
    if len(part) <= count:
        return part
    from pandas.util import hash_pandas_object  # type: ignore[import-untyped]

    chance = hash_pandas_object(part.astype("str")).to_numpy()
    return part.iloc[sorted(chance.argsort(kind="stable")[:count])]
