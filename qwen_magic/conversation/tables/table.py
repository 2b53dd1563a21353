"""A `Table`: rows of named cells in order, whatever they came from (pure).

A table is a snapshot: what changes afterwards does not change it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from hashlib import blake2b
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from qwen_magic.errors import QwenError, RequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["ITEM", "SIZE", "Row", "Table", "check_names", "sliced"]

Row = dict[str, Any]
ITEM = "item"
"""The name of an element that is no record."""

SIZE = 1000
_FLAG = re.compile(r"--?[A-Za-z][\w-]*")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in order.

    Attributes:
        kind: What made it, and so what its frame is: `pandas`, `polars`, `pyarrow`; empty if any.
        read: Yields the rows in batches of at most so many.
        columns: The names of a row's cells; none if its elements are no records.
        rows: How many there are; None if only reading can tell.
        alias: Another name of its elements: a Series's own.
        index: A pandas index, a dict's keys, or the numbers of a list's rows in a sample: of as
            many labels as there are rows.
        once: Whether it can be read only once, as a generator can.
    """

    kind: str
    read: Callable[[int], Iterator[list[Row]]]
    columns: tuple[str, ...] = ()
    rows: int | None = None
    alias: str = ""
    index: Any = None
    once: bool = False

    def batches(self, size: int = SIZE) -> Iterator[list[Row]]:
        """Yield the rows in order.

        Raises:
            RequestError: They cannot be read on; what came before is sound.
        """
        return self.read(size)

    def limited(self, limit: int | None = None, sample: int | None = None) -> Table:
        """Return the part that a trial asks: the first rows, or some from everywhere.

        A sample takes the same rows each time, so that none is paid twice.

        Raises:
            RequestError: It is no number of rows, or cannot be known.
        """
        if limit is not None and sample is not None:
            raise RequestError("--limit and --sample exclude each other", hint="leave one out")
        for name, count in (("limit", limit), ("sample", sample)):
            if count is not None and count < 1:
                raise RequestError(f"{name} {count!r} is no number of rows", hint="at least 1")
        if limit is not None:
            return self._first(limit)
        return self if sample is None else self._some(sample)

    def ahead(self, count: int) -> tuple[Table, bool]:
        """Return the table with its first rows read already, and whether there are only so many.

        A short one can then be read as often as one likes, unless it ends in an error.
        """
        batches = self.read(count + 1)
        first = next(batches, [])
        if len(first) > count:
            return replace(self, read=lambda _: chain([first], batches)), False
        try:
            next(batches, None)
        except QwenError as error:
            return replace(self, read=partial(_broken, first, error)), True
        return replace(self, read=partial(sliced, first), rows=len(first), once=False), True

    def _first(self, count: int) -> Table:
        if self.rows is not None and count >= self.rows:
            return self

        def read(size: int) -> Iterator[list[Row]]:
            left = count
            for batch in self.read(min(size, count)):
                yield batch[:left]
                left -= len(batch)
                if left <= 0:
                    return

        rows = None if self.rows is None else count
        index = None if self.index is None else self.index[:count]
        return replace(self, read=read, rows=rows, index=index)

    def _some(self, count: int) -> Table:
        if self.rows is None:
            raise RequestError(
                "a sample needs rows whose number is known", hint="--limit N takes the first ones"
            )
        if count >= self.rows:
            return self
        chosen = sorted(sorted(range(self.rows), key=_chance)[:count])

        def read(size: int) -> Iterator[list[Row]]:
            kept = _only(self.read(SIZE), chosen)
            while batch := list(islice(kept, size)):
                yield batch

        places = None if self.kind else chosen  # a list's rows keep their numbers
        index = places if self.index is None else _taken(self.index, chosen)
        return replace(self, read=read, rows=count, index=index)


def check_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of columns.

    Raises:
        RequestError: Two are the same, or one is empty or an option's.
    """
    for name, count in Counter(names).items():
        if count > 1:
            raise RequestError(f"{count} columns are named {name!r}", hint="rename all but one")
        if not name.strip():
            raise RequestError("a column has no name", hint="name it, or leave it out")
        if _FLAG.fullmatch(name):
            raise RequestError(f"a column is named like an option: {name!r}", hint="rename it")
    return tuple(names)


def sliced(rows: Sequence[Row], size: int) -> Iterator[list[Row]]:
    """Yield rows that are here, in batches."""
    return (list(rows[start : start + size]) for start in range(0, len(rows), size))


def _broken(rows: Sequence[Row], error: QwenError, size: int) -> Iterator[list[Row]]:
    yield from sliced(rows, size)
    raise error


def _chance(number: int) -> bytes:
    return blake2b(number.to_bytes(8), digest_size=8).digest()


def _only(batches: Iterator[list[Row]], chosen: Sequence[int]) -> Iterator[Row]:
    wanted = iter(chosen)
    number = next(wanted, None)
    start = 0
    for batch in batches:
        while number is not None and number < start + len(batch):
            yield batch[number - start]
            number = next(wanted, None)
        if number is None:
            return
        start += len(batch)


def _taken(index: Any, chosen: Sequence[int]) -> Any:  # noqa: ANN401 - a pandas index or a list
    if isinstance(index, list):
        return [index[number] for number in chosen]
    return index.take(chosen)
