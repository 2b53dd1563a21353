"""Which text of which item an event writes (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from qwen_magic.conversation.turn import output
from qwen_magic.conversation.turn.output import Place
from qwen_magic.responses import events
from qwen_magic.responses.items import (
    CodeInterpreterCall,
    FunctionCall,
    ImageSearchCall,
    McpApprovalRequest,
    McpCall,
    Message,
    Reasoning,
)

if TYPE_CHECKING:
    from qwen_magic.conversation.turn.output import Output

__all__ = ["written"]

_CALLS = (FunctionCall, McpCall, ImageSearchCall, McpApprovalRequest)


def written(known: Output, event: events.Delta | events.Done) -> Output:
    """Return the output with more of a text, or with the whole of it."""
    place, kind, index = _part(event)
    if isinstance(event, events.Delta):
        return output.grow(known, place, (kind, index), event.delta)
    match event:
        case events.TextDone():
            return output.finish(known, place, (kind, index), event.text)
        case events.RefusalDone():
            return output.finish(known, place, (kind, index), event.refusal)
        case events.ReasoningDone():
            return output.finish(known, place, (kind, index), event.text)
        case events.ArgumentsDone():
            return output.finish(known, place, (kind, index), event.arguments)
        case events.CodeDone():
            return output.finish(known, place, (kind, index), event.code)
        case _:
            assert_never(event)


def _part(event: events.Delta | events.Done) -> tuple[Place, str, int]:
    """Return the item a text belongs to, which of its texts it is, and that text's index."""
    types: output.Types
    match event:
        case events.TextDelta() | events.TextDone():
            types, kind, index = (Message,), "text", event.content_index
        case events.RefusalDelta() | events.RefusalDone():
            types, kind, index = (Message,), "refusal", event.content_index
        case events.ReasoningDelta() | events.ReasoningDone():
            thoughts = event.summary_index is None
            kind = "content" if thoughts else "summary"
            types, index = (Reasoning,), event.content_index if thoughts else event.summary_index
        case events.ArgumentsDelta() | events.ArgumentsDone():
            types, kind, index = _CALLS, "arguments", None
        case events.CodeDelta() | events.CodeDone():
            types, kind, index = (CodeInterpreterCall,), "code", None
        case _:
            assert_never(event)
    return Place(event.output_index, event.item_id, types), kind, index or 0
