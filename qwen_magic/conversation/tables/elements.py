"""Lists, dicts and what yields elements as tables; elements that are records have columns (pure)."""

from __future__ import annotations

from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.tables.table import ITEM, Table, check_names, sliced
from qwen_magic.conversation.turn.frames import record_of
from qwen_magic.errors import QwenError, RequestError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from qwen_magic.conversation.tables.table import Row

__all__ = ["keyed", "listed", "streamed"]


def listed(elements: Sequence[Any], index: list[Any] | None = None) -> Table:
    """Return elements that are all here as a table."""
    records = [_record(element) for element in elements]
    rows: list[Row] = [record for record in records if record is not None]
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    if len(rows) < len(elements) or not names:
        names, rows = (), [{ITEM: element} for element in elements]
    columns = check_names(names)
    return Table("", partial(sliced, rows), columns, len(rows), index=index)


def keyed(elements: Mapping[Any, Any]) -> Table:
    """Return a dict as a table: each key names an element."""
    return listed(list(elements.values()), list(elements))


def streamed(elements: Iterable[Any]) -> Table:
    """Return what yields its elements once; the first one tells whether they are records.

    Raises:
        RequestError: Not even a first element comes.
    """
    iterator = iter(elements)
    first = list(islice(_told(iterator), 1))
    record = _record(first[0]) if first else None
    columns = check_names(tuple(record or ()))

    def read(size: int) -> Iterator[list[Row]]:
        return _batches(chain(first, _told(iterator, 1)), size, columns)

    return Table("", read, columns, None if first else 0, once=True)


def _batches(elements: Iterator[Any], size: int, columns: Sequence[str]) -> Iterator[list[Row]]:
    """Yield rows in batches; what came before an error comes first."""
    batch: list[Row] = []
    try:
        for number, element in enumerate(elements, 1):
            batch.append(_row(element, columns, number))
            if len(batch) == size:
                yield batch
                batch = []
    except QwenError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _row(element: object, columns: Sequence[str], number: int) -> Row:
    if not columns:
        return {ITEM: element}
    record = _record(element)
    if record is None:
        raise RequestError(
            f"row {number:,} is no record, as the first one is: {type(element).__name__}",
            hint=f"give each row the fields {', '.join(columns)}",
        )
    return record


def _told(elements: Iterator[Any], came: int = 0) -> Iterator[Any]:
    """Yield the elements after so many; what a reader's own code raises is told as ours."""
    try:
        for element in elements:
            came += 1
            yield element
    except QwenError:
        raise
    except Exception as exc:  # a reader's generator may raise anything
        raise RequestError(
            f"the rows end after {came:,}: {type(exc).__name__}: {exc}",
            hint="what came before is kept",
        ) from exc


def _record(element: object) -> Row | None:
    record = record_of(element)
    return None if record is None else {str(name): value for name, value in record.items()}
