"""A conversation that is sent whole: from which turn on, and what the reader is told of it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from qwen_magic.conversation.chains.placement import Placement
from qwen_magic.conversation.chains.rebuild import input_items
from qwen_magic.conversation.chains.tree import branch, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwen_magic.conversation.planning.plans import Plan
    from qwen_magic.conversation.store.store import ChainStore
    from qwen_magic.conversation.turn.records import Chain, Prompt, Record

__all__ = ["before", "rebuilding", "rebuilt", "rebuilt_from", "turns_before"]


def before(store: ChainStore, chain: Chain, placement: Placement) -> tuple[Record, ...]:
    """Return the conversation up to here."""
    return store.read(chain, [node.id for node in branch(store.tree(chain), placement.parent)])


def turns_before(store: ChainStore, known: Plan) -> tuple[Record, ...]:
    """Return the turns that a plan's turn continues."""
    return before(store, known.record.chain, Placement(known.record.parent, known.turn.number))


def rebuilding(reason: str, records: Sequence[Record]) -> str:
    """Return the note on a rebuilt conversation, with its length: all of it is paid for again."""
    known = sum(bool(input_items([record], ())) for record in records)
    some = f"{known:,} of " if known < len(records) else ""
    sent = f"{some}{counted(len(records), 'turn')} sent"
    return f"Conversation rebuilt from the transcript: {reason} · {sent}"


def rebuilt(store: ChainStore, known: Plan, prompt: Prompt, reason: str) -> Plan:
    """Return the plan that sends the whole conversation: its last turn cannot be continued."""
    found = turns_before(store, known)
    again = _afresh(known, found, prompt)
    notes = (*known.turn.notes, rebuilding(reason, found))
    return replace(again, turn=replace(again.turn, notes=notes))


def rebuilt_from(known: Plan, records: Sequence[Record], prompt: Prompt, *, count: int) -> Plan:
    """Return the plan that sends these turns alone; so many older ones are left out."""
    again = _afresh(known, records, prompt)
    note = f"{counted(count, 'oldest turn')} left out: the model reads no more at once"
    notes = (*(told for told in known.turn.notes if "left out" not in told), note)
    return replace(again, turn=replace(again.turn, notes=notes))


def _afresh(known: Plan, records: Sequence[Record], prompt: Prompt) -> Plan:
    """Return the plan that sends these turns, then the question."""
    wish, whole = known.wish, input_items(records, prompt)
    afresh: dict[str, Any] = {"input": whole, "previous_response_id": None}
    request = dataclasses.replace(known.request, **afresh)
    if wish is not None:
        wish = replace(wish, bare=dataclasses.replace(wish.bare, **afresh))
    turn = replace(known.turn, previous_response_id=None)
    return replace(known, request=request, turn=turn, wish=wish)
