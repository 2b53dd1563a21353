"""A map as HTML, plain text and Markdown (pure).

What models and tables say is hostile: everything is escaped. The same map gives the same data in
every run: no durations, no times.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from qwen_magic.conversation.chains.tree import counted
from qwen_magic.conversation.tables.cells import cell_text
from qwen_magic.notebook.cards.html import ending_html, line_html
from qwen_magic.notebook.cards.wording import line
from qwen_magic.notebook.mapping.wording import footer, missing, progress, share
from qwen_magic.notebook.markdown.escapes import escape, escape_markdown, strip_controls

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from qwen_magic.notebook.mapping.seen import Failure, Line, Seen, Settled

__all__ = ["bundle", "growing_html", "newest_html", "plain_text"]

_LONGEST, _WIDEST = 100, 100  # characters of a cell, and its width where some are as wide as two
_CELL = "text-align:{};vertical-align:top"
_LEFT = _CELL.format("left")
_NUMBER = re.compile(r"[-+]?\d[\d.,]*(?:[eE][-+]?\d+)?")
_TRACK = (
    "display:flex;height:.5em;margin:.3em 0 .6em;border-radius:.25em;overflow:hidden;"
    "background:rgba(128,128,128,.25)"
)
_PARTS = ("rgba(25,118,210,.45)", "rgba(25,118,210,.85)", "rgba(211,47,47,.75)")
_FOLD = "margin:.3em 0"
_HEADING = "cursor:pointer;opacity:.7"


def growing_html(seen: Seen) -> str:
    """Return how far a map is: a bar, and two lines."""
    where, took = progress(seen)
    return f"{_bar(seen)}<div>{escape(where)}</div>\n{line_html(took)}"


def newest_html(seen: Seen) -> str:
    """Return the rows that ended last as a table."""
    return _table_html(seen.newest)


def bundle(settled: Settled) -> tuple[dict[str, str], dict[str, Any]]:
    """Return a map that has ended as `(data, metadata)` for a display."""
    data = {
        "text/html": _html(settled),
        "text/plain": plain_text(settled),
        "text/markdown": _markdown(settled),
    }
    told = {"model": settled.model, "rows": settled.rows, "counts": dict(settled.counts)}
    return data, {"qwen_magic_map": told}


def plain_text(settled: Settled) -> str:
    """Return a map that has ended as plain text."""
    return strip_controls(_plain(settled))


def _bar(seen: Seen) -> str:
    part = share(seen)
    if part is None or not seen.total:
        return ""
    lost = min(seen.done, seen.failed + seen.refused)
    counts = (min(seen.known, seen.done - lost), max(0, seen.done - lost - seen.known), lost)
    pieces = "".join(
        f'<div style="width:{100 * count / seen.total:.2f}%;background:{colour}"></div>'
        for count, colour in zip(counts, _PARTS, strict=True)
        if count
    )
    told = f'role="progressbar" aria-valuenow="{int(part * 100)}" aria-valuemin="0" aria-valuemax="100"'
    return f'<div {told} aria-label="rows done" style="{_TRACK}">{pieces}</div>\n'


def _html(settled: Settled) -> str:
    return "".join(
        (
            ending_html(settled.note),
            _table_html(settled.head, left=settled.rows - len(settled.head)),
            _failures_html(settled.failures),
            line_html(missing(settled)),
            line_html(footer(settled)),
        )
    )


def _table_html(lines: Sequence[Line], left: int = 0) -> str:
    if not lines:
        return ""
    names, rows = _table(lines)
    styles = [_style(cells) for cells in zip(*rows, strict=True)]
    head = "".join(
        f'<th style="{style}">{escape(name)}</th>'
        for name, style in zip(names, styles, strict=True)
    )
    body = "".join(f"<tr>{''.join(map(_td, cells, styles))}</tr>\n" for cells in rows)
    more = line_html(f"… {counted(left, 'more row')}") if left > 0 else ""
    return f"<table>\n<thead>\n<tr>{head}</tr>\n</thead>\n<tbody>\n{body}</tbody>\n</table>\n{more}"


def _style(cells: Iterable[str]) -> str:
    """Return how a column stands: numbers at the right, all else at the left."""
    said = [cell for cell in cells if cell]
    are_numbers = bool(said) and all(map(_NUMBER.fullmatch, said))
    return _CELL.format("right") if are_numbers else _LEFT


def _td(cell: str, style: str = _LEFT) -> str:
    return f'<td style="{style}">{escape(cell)}</td>'


def _failures_html(failures: Sequence[Failure]) -> str:
    if not failures:
        return ""
    rows = "".join(
        f"<tr>{_td(one.reason)}{_td(f'{one.count:,}')}{_td(_example(one))}</tr>\n"
        for one in failures
    )
    head = "".join(f'<th style="{_LEFT}">{name}</th>' for name in ("reason", "rows", "for example"))
    return (
        f'<details style="{_FOLD}"><summary style="{_HEADING}">{_without(failures)}</summary>\n'
        f"<table>\n<thead>\n<tr>{head}</tr>\n</thead>\n<tbody>\n{rows}</tbody>\n</table>\n</details>\n"
    )


def _without(failures: Iterable[Failure]) -> str:
    return f"{counted(sum(one.count for one in failures), 'row')} without an answer"


def _example(failure: Failure) -> str:
    return line(f"{failure.label}: {failure.example}" if failure.example else failure.label, 200)


def _plain(settled: Settled) -> str:
    reasons = [
        f"{counted(one.count, 'row')}: {line(one.reason, 300)} ({_example(one)})"
        for one in settled.failures
    ]
    told = [settled.note, _grid(settled), "\n".join(reasons), missing(settled), footer(settled)]
    return "\n\n".join(filter(None, told))


def _grid(settled: Settled) -> str:
    lines = settled.head
    if not lines:
        return ""
    left = settled.rows - len(lines)
    more = [f"… {counted(left, 'more row')}"] if left > 0 else []
    return "\n".join([*_rows(*_table(lines)), *more])


def _markdown(settled: Settled) -> str:
    names, rows = _table(settled.head)
    cells = [[escape_markdown(cell) for cell in row] for row in rows]
    table = "\n".join(_rows([escape_markdown(name) for name in names], cells)) if cells else ""
    left = settled.rows - len(cells)
    reasons = "\n".join(
        f"- {counted(one.count, 'row')}: {escape_markdown(line(one.reason, 300))} "
        f"({escape_markdown(_example(one))})"
        for one in settled.failures
    )
    told = [
        escape_markdown(settled.note),
        table,
        f"*… {counted(left, 'more row')}*" if cells and left > 0 else "",
        reasons,
        escape_markdown(missing(settled)),
        escape_markdown(footer(settled)),
    ]
    return "\n\n".join(filter(None, told))


def _rows(names: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (names, ["---"] * len(names), *rows)]


def _columns(lines: Sequence[Line]) -> dict[str, list[str]]:
    """Return the columns by their headings: a label, what was given, what came, how it ended."""
    given = dict.fromkeys(name for one in lines for name in one.given)
    came = dict.fromkeys(name for one in lines for name in one.came)
    found = {"row": [one.label for one in lines]}
    for name in given:
        found[_free(line(name), found)] = [_text(one.given.get(name)) for one in lines]
    for name in came:
        found[_free(line(name), found)] = [_text(one.came.get(name)) for one in lines]
    if any(one.status != "completed" for one in lines):
        found[_free("status", found)] = [one.status for one in lines]
    return found


def _free(name: str, taken: Mapping[str, object]) -> str:
    while name in taken:
        name += " (new)"
    return name


def _table(lines: Sequence[Line]) -> tuple[list[str], list[tuple[str, ...]]]:
    """Return the headings and the rows."""
    columns = _columns(lines)
    return [*columns], list(zip(*columns.values(), strict=True))


def _text(value: object) -> str:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return _fitting(line(", ".join(value), _LONGEST))
    return _fitting(line(cell_text(value), _LONGEST))


def _fitting(text: str) -> str:
    """Return a text that is not too wide: Chinese letters take twice the room."""
    widths = accumulate(2 if east_asian_width(char) in "WF" else 1 for char in text)
    end = next((at for at, width in enumerate(widths) if width > _WIDEST), None)
    return text if end is None else f"{text[: end - 1].rstrip()}…"
