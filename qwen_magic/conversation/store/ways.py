"""How models were brought to give a value of a given shape; each is believed for a day.

A server may have been updated or set up anew since.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwen_magic.conversation.store.database import Database
    from qwen_magic.conversation.store.schema import Rows

__all__ = ["Ways"]

_BELIEVED = 24 * 3600.0  # seconds
_FACT = "way to a value: "


class Ways:
    """Remember the way that worked, for each endpoint and model."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def known(self, asked: str) -> str:
        """Return the way that worked where this was asked; empty if that is not known."""
        found = self._database.read(partial(_read, name=f"{_FACT}{asked}"))
        learnt, _, way = found.partition(" ")
        return way if 0 <= self._clock() - float(learnt) < _BELIEVED else ""

    def told(self, base_url: str) -> str:
        """Return the way that worked last at an endpoint, with whatever model; empty if none is known."""
        query = "SELECT value FROM facts WHERE substr(name, 1, ?) = ? ORDER BY value DESC LIMIT 1"
        name = f"{_FACT}{base_url} "
        found = self._database.read(lambda rows: rows.execute(query, (len(name), name)).fetchone())
        return str(found[0]).partition(" ")[2] if found else ""

    def learn(self, asked: str, way: str) -> None:
        """Remember the way that worked."""
        known = (f"{_FACT}{asked}", f"{self._clock()} {way}")
        statement = "INSERT OR REPLACE INTO facts VALUES (?, ?)"
        self._database.run(lambda rows: rows.execute(statement, known))


def _read(rows: Rows, name: str) -> str:
    found = rows.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
    return str(found[0]) if found else "0"
