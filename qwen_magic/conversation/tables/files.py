"""Files as tables, read in batches: `.parquet`, `.csv`, `.tsv`, `.jsonl`.

The cells of a csv file are texts, as they are written: a leading zero stays. An empty one is missing.
Lines are checked before the first row is given, so that a bad one costs nothing.
"""

from __future__ import annotations

import csv
import json
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.tables.table import ITEM, Table, check_names
from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from typing import TextIO

    from qwen_magic.conversation.tables.table import Row

__all__ = ["SUFFIXES", "file_table"]

_LONGEST_CELL = 2**31 - 1
_SEPARATORS = ",;\t|"


def file_table(path: Path) -> Table:
    """Return a file as a table.

    Raises:
        RequestError: It cannot be read, or is of another kind.
    """
    if path.is_dir():
        hint = f'name one file, or give pyarrow.dataset.dataset("{path.name}")'
        raise RequestError(f"{path.name!r} is a folder", hint=hint)
    read = _READERS.get(path.suffix.lower())
    if read is None:
        raise RequestError(
            f"{path.name!r} is no table that can be read in batches",
            hint=f"{', '.join(SUFFIXES)}; read it into a DataFrame otherwise",
        )
    try:
        return read(path)
    except OSError as exc:
        raise RequestError(f"{path} cannot be read: {exc.strerror or exc}") from exc


def _unchanged(path: Path) -> Callable[[], None]:
    """Return what raises once a file is not as it is now."""

    def state() -> tuple[int, int]:
        found = path.stat()
        return found.st_size, found.st_mtime_ns

    before = state()

    def check() -> None:
        if state() != before:
            raise RequestError(f"{path.name} changed while it was read", hint="run the map again")

    return check


def _in_batches(
    rows: Callable[[], Iterable[Row]], check: Callable[[], None], size: int
) -> Iterator[list[Row]]:
    check()
    iterator = iter(rows())
    while batch := list(islice(iterator, size)):
        check()
        yield batch


# -- text


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    """Open a text file, with or without a mark of its encoding at the start."""
    with path.open("rb") as file:
        start = file.read(2)
    encoding = "utf-16" if start in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        with path.open(encoding=encoding, newline="") as text:
            yield text
    except UnicodeDecodeError as exc:
        raise RequestError(
            f"{path.name} is no UTF-8 text (byte {exc.object[exc.start]:#04x})",
            hint=f'pd.read_csv("{path.name}", encoding="gb18030"), or another encoding',
        ) from exc


def _csv(path: Path) -> Table:
    check = _unchanged(path)
    with _opened(path) as file:
        separator = "\t" if path.suffix.lower() == ".tsv" else _separator(file.readline())
    rows = partial(_csv_rows, path, separator)
    header = next(iter(_csv_lines(path, separator)), [])
    columns = check_names(header) if header else ()
    count = sum(1 for _ in rows())
    return Table("", partial(_in_batches, rows, check), columns, count)


def _separator(header: str) -> str:
    """Return what stands between the names; a comma unless others are more."""
    return max(_SEPARATORS, key=lambda one: (header.count(one), one == ","))


def _csv_lines(path: Path, separator: str) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    with _opened(path) as file:
        reader = csv.reader(file, delimiter=separator)
        try:
            yield from (line for line in reader if line)
        except csv.Error as exc:
            raise RequestError(f"{path.name}, line {reader.line_num:,}: {exc}") from exc


def _csv_rows(path: Path, separator: str) -> Iterator[Row]:
    lines = _csv_lines(path, separator)
    header = next(lines, [])
    for number, cells in enumerate(lines, 1):
        if len(cells) != len(header):
            raise RequestError(
                f"{path.name}, row {number:,} has {len(cells)} cells, the header {len(header)}",
                hint="a cell with the separator in it needs quotes",
            )
        yield {name: cell or None for name, cell in zip(header, cells, strict=True)}


def _jsonl(path: Path) -> Table:
    """Return a file of one JSON value a line; its columns are all names that any record has."""
    check = _unchanged(path)
    names: dict[str, None] = {}
    count = records = 0
    for value in _json_values(path):
        count += 1
        if isinstance(value, dict):
            records += 1
            names.update(dict.fromkeys(value))
    if records not in {0, count}:
        raise RequestError(
            f"{path.name} has {records:,} records and {count - records:,} other values",
            hint="each line is to be an object, or none",
        )

    def rows() -> Iterator[Row]:
        for value in _json_values(path):
            yield value if records else {ITEM: value}

    return Table("", partial(_in_batches, rows, check), check_names(tuple(names)), count)


def _json_values(path: Path) -> Iterator[Any]:
    with _opened(path) as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                yield json.loads(line)
            except ValueError as exc:
                raise RequestError(
                    f"{path.name}, line {number:,} is no JSON: {exc}",
                    hint="mend that line, or leave it out",
                ) from exc


# -- parquet


def _parquet(path: Path) -> Table:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as exc:
        raise RequestError(
            "a parquet file needs pyarrow", hint="%pip install 'qwen_magic[map]'"
        ) from exc
    check = _unchanged(path)
    try:
        with parquet.ParquetFile(path) as file:
            names, count = file.schema_arrow.names, file.metadata.num_rows
    except pa.ArrowInvalid as exc:
        raise RequestError(f"{path.name} is no parquet file: {exc}") from exc

    def read(size: int) -> Iterator[list[Row]]:
        check()
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=size):
                check()
                yield batch.to_pylist()

    return Table("", read, check_names(names), count)


_READERS: dict[str, Callable[[Path], Table]] = {
    ".parquet": _parquet,
    ".csv": _csv,
    ".tsv": _csv,
    ".jsonl": _jsonl,
    ".ndjson": _jsonl,
}
SUFFIXES = tuple(_READERS)
"""The ends of the names of the files that can be read."""
