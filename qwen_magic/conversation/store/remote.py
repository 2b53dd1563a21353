"""The server's side of a chain: turns it works on, ids it no longer has, conversations it keeps."""

from __future__ import annotations

import uuid
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from qwen_magic.conversation.store import chain_rows, left_rows, turn_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qwen_magic.conversation.store.database import Database
    from qwen_magic.conversation.store.schema import Rows
    from qwen_magic.conversation.turn.records import Chain, Record
    from qwen_magic.conversation.turn.turn import Turn

__all__ = ["Remote"]


class Remote:
    """What a store knows of the server's side of its chains.

    Args:
        database: Where it is kept.
        clock: Tells the time, in seconds since the epoch.
    """

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def left(self, chain: Chain) -> tuple[Record, ...]:
        """Return the turns of a chain that the server works on while nobody waits."""

        def work(rows: Rows) -> tuple[Record, ...]:
            nodes = turn_rows.tree(rows, chain).nodes
            found = [node.id for node in nodes if node.status in {"queued", "in_progress"}]
            return tuple(r for r in turn_rows.read(rows, chain, found) if r.is_left)

        return self._database.read(work)

    def settle(self, record: Record, turn: Turn) -> Record:
        """Store how such a turn stands now; it leaves its place as the head only if it failed."""
        record = record.brought(turn, self._clock())
        return self._database.run(partial(left_rows.settle, record=record))

    def turns(self, chain: Chain) -> tuple[Record, ...]:
        """Return all turns of a chain, also those beside its path."""

        def work(rows: Rows) -> tuple[Record, ...]:
            nodes = turn_rows.tree(rows, chain).nodes
            return turn_rows.read(rows, chain, [node.id for node in nodes])

        return self._database.read(work)

    def forget(self, record: Record) -> None:
        """Forget the ids of a turn's responses: what follows it rebuilds the conversation."""
        self._database.run(partial(left_rows.forget, record=record))

    def knows(self, chain: Chain, response_id: str) -> bool:
        """Return whether a turn of a chain has this response."""
        known = self._database.read(partial(turn_rows.answered, chain=chain))[1]
        return response_id in known

    def adopt(self, records: Sequence[Record], after: str) -> None:
        """Add turns to their chain, each after the one before it, and make the last the head.

        Args:
            records: The turns, oldest first.
            after: The id of the response that the first continues; unknown, it begins afresh.
        """

        def work(rows: Rows) -> None:
            chain = records[0].chain
            parent = turn_rows.answered(rows, chain)[1].get(after)
            for record in records:
                placed = replace(record, parent=parent, uid=uuid.uuid4().hex)
                parent = turn_rows.begin(rows, placed).id
            chain_rows.move(rows, chain, parent)

        self._database.run(work)

    def conversation(self, chain: Chain) -> str | None:
        """Return the conversation that a chain's turns join, if there is one."""
        return self._database.read(partial(chain_rows.conversation, chain=chain))

    def bind(self, chain: Chain, conversation: str | None) -> None:
        """Let a chain's turns join a conversation, or continue each other again."""
        self._database.run(partial(chain_rows.bind, chain=chain, conversation=conversation))
