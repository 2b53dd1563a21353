"""What turns have cost: kept by itself, so that a deleted chain has been paid all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from qwen_magic.conversation.store import turn_rows
from qwen_magic.conversation.turn.records import REPLAYED
from qwen_magic.responses.lenient import clean

if TYPE_CHECKING:
    from qwen_magic.conversation.store.schema import Rows
    from qwen_magic.conversation.turn.records import Chain, Record

__all__ = ["Spent", "add", "end", "spent", "within"]

_MOST = 2**63 - 1  # what SQLite takes for a number
_ALL = """
    SELECT substr(notebook, 1, 5) = 'demo:', chain, model, date(begun, 'unixepoch', 'localtime') AS day,
        count(*), total(input), total(cached), total(output), total(reasoning)
    FROM spent {} GROUP BY 1, 2, 3, 4 ORDER BY day, 1, 2, 3
"""
_OWN = "WHERE notebook IN (?, ?)"


class Spent(Struct, frozen=True):
    """What the turns of one chain, model and day have cost, in tokens.

    Attributes:
        demo: Whether the demo answered, which costs nothing.
        day: As 2026-11-28, by this computer's clock.
        input, output: What was read and written.
        cached, reasoning: How many of these came from the cache, and were reasoning.
    """

    demo: bool = False
    chain: str = ""
    model: str = ""
    day: str = ""
    turns: int = 0
    input: int = 0
    cached: int = 0
    output: int = 0
    reasoning: int = 0

    @property
    def total(self) -> int:
        """What was read and written together."""
        return self.input + self.output


def end(rows: Rows, record: Record) -> Record:
    """Store how a turn ended, and what it cost if a server answered and told."""
    record = turn_rows.end(rows, record)
    usage = record.usage
    if usage is not None and not record.chain.notebook.startswith(REPLAYED):
        counts = (usage.input_tokens, usage.cached_tokens)
        cost = (record.model, record.begun, *counts, usage.output_tokens, usage.reasoning_tokens)
        add(rows, record.uid, record.chain, cost)
    return record


def add(rows: Rows, uid: str, chain: Chain, cost: tuple[str, float, int, int, int, int]) -> None:
    """Note a cost: the model, when, and the tokens read, cached, written, reasoned."""
    model, begun, *counts = cost
    bounded = (max(0, min(count, _MOST)) for count in counts)
    rows.execute(
        "INSERT OR REPLACE INTO spent VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (uid, chain.notebook, clean(chain.name), clean(model), begun, *bounded),
    )


def within(rows: Rows, notebook: str, day: tuple[float, float]) -> int:
    """Return the tokens that a notebook has spent from one moment to another."""
    query = (
        "SELECT total(input) + total(output) FROM spent"
        " WHERE notebook = ? AND begun >= ? AND begun < ?"
    )
    return int(rows.execute(query, (notebook, *day)).fetchone()[0])


def spent(rows: Rows, notebook: str) -> tuple[Spent, ...]:
    """Return what a notebook has spent, also in the demo; with an empty id, all notebooks."""
    where, asked = (_OWN, (notebook, f"demo:{notebook}")) if notebook else ("", ())
    found = rows.execute(_ALL.format(where), asked).fetchall()
    return tuple(
        Spent(bool(demo), chain, model, day, *map(int, counts))
        for demo, chain, model, day, *counts in found
    )
