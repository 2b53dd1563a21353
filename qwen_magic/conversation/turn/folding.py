"""A turn after one more event: `advance`, the only function that changes a turn (pure).

Deltas of one part that arrive together are joined before `advance` sees them; folding is linear
in any case, since texts share what they have in common.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from msgspec.structs import replace

from qwen_magic.conversation.turn import output
from qwen_magic.conversation.turn.steps import (
    Answered,
    Broken,
    Continued,
    Limited,
    Reopened,
    Step,
    Stopped,
    Valued,
)
from qwen_magic.conversation.turn.texts import written
from qwen_magic.responses import events
from qwen_magic.responses.items import FunctionCall, Message
from qwen_magic.responses.parsing import parse_item
from qwen_magic.responses.refusals import CANCELLED, response_error
from qwen_magic.responses.response import total

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qwen_magic.conversation.turn.output import Output, Slot
    from qwen_magic.conversation.turn.turn import Status, Turn
    from qwen_magic.responses.response import Response

__all__ = ["advance", "fold"]


def fold(turn: Turn, arrived: Iterable[events.Event]) -> Turn:
    """Return the turn as it stands after several more events."""
    return reduce(advance, arrived, turn)


def advance(turn: Turn, event: events.Event | Step) -> Turn:  # noqa: C901, PLR0911, PLR0912 - one branch an event
    """Return the turn as it stands after one more event; an ended turn stays as it is."""
    if isinstance(event, Reopened) and turn.status == "completed":
        return replace(turn, status="in_progress")
    if turn.ended:
        return turn
    if isinstance(event, events.Delta):  # nearly always
        return _with(turn, written(_current(turn), event))
    match event:
        case events.Created(response):
            return _begun(turn, response)
        case events.Completed(response):
            return _ended(turn, response, "completed")
        case events.Incomplete(response):
            reason = response.incomplete_reason or "a limit"
            return replace(_ended(turn, response, "incomplete"), error=reason)
        case events.Failed(response):
            return replace(
                _ended(turn, response, "failed"), error=str(response_error(response.error).args[0])
            )
        case events.Cancelled(response):
            return replace(_ended(turn, response, "cancelled"), error=CANCELLED)
        case events.ItemAdded(index, item):
            return _with(turn, output.put(_current(turn), index, item, fresh=True))
        case events.ItemDone(index, item):
            return _with(turn, output.put(_current(turn), index, item, done=True))
        case events.CallProgress(kind, status, index, item_id):
            named = {"id": item_id} if item_id else {}
            item = parse_item({"type": kind, "status": status, **named})
            return _with(turn, output.put(_current(turn), index, item, fresh=bool(named)))
        case events.AnnotationAdded(index, item_id, part, said):
            place = output.Place(index, item_id, (Message,))
            return _with(turn, output.annotate(_current(turn), place, (part or 0, said)))
        case events.Other() | Reopened():
            return turn
        case events.Unreadable():
            return replace(turn, skipped=turn.skipped + 1)
        case Stopped():
            return replace(turn, status="cancelled")
        case Broken(reason):
            return replace(turn, status="failed", error=reason)
        case Limited(reason):
            return replace(turn, status="incomplete", error=reason)
        case Answered(number, item):
            return replace(turn, output=output.exchange(turn.output, number, item))
        case Valued(shaped, value):
            grown = replace(turn, shaped=shaped, value=value)
            return replace(grown, status="completed") if shaped.found else grown
        case Continued():
            echo = turn.echo.after(turn.response_id)
            return replace(turn, answered=len(turn.output), spent=turn.usage, echo=echo)
        case _:
            return _with(turn, written(_current(turn), event))


def _current(turn: Turn) -> Output:
    """Return what belongs to the last response."""
    return turn.output[turn.answered :] if turn.answered else turn.output


def _whole(turn: Turn, current: Output) -> Output:
    return (*turn.output[: turn.answered], *current) if turn.answered else current


def _with(turn: Turn, grown: Output) -> Turn:
    status: Status = "in_progress" if turn.status == "queued" else turn.status
    return replace(turn, output=_whole(turn, grown), status=status)


def _begun(turn: Turn, response: Response) -> Turn:
    status: Status = "in_progress" if response.status == "in_progress" else turn.status
    return replace(
        turn,
        status=status,
        response_id=response.id or turn.response_id,
        model=response.model or turn.model,
        echo=response.echo.filled(turn.echo),
    )


def _ended(turn: Turn, response: Response, status: Status) -> Turn:
    return replace(
        _begun(turn, response),
        status=status,
        usage=total(turn.spent, response.usage) or turn.usage,
        output=_whole(turn, _new(turn, output.settle(_current(turn), response.output))),
    )


def _new(turn: Turn, settled: Output) -> Output:
    """Return what a response added: some servers repeat the calls that were answered before."""
    known = {_told(slot) for slot in turn.output[: turn.answered]} - {None}
    return tuple(slot for slot in settled if _told(slot) not in known)


def _told(slot: Slot) -> tuple[str, ...] | None:
    """Return all that the wire says about a call, if that is enough to recognise it."""
    item = output.item_of(slot) if FunctionCall in slot.place.types else None
    if isinstance(item, FunctionCall) and item.id and item.call_id:
        return item.id, item.call_id, item.name, item.arguments
    return None
