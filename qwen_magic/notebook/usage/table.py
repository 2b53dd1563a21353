"""What was spent as a table, in text and in HTML (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from qwen_magic.notebook.markdown.escapes import escape, strip_controls
from qwen_magic.notebook.usage.prices import money_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from qwen_magic.conversation.store.spent_rows import Spent

__all__ = ["Line", "bars", "by_day", "lines_of", "usage_html", "usage_text"]

_HEADS = ("", "turns", "in", "cached", "out", "reasoning")
_DAYS = 14
_BARS = "▁▂▃▄▅▆▇█"
_PRICED = "money"
_CELL = "padding:.15em .8em;text-align:right"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: what it counts, and its cells."""

    name: str
    cells: tuple[str, ...]
    is_total: bool = False


def lines_of(
    title: str, rows: Sequence[Spent], prices: Mapping[str, Sequence[float]], *, chains: bool
) -> list[Line]:
    """Return the lines about some turns: all of them, then by chain, model and day.

    Args:
        title: Whose turns they are.
        rows: What they cost.
        prices: What tokens cost; empty for no column with money.
        chains: Whether to count by chain.
    """
    lines = [_line(title, rows, prices, is_total=True)]
    kinds: list[Callable[[Spent], str]] = [_model, lambda row: row.day]
    for kind in [lambda row: row.chain, *kinds] if chains else kinds:
        names = sorted({kind(row) for row in rows})
        grouped = ((name, [row for row in rows if kind(row) == name]) for name in names[-_DAYS:])
        lines += [_line(name, group, prices) for name, group in grouped]
    return lines


def _model(row: Spent) -> str:
    return f"{row.model} (demo)" if row.demo else row.model


def _line(
    name: str,
    rows: Sequence[Spent],
    prices: Mapping[str, Sequence[float]],
    *,
    is_total: bool = False,
) -> Line:
    counts = (sum(getattr(row, what) for row in rows) for what in ("turns", "input", "cached"))
    more = (sum(getattr(row, what) for row in rows) for what in ("output", "reasoning"))
    cells = tuple(f"{count:,}" for count in (*counts, *more))
    money = (str(money_of(rows, prices)),) if prices else ()
    return Line(strip_controls(name), (*cells, *money), is_total)


def usage_text(lines: Sequence[Line], notes: Iterable[str] = ()) -> str:
    """Return the table as text."""
    heads = _heads(lines)
    names = [line.name if line.is_total else f"  {line.name}" for line in lines]
    table = [heads, *((name, *line.cells) for name, line in zip(names, lines, strict=True))]
    widths = [max(len(row[place]) for row in table) for place in range(len(heads))]
    shown = ("  ".join([row[0].ljust(widths[0]), *(_right(row, widths))]).rstrip() for row in table)
    return "\n".join([*shown, *notes])


def _right(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    return (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))


def usage_html(lines: Sequence[Line], notes: Iterable[str] = ()) -> str:
    """Return the table as HTML."""
    cells = (f'<th scope="col" style="{_CELL}">{head}</th>' for head in _heads(lines) if head)
    heads = f"<td></td>{''.join(cells)}"
    rows = "".join(map(_row, lines))
    below = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{below}"


def _row(line: Line) -> str:
    weight = "font-weight:600" if line.is_total else "font-weight:400;padding-left:1.6em"
    name = f'<th scope="row" style="text-align:left;{weight}">{escape(line.name)}</th>'
    cells = "".join(f'<td style="{_CELL}">{escape(cell)}</td>' for cell in line.cells)
    return f"<tr>{name}{cells}</tr>"


def _heads(lines: Sequence[Line]) -> tuple[str, ...]:
    priced = any(len(line.cells) == len(_HEADS) for line in lines)
    return (*_HEADS, _PRICED) if priced else _HEADS


def by_day(rows: Iterable[Spent]) -> dict[str, int]:
    """Return the tokens of the last days, with those on which nothing was asked; empty for one day."""
    tokens: dict[str, int] = {}
    for row in rows:
        tokens[row.day] = tokens.get(row.day, 0) + row.total
    if len(tokens) < 2:  # noqa: PLR2004 - one day is no course
        return {}
    last = date.fromisoformat(max(tokens))
    days = [str(last - timedelta(days=back)) for back in reversed(range(_DAYS))]
    first = next((place for place, day in enumerate(days) if day in tokens), 0)
    return {day: tokens.get(day, 0) for day in days[first:]}


def bars(tokens: Mapping[str, int]) -> str:
    """Return tokens by day as a line of bars; empty if there are none."""
    most = max(tokens.values(), default=0)
    if not most:
        return ""
    heights = (round(count / most * (len(_BARS) - 1)) for count in tokens.values())
    return f"{''.join(_BARS[height] for height in heights)} tokens by day, since {min(tokens)}"
