"""From a map to what the reader sees of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from qwen_magic.conversation.tables.cells import cell_text
from qwen_magic.conversation.tables.fields import cells_of
from qwen_magic.conversation.tables.paths import found_in
from qwen_magic.errors import RequestError
from qwen_magic.notebook.mapping.seen import Failure, Line, Seen, Settled

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from qwen_magic.conversation.mapping.mapping import Mapping
    from qwen_magic.conversation.tables.fields import Field
    from qwen_magic.conversation.tables.filling import Template
    from qwen_magic.conversation.tables.records import Outcome
    from qwen_magic.conversation.tables.table import Row

__all__ = ["Watched", "seen_of", "settled_of", "tallies_of"]

_HEAD = 8  # rows
_NEWEST = 5
_REASONS = 20
_FEW = 20  # values that are worth counting
_GIVEN = 3  # columns of the table that are shown beside what came
_STATUSES = ("completed", "failed", "refused", "not asked")


@dataclass(frozen=True, slots=True)
class Watched:
    """A map, and what its rows were filled into and came out as.

    Attributes:
        reached: What to say if a budget ended it.
    """

    mapping: Mapping
    template: Template
    fields: tuple[Field, ...]
    reached: str = ""


def seen_of(watched: Watched) -> Seen:
    """Return a map that runs as the reader sees it."""
    now = watched.mapping.progress()
    newest = tuple(
        Line(
            _label(watched, one.row),
            {"prompt": one.prompt.removeprefix(watched.template.opening)},
            _came(one.outcome, watched),
            one.outcome.status,
        )
        for one in reversed(now.newest[-_NEWEST:])
    )
    return Seen(
        now.total,
        now.done,
        known=now.known,
        failed=now.failed,
        refused=now.refused,
        concurrency=now.concurrency,
        rate=now.rate,
        seconds_left=now.seconds_left,
        input_tokens=now.input_tokens,
        output_tokens=now.output_tokens,
        newest=newest,
    )


def settled_of(watched: Watched, *, model: str, out: str, note: str = "") -> Settled:
    """Return a map that has ended as the reader sees it."""
    now, counts = watched.mapping.progress(), watched.mapping.counts
    return Settled(
        model,
        {status: counts.get(status, 0) for status in _STATUSES},
        known=now.known,
        asked=now.asked,
        input_tokens=now.input_tokens,
        output_tokens=now.output_tokens,
        head=tuple(_head(watched)),
        failures=tuple(_failures(watched)) if now.failed or now.refused else (),
        missing=now.missing,
        out=out,
        note=note,
    )


def tallies_of(watched: Watched) -> dict[str, Counter[str]]:
    """Return how often each value came, for the columns that have but a few values."""
    counts = {field.name: Counter[str]() for field in watched.fields}
    for outcome in watched.mapping.outcomes():
        for name, cell in _came(outcome, watched).items():
            if name in counts and cell is not None:
                counts[name].update(_words(cell))
                if len(counts[name]) > _FEW:
                    del counts[name]
    return {name: found for name, found in counts.items() if found}


def _words(cell: object) -> list[str]:
    return [str(one) for one in (cell if isinstance(cell, list) else [cell])]


def _head(watched: Watched) -> Iterator[Line]:
    rows = [] if watched.mapping.table.once else next(watched.mapping.table.batches(_HEAD), [])
    names = watched.template.used[:_GIVEN]
    for number, outcome in enumerate(islice(watched.mapping.outcomes(), _HEAD)):
        given = {name: _cell(rows[number], name) for name in names} if number < len(rows) else {}
        yield Line(_label(watched, number), given, _came(outcome, watched), outcome.status)


def _failures(watched: Watched) -> list[Failure]:
    """Return the reasons, the most frequent first, each with its first row."""
    found = sorted(watched.mapping.failures().items(), key=lambda one: -len(one[1]))[:_REASONS]
    rows = _rows(watched, {numbers[0] for _, numbers in found})
    return [
        Failure(
            reason,
            len(numbers),
            f"row {_label(watched, numbers[0])}",
            _example(watched, rows.get(numbers[0], {})),
        )
        for reason, numbers in found
    ]


def _rows(watched: Watched, numbers: Collection[int]) -> dict[int, Row]:
    """Return some rows by their numbers; none of a table that can be read only once."""
    left, start, found = set(numbers), 0, dict[int, "Row"]()
    if watched.mapping.table.once:
        return found
    for batch in watched.mapping.table.batches():
        found |= {number: batch[number - start] for number in left if number < start + len(batch)}
        left -= found.keys()
        start += len(batch)
        if not left:
            break
    return found


def _example(watched: Watched, row: Row) -> str:
    cells: Sequence[str] = [cell_text(_cell(row, name)) for name in watched.template.used[:_GIVEN]]
    return ", ".join(filter(None, cells))


def _cell(row: Row, name: str) -> object:
    try:
        return found_in(row, name)
    except RequestError:  # the row's own failure says so
        return None


def _came(outcome: Outcome, watched: Watched) -> dict[str, object]:
    cells = cells_of(outcome, watched.fields)
    return {field.name: cell for field, cell in zip(watched.fields, cells, strict=True)}


def _label(watched: Watched, number: int) -> str:
    """Return how the reader's own table calls a row; its number from 0 if it has no names."""
    index = watched.mapping.table.index
    label = number if index is None or number >= len(index) else index[number]
    return " / ".join(map(str, label)) if isinstance(label, tuple) else str(label)
