"""What can be computed from what a question brings along: a table, or an error."""

from __future__ import annotations

import re
from math import isnan
from statistics import fmean
from typing import TYPE_CHECKING

from qwen_magic.demo.answers.chinese import Voice
from qwen_magic.demo.wire.scene import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["given"]

ENGLISH = Voice()
_TABLE = re.compile(r"^\|(.+)\|\n\|(?: *:?-+:? *\|)+\n((?:\|.*\|(?:\n|\Z))+)", re.MULTILINE)
_SHAPE = re.compile(r"\b(\d+) \N{MULTIPLICATION SIGN} (\d+), dtypes? ")
_CELLS = re.compile(r"(?<!\\)\|")
_GAP = "…"
_ERROR = re.compile(
    r"^([A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit|Warning))(?::\s*(.+))?$", re.MULTILINE
)
_LINE = re.compile(r"(?:line (\d+)|^-+> (\d+) )", re.MULTILINE)
_SHOWN = 12  # columns whose means are told


def given(question: str, say: Voice = ENGLISH) -> Answer | None:
    """Return what a question's table or error says by itself; None if it has neither."""
    if table := _TABLE.search(question):
        return _of_table(question, table, say)
    errors = list(_ERROR.finditer(question))
    return _of_error(question, errors[-1], say) if errors else None


def _of_table(question: str, table: re.Match[str], say: Voice) -> Answer:
    names = _cells(table[1])
    rows = [_cells(line.strip()[1:-1]) for line in table[2].splitlines()]
    rows = [row for row in rows if set(row) != {_GAP} and len(row) == len(names)]
    shape = _SHAPE.search(question[: table.start()])
    if shape:  # the first column holds the labels of the rows
        names, rows = names[1:], [row[1:] for row in rows]
    height, width = (int(shape[1]), int(shape[2])) if shape else (len(rows), len(names))
    is_whole = height == len(rows)
    text = say(
        "The table has **{height:,} rows** and **{width:,} columns**: {listed}.",
        height=height,
        width=width,
        listed=say.listed(f"`{name}`" for name in names if name != _GAP),
    )
    if not is_whole:
        text += say(" {count} of the rows were sent.", count=len(rows))
    if means := [say("- {name}: {mean}", name=f"`{n}`", mean=m) for n, m in _means(names, rows)]:
        title = say("Means:") if is_whole else say("Means of the rows that were sent:")
        text += "\n\n" + "\n".join((title + "\n", *means))
    text += "\n\n" + say("A model would go on from here; I only count and divide.")
    return Answer(text, say("There is a table; I can compute its size and its means."))


def _means(names: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[tuple[str, str]]:
    for place, name in enumerate(names[:_SHOWN]):
        numbers = [found for row in rows if (found := _number(row[place])) is not None]
        if numbers and len(numbers) == sum(row[place] not in {"", "nan", "None"} for row in rows):
            yield name, f"{fmean(numbers):.6g}"


def _of_error(question: str, error: re.Match[str], say: Voice) -> Answer:
    lines = [one or other for one, other in _LINE.findall(question[: error.start()])]
    where = say(", in line {line}", line=lines[-1]) if lines else ""
    said = say(", which says: “{words}”", words=error[2].strip()) if error[2] else ""
    text = say("This is a **{kind}**{where}{said}.", kind=error[1], where=where, said=said)
    text += "\n\n" + say(
        "Why it happened, a model could tell you; I only find its type, line and words."
    )
    return Answer(text, say("There is an error message; I can find its parts."))


def _cells(line: str) -> list[str]:
    return [cell.strip().replace(r"\|", "|") for cell in _CELLS.split(line)]


def _number(text: str) -> float | None:
    """Return a number; None for a missing one, too."""
    try:
        number = float(text)
    except ValueError:
        return None
    return None if isnan(number) else number
