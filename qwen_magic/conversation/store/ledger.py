"""What turns have cost, for a reader who asks and for a budget."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from qwen_magic.conversation.store import spent_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwen_magic.conversation.store.database import Database
    from qwen_magic.conversation.store.spent_rows import Spent
    from qwen_magic.conversation.turn.records import Chain

__all__ = ["Ledger"]


class Ledger:
    """What was spent; turns note their cost themselves when they end.

    Args:
        database: Where it is kept.
        clock: Tells the time, in seconds since the epoch.
    """

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def spent(self, notebook: str = "") -> tuple[Spent, ...]:
        """Return what a notebook has spent, by chain, model and day; by default, all notebooks."""
        return self._database.read(partial(spent_rows.spent, notebook=notebook))

    def today(self, notebook: str) -> int:
        """Return the tokens that a notebook has spent today, by this computer's clock.

        What was asked while that clock was ahead, by mistake, belongs to another day.
        """
        now = datetime.fromtimestamp(self._clock()).astimezone()
        begin = now.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        day = begin.timestamp(), (begin + timedelta(days=1)).timestamp()
        return self._database.read(partial(spent_rows.within, notebook=notebook, day=day))

    def account(self, chain: Chain, model: str) -> Callable[[int, int], None]:
        """Return what notes a cost that grows, beside turns: how many tokens were read and written.

        Args:
            chain: What the cost is told under, as the name of a chain.
            model: The model that answers.
        """
        uid, begun = uuid.uuid4().hex, self._clock()

        def note(read: int, written: int) -> None:
            cost = (model, begun, read, 0, written, 0)
            if read or written:
                self._database.run(lambda rows: spent_rows.add(rows, uid, chain, cost))

        return note
