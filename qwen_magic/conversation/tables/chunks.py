"""Frames that come one after the other as one table: batches of Arrow, chunks of pandas, files of a folder."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.tables.native import native_table
from qwen_magic.conversation.tables.table import Table, check_names
from qwen_magic.conversation.tools.json_text import is_of
from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qwen_magic.conversation.tables.table import Row

__all__ = ["chunked", "dataset_table", "is_dataset"]


def chunked(first: Any, others: Iterable[Any]) -> Table:  # noqa: ANN401 - frames
    """Return frames as one table, which can be read once.

    Args:
        first: The first one, which tells the columns.
        others: Yields the others.
    """
    known = native_table(first)

    def read(size: int) -> Iterator[list[Row]]:
        for frame in chain([first], others):
            part = native_table(frame)
            if part.columns != known.columns:
                raise RequestError(
                    f"a later frame has the columns {', '.join(part.columns)}",
                    hint=f"the first one has {', '.join(known.columns)}",
                )
            yield from part.batches(size)

    return Table(known.kind, read, known.columns, once=True)


def is_dataset(rows: object) -> bool:
    """Return whether rows are a dataset of pyarrow's: a folder of files."""
    return is_of(rows, "pyarrow.dataset", "Dataset")


def dataset_table(rows: Any) -> Table:  # noqa: ANN401 - a dataset
    """Return a dataset of pyarrow's as a table, read in batches."""
    columns = check_names(rows.schema.names)

    def read(size: int) -> Iterator[list[Row]]:
        for batch in rows.to_batches(batch_size=size):
            if batch.num_rows:
                yield batch.to_pylist()

    return Table("pyarrow", read, columns, rows.count_rows())
