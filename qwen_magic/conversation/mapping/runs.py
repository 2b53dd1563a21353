"""The maps that a notebook began, as they were run last, and forgetting what they keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwen_magic.conversation.mapping.answers import Answers
    from qwen_magic.conversation.store.schema import Rows

__all__ = ["Run", "forget_runs", "runs_of"]

_LISTED = """SELECT id, name, about, state, counts FROM runs WHERE notebook = ? ORDER BY id DESC"""


class Run(Struct, frozen=True):
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


def runs_of(answers: Answers, notebook: str) -> tuple[Run, ...]:
    """Return the maps of a notebook; those that were run last come first."""

    def work(rows: Rows) -> list[tuple[Any, ...]]:
        return rows.execute(_LISTED, (notebook,)).fetchall()

    found: dict[tuple[str, str], Run] = {}
    for number, name, about, state, counts in answers.database.read(work):
        noted: dict[str, Any] = msgspec.json.decode(about)
        key = (name, str(noted.get("text", about)))
        if key in found:
            found[key] = msgspec.structs.replace(found[key], numbers=(*found[key].numbers, number))
        else:
            found[key] = Run((number,), name, noted, state, msgspec.json.decode(counts))
    return tuple(found.values())


def forget_runs(answers: Answers, runs: Sequence[Run]) -> int:
    """Delete maps, and the answers that they were the first to ask for; return how many."""
    numbers = [(number,) for run in runs for number in run.numbers]

    def work(rows: Rows) -> int:
        before = rows.execute("SELECT count(*) FROM answers").fetchone()[0]
        for table, column in (("answers", "run"), ("failures", "run"), ("runs", "id")):
            rows.executemany(f"DELETE FROM {table} WHERE {column} = ?", numbers)  # noqa: S608
        return int(before - rows.execute("SELECT count(*) FROM answers").fetchone()[0])

    return answers.database.run(work)
