"""Lists, dicts and what yields elements as tables; elements that are records have columns (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.tables.chunks import chunked
from qwen_magic.conversation.tables.native import is_native, is_native_series
from qwen_magic.conversation.tables.table import ITEM, Table, check_names, sliced
from qwen_magic.conversation.tools.json_text import is_of
from qwen_magic.conversation.turn.frames import record_of
from qwen_magic.errors import QwenError, RequestError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

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
    """Return a dict as a table: each key names an element, or a column if lists of one length are there."""
    if _are_columns(elements):
        rows = [
            dict(zip(elements, cells, strict=True))
            for cells in zip(*elements.values(), strict=True)
        ]
        return Table("", partial(sliced, rows), check_names(tuple(elements)), len(rows))
    return listed(list(elements.values()), list(elements))


def _are_columns(elements: Mapping[Any, Any]) -> bool:
    cells = elements.values()
    are_lists = all(isinstance(one, list | tuple) or _is_array(one) for one in cells)
    are_named = all(isinstance(name, str) for name in elements)
    is_record = any(record_of(one) is not None for one in cells)
    return (
        bool(elements)
        and are_lists
        and are_named
        and not is_record
        and len({*map(len, cells)}) == 1
    )


def _is_array(value: object) -> bool:
    return is_of(value, "numpy", "ndarray") and getattr(value, "ndim", 0) == 1


def streamed(elements: Iterable[Any]) -> Table:
    """Return what yields its elements once; the first one tells whether they are records.

    Raises:
        RequestError: Not even a first element comes.
    """
    iterator = iter(elements)
    first = list(islice(_told(iterator), 1))
    if first and is_native(first[0]) and not is_native_series(first[0]):
        return chunked(first[0], _told(iterator, 1))
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


def _plain(element: Any) -> Any:  # noqa: ANN401
    """Return a record that is no dict as one: a row of SQLite, of a structured array, of attrs."""
    if isinstance(element, Mapping) and not isinstance(element, dict):
        return dict(element)
    if is_of(element, "sqlite3", "Row"):
        return {name: element[name] for name in element.keys()}  # noqa: SIM118 - no dict
    if is_of(element, "numpy", "void") and element.dtype.names:
        return dict(zip(element.dtype.names, element.item(), strict=True))
    if hasattr(type(element), "__attrs_attrs__"):
        return {one.name: getattr(element, one.name) for one in type(element).__attrs_attrs__}
    return element


def _record(element: object) -> Row | None:
    record = record_of(_plain(element))
    return None if record is None else {str(name): value for name, value in record.items()}
