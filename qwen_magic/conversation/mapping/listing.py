"""The maps that a notebook began, as they were run last, and forgetting what they keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwen_magic.conversation.mapping.answers import Answers
    from qwen_magic.conversation.store.schema import Rows

__all__ = ["Map", "forget_maps", "maps_of"]


class Map(Struct, frozen=True):
    """A map, as it was run last.

    Attributes:
        numbers: All runs of it, the last one first.
        name: What its table is called.
        about: What was noted of it.
        state: running, done, stopped, budget, or failed.
        counts: How many rows there were of each kind.
    """

    numbers: tuple[int, ...]
    name: str
    about: dict[str, Any]
    state: str
    counts: dict[str, int]


def maps_of(answers: Answers, notebook: str) -> tuple[Map, ...]:
    """Return the maps of a notebook; those that were run last come first."""
    found: dict[tuple[str, str], Map] = {}
    for run in answers.runs(notebook):
        noted: dict[str, Any] = msgspec.json.decode(run.about)
        key = (run.name, str(noted.get("text", run.about)))
        known = found.setdefault(
            key, Map((), run.name, noted, run.state, msgspec.json.decode(run.counts))
        )
        found[key] = msgspec.structs.replace(known, numbers=(*known.numbers, run.id))
    return tuple(found.values())


def forget_maps(answers: Answers, maps: Sequence[Map]) -> int:
    """Delete maps, and the answers that they were the first to ask for; return how many."""
    numbers = [(number,) for one in maps for number in one.numbers]

    def work(rows: Rows) -> int:
        for table, column in (("failures", "run"), ("runs", "id")):
            rows.executemany(f"DELETE FROM {table} WHERE {column} = ?", numbers)  # noqa: S608
        return rows.executemany("DELETE FROM answers WHERE run = ?", numbers).rowcount

    return answers.database.run(work)
