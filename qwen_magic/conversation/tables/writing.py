"""What came of a table's rows as a file, written in batches: `.parquet`, `.jsonl`, `.csv`.

The file takes its name once it is whole. A pandas index that says something, and a dict's keys, come
as columns before the others.
"""

from __future__ import annotations

import csv
import json
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from qwen_magic.conversation.tables.columns import arrow_array, arrow_type
from qwen_magic.conversation.tables.fields import Kind
from qwen_magic.conversation.tables.frames import columns_of, kinds_of
from qwen_magic.conversation.tools.json_text import is_of
from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from os import PathLike

    from qwen_magic.conversation.tables.fields import Field
    from qwen_magic.conversation.tables.records import Outcome
    from qwen_magic.conversation.tables.table import Table

__all__ = ["write_frame"]

_SIZE = 10_000
_TEXTS = {"date", "datetime"}  # a file's columns keep one type from the first batch on
Batch = dict[str, list[Any]]


class _Sink(Protocol):
    def __call__(self, batch: Batch) -> None:
        """Write a batch of rows, given as columns."""


def write_frame(
    path: str | PathLike[str],
    table: Table,
    outcomes: Iterable[Outcome],
    *,
    fields: tuple[Field, ...],
) -> int:
    """Write a row for each outcome, which come in the table's order; return how many there were.

    Raises:
        RequestError: The file's name does not say what it is, or it cannot be written.
    """
    target = Path(path)
    opened = _OPENED.get(target.suffix.lower())
    if opened is None:
        raise RequestError(
            f"{target.name!r} does not say what to write", hint=f"{', '.join(_OPENED)}"
        )
    part = target.with_name(f"{target.name}.part")
    try:
        with opened(part, _kinds(table, fields)) as sink:
            count = _written(sink, table, outcomes, fields)
        part.replace(target)
    except OSError as exc:
        raise RequestError(f"{target} cannot be written: {exc.strerror or exc}") from exc
    finally:
        part.unlink(missing_ok=True)
    return count


def _kinds(table: Table, fields: tuple[Field, ...]) -> dict[str, Kind]:
    kinds = kinds_of(fields)
    kinds = {name: Kind("text") if one.word in _TEXTS else one for name, one in kinds.items()}
    return dict.fromkeys(_labels(table, 0, 0), Kind("text")) | kinds


def _written(
    sink: _Sink, table: Table, outcomes: Iterable[Outcome], fields: tuple[Field, ...]
) -> int:
    rows = iter(outcomes)
    count = 0
    while batch := list(islice(rows, _SIZE)):
        cells = {name: found for name, (_, found) in columns_of(batch, fields).items()}
        sink(_labels(table, count, count + len(batch)) | cells)
        count += len(batch)
    return count


def _labels(table: Table, start: int, end: int) -> Batch:
    """Return the labels of rows as columns of texts; none if they are but numbers in order."""
    index = table.index
    if index is None or is_of(index, "pandas", "RangeIndex"):
        return {}
    if isinstance(index, list):
        return {"key": list(map(str, index[start:end]))}
    part = index[start:end]
    names = [f"index_{at}" if name is None else str(name) for at, name in enumerate(index.names)]
    return {name: list(map(str, part.get_level_values(at))) for at, name in enumerate(names)}


@contextmanager
def _parquet(path: Path, kinds: dict[str, Kind]) -> Iterator[_Sink]:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as exc:
        raise RequestError(
            "a parquet file needs pyarrow", hint="%pip install 'qwen_magic[map]'"
        ) from exc
    schema = pa.schema([(name, arrow_type(kind)) for name, kind in kinds.items()])
    with parquet.ParquetWriter(path, schema) as writer:

        def sink(batch: Batch) -> None:
            arrays = [arrow_array(batch[name], kind) for name, kind in kinds.items()]
            writer.write_table(pa.table(arrays, schema=schema))

        yield sink


@contextmanager
def _jsonl(path: Path, kinds: dict[str, Kind]) -> Iterator[_Sink]:
    with path.open("w", encoding="utf-8", newline="\n") as file:

        def sink(batch: Batch) -> None:
            for row in zip(*(batch[name] for name in kinds), strict=True):
                file.write(
                    json.dumps(dict(zip(kinds, row, strict=True)), ensure_ascii=False) + "\n"
                )

        yield sink


@contextmanager
def _csv(path: Path, kinds: dict[str, Kind]) -> Iterator[_Sink]:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(kinds)

        def sink(batch: Batch) -> None:
            columns = [map(_text, batch[name]) for name in kinds]
            writer.writerows(zip(*columns, strict=True))

        yield sink


def _text(cell: Any) -> Any:  # noqa: ANN401
    return json.dumps(cell, ensure_ascii=False) if isinstance(cell, list | dict) else cell


_OPENED = {".parquet": _parquet, ".jsonl": _jsonl, ".csv": _csv}
