"""A DataFrame, Series or array as a bounded Markdown table, with its shape and dtypes.

We recognise pandas, Polars and NumPy, and never import them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.tools.json_text import is_of
from qwen_magic.excerpt import cut, excerpt

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Table", "table"]

ROWS = 20
COLUMNS = 16
CELL_LENGTH = 80
REPR_LENGTH = 4_000
GAP = "…"
TIMES = " \N{MULTIPLICATION SIGN} "


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is sent, and a note on which part of it that is."""

    text: str
    note: str


@dataclass(frozen=True, slots=True)
class _Grid:
    """The part of a table that is shown; each row begins with its label."""

    shape: tuple[int, int]
    header: Sequence[object]
    dtypes: Iterable[object]
    rows: Iterable[Sequence[object]]


def table(value: Any) -> Table | None:  # noqa: ANN401 - each library has its own table
    """Return the value as a table, or None if it is not one."""
    if is_of(value, "numpy", "ndarray"):
        about = _about(value)
        return _drawn(about, _numpy(value)) if value.ndim in {1, 2} else _block(about, value)
    for library, read in {"pandas": _pandas, "polars": _polars}.items():
        if is_of(value, library, "DataFrame"):
            return _drawn(_about(value), read(value))
        if is_of(value, library, "Series"):
            return _drawn(_about(value), read(value.to_frame()))
    return None


def _about(value: Any) -> str:  # noqa: ANN401
    shape = TIMES.join(map(str, value.shape)) + " values" * (len(value.shape) == 1)
    return f"{type(value).__name__} {shape}".rstrip()


def _ends(size: int, most: int) -> list[int]:
    half = most // 2
    return [*range(size)] if size <= most else [*range(half), *range(size - half, size)]


def _pandas(frame: Any) -> _Grid:  # noqa: ANN401
    part = frame.iloc[_ends(frame.shape[0], ROWS), _ends(frame.shape[1], COLUMNS)]
    label = " / ".join(str(name) for name in part.index.names if name is not None)
    header = [label, *part.columns]
    return _Grid(frame.shape, header, part.dtypes, part.itertuples(name=None))


def _polars(frame: Any) -> _Grid:  # noqa: ANN401
    rows = _ends(frame.height, ROWS)
    part = frame[rows, _ends(frame.width, COLUMNS)]
    labelled = [(row, *cells) for row, cells in zip(rows, part.rows(), strict=True)]
    return _Grid(frame.shape, ["", *part.columns], part.dtypes, labelled)


def _numpy(array: Any) -> _Grid:  # noqa: ANN401
    height, width = (*array.shape, 1)[:2]
    rows, columns = _ends(height, ROWS), _ends(width, COLUMNS)
    sheet = array.reshape(height, width)
    labelled = [(row, *(sheet[row, column] for column in columns)) for row in rows]
    return _Grid((height, width), ["", *columns], [array.dtype], labelled)


def _block(about: str, array: Any) -> Table:  # noqa: ANN401
    """Show an array with no dimensions or more than two, which is not a table."""
    text = cut(excerpt(array, REPR_LENGTH), REPR_LENGTH)
    return Table(f"{about}, dtype {array.dtype}\n\n{text}", f"{about}, its repr")


def _drawn(about: str, grid: _Grid) -> Table:
    words = [[_word(item) for item in row] for row in (grid.header, *grid.rows)]
    text = f"{about}{_dtypes(grid, words[0][1:])}\n\n{_markdown(words, grid.shape)}"
    return Table(text, about + _cuts(words, grid.shape))


def _dtypes(grid: _Grid, names: Sequence[str]) -> str:
    dtypes = [str(dtype) for dtype in grid.dtypes]
    if len(set(dtypes)) <= 1:
        return "".join(f", dtype {dtype}" for dtype in dtypes[:1])
    named = zip(names, dtypes, strict=True)
    return ", dtypes " + ", ".join(f"{_escaped(name)}: {dtype}" for name, dtype in named)


def _cuts(words: Iterable[Sequence[str]], shape: tuple[int, int]) -> str:
    cuts = ""
    if shape[0] > ROWS:
        cuts += f", first and last {ROWS // 2} rows"
    if shape[1] > COLUMNS:
        cuts += f", {COLUMNS} of {shape[1]} columns"
    if any(len(word) > CELL_LENGTH for row in words for word in row):
        cuts += f", cells cut at {CELL_LENGTH} characters"
    return cuts


def _markdown(words: Iterable[Sequence[str]], shape: tuple[int, int]) -> str:
    rows = [[_escaped(word) for word in row] for row in words]
    if shape[1] > COLUMNS:
        rows = [[*row[: 1 + COLUMNS // 2], GAP, *row[1 + COLUMNS // 2 :]] for row in rows]
    if shape[0] > ROWS:
        rows.insert(1 + ROWS // 2, [GAP] * len(rows[0]))
    rows.insert(1, ["---"] * len(rows[0]))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _word(item: object) -> str:
    """Return one cell; if it must be cut, it is one character too long."""
    if isinstance(item, float):
        return f"{item:.10g}"
    if isinstance(item, dict | list | tuple | set):
        return excerpt(item, CELL_LENGTH)
    return str(item)[: CELL_LENGTH + 1]


def _escaped(word: str) -> str:
    line = r"\n".join(cut(word, CELL_LENGTH).splitlines())
    return re.sub(r"(\\*)\|", r"\1\1\\|", line)
