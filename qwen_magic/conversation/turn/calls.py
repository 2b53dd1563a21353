"""The calls of a turn that wait for our answer (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypeGuard

from qwen_magic.conversation.turn.output import item_of
from qwen_magic.responses.items import FunctionCall, McpApprovalRequest

if TYPE_CHECKING:
    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.responses.items import Item

__all__ = ["Call", "unanswered"]

Call: TypeAlias = FunctionCall | McpApprovalRequest
_CALLS = frozenset({FunctionCall, McpApprovalRequest})


def unanswered(turn: Turn) -> list[Call]:
    """Return the calls of the last response that wait for our answer.

    It looks at no other items: joining a long text on each look would take long.
    """
    slots = (slot for slot in turn.output[turn.answered :] if slot.place.types[0] in _CALLS)
    return [item for slot in slots if _waits(item := item_of(slot))]


def _waits(item: Item) -> TypeGuard[Call]:
    match item:
        case FunctionCall():
            return item.output is None
        case McpApprovalRequest():
            return item.approve is None
        case _:
            return False
