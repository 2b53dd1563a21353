"""Turns that a session takes from its store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from qwen_magic.conversation.asking.shaping import valued
from qwen_magic.conversation.chains.tree import path
from qwen_magic.conversation.turn.records import turn_of

if TYPE_CHECKING:
    from qwen_magic.conversation.asking.planning import Plan
    from qwen_magic.conversation.store.store import ChainStore
    from qwen_magic.conversation.turn.records import Chain
    from qwen_magic.conversation.turn.turn import Turn

__all__ = ["reused", "turns_on_path"]


def turns_on_path(store: ChainStore, chain: Chain, *, last: int | None = None) -> tuple[Turn, ...]:
    """Return the turns that a chain's next one continues, in order.

    Args:
        store: Keeps the chain.
        chain: The chain.
        last: How many of them, from the end; by default all.
    """
    nodes = path(store.tree(chain))
    first = 0 if last is None else max(0, len(nodes) - last)
    records = store.read(chain, [node.id for node in nodes[first:]])
    return tuple(turn_of(record, number) for number, record in enumerate(records, first + 1))


def reused(store: ChainStore, planned: Plan) -> Turn:
    """Make the turn that is shown instead of asking its chain's head; return it."""
    chain, earlier = planned.record.chain, planned.earlier or 0
    store.move(chain, earlier)
    (record,) = store.read(chain, [earlier])
    turn = replace(turn_of(record, planned.turn.number), notes=planned.turn.notes)
    return valued(turn, planned.wish.shape if planned.wish else None)
