"""A DataFrame or Series as bounded JSON records (pure).

pandas and Polars are recognised, never imported; a frame is read only as far as it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.tools.json_text import is_of, json_text
from qwen_magic.excerpt import cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["frame_text"]

ROWS = 100
COLUMNS = 50
CELL_LENGTH = 500
SENTENCE = 300  # room for what is said about the cut


@dataclass(frozen=True, slots=True)
class _Frame:
    """The part of a frame that may be shown."""

    shape: tuple[int, int]
    columns: Sequence[str]
    rows: Iterable[Sequence[object]]


def frame_text(value: Any, length: int) -> str | None:  # noqa: ANN401 - each library has its own
    """Return a frame as a JSON list of records, or None if the value is no frame.

    A line before the list says what was left out; the list ends with a whole record.
    """
    frame = _frame(value)
    if frame is None:
        return None
    height, width = frame.shape
    if not height:
        return f"no rows; the columns are {', '.join(frame.columns) or 'none'}"
    records: list[str] = []
    room = length - SENTENCE
    for row in frame.rows:
        record = _record(frame.columns, row)
        room -= len(record) + 1
        if records and room < 0:
            break
        records.append(record)
    cuts = []
    if len(records) < height:
        cuts.append(f"the first {len(records):,} of {height:,} rows")
    if width > COLUMNS:
        cuts.append(f"the first {COLUMNS} of {width:,} columns")
    return f"{' and '.join(cuts)}:\n" * bool(cuts) + f"[{','.join(records)}]"


def _frame(value: Any) -> _Frame | None:  # noqa: ANN401
    if is_of(value, "pandas", "Series"):
        value = value.to_frame("value" if value.name is None else value.name)
    if is_of(value, "pandas", "DataFrame"):
        return _pandas(value)
    if is_of(value, "polars", "Series"):
        value = value.to_frame()
    return _polars(value) if is_of(value, "polars", "DataFrame") else None


def _pandas(frame: Any) -> _Frame:  # noqa: ANN401
    """Read a pandas frame, with its index if that is more than row numbers."""
    part = frame.iloc[:ROWS, :COLUMNS]
    plain = frame.index.name is None and is_of(frame.index, "pandas", "RangeIndex")
    labels = [] if plain else [_label(frame.index.names)]
    rows = part.itertuples(index=not plain, name=None)
    return _Frame(frame.shape, _apart([*labels, *map(_name, part.columns)]), rows)


def _polars(frame: Any) -> _Frame:  # noqa: ANN401
    part = frame[:ROWS, : min(COLUMNS, frame.width)]
    return _Frame(frame.shape, part.columns, part.iter_rows())


def _label(names: Sequence[object]) -> str:
    return " / ".join("index" if name is None else str(name) for name in names)


def _name(column: object) -> str:
    return cut(" / ".join(map(str, column)) if isinstance(column, tuple) else str(column), 200)


def _apart(names: Sequence[str]) -> list[str]:
    """Return the names, with a number after repeated ones: a record takes each name once."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _record(columns: Sequence[str], row: Sequence[object]) -> str:
    record = {name: _cell(cell) for name, cell in zip(columns, row, strict=True)}
    return json_text(record, 2 * COLUMNS * CELL_LENGTH)


def _cell(cell: Any) -> object:  # noqa: ANN401
    """Return a bounded cell; a missing value, which pandas writes as NaN, becomes null."""
    if isinstance(cell, str):
        return cut(cell, CELL_LENGTH)
    if isinstance(cell, float) or is_of(cell, "numpy", "floating"):
        return None if cell != cell else cell  # noqa: PLR0124 - NaN alone differs from itself
    if is_of(cell, "pandas._libs.tslibs.nattype", "NaTType"):
        return None
    if isinstance(cell, list | tuple | dict | set | bytes) or hasattr(cell, "__array__"):
        text = json_text(cell, CELL_LENGTH)
        return cell if len(text) <= CELL_LENGTH else cut(text, CELL_LENGTH)
    return cell
