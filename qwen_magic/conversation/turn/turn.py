"""A turn, and `advance`, the only function that changes one (pure).

Deltas of one part that arrive together are joined before `advance` sees them; folding is linear
in any case, since texts share what they have in common.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from qwen_magic.conversation.turn import output
from qwen_magic.conversation.turn.output import Output, Slot
from qwen_magic.conversation.turn.saying import code_of, text_of, thoughts_of
from qwen_magic.conversation.turn.sources import Source, sources
from qwen_magic.conversation.turn.steps import (
    Answered,
    Broken,
    Continued,
    Limited,
    Reopened,
    Step,
    Stopped,
)
from qwen_magic.conversation.turn.texts import written
from qwen_magic.conversation.turn.thinking import apart
from qwen_magic.responses import events
from qwen_magic.responses.items import FunctionCall, Item, Message
from qwen_magic.responses.parsing import parse_item
from qwen_magic.responses.refusals import response_error
from qwen_magic.responses.response import Echo, Usage, total

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qwen_magic.responses.response import Response

__all__ = ["Status", "Turn", "advance", "fold"]

Status: TypeAlias = Literal[
    "queued", "in_progress", "completed", "incomplete", "failed", "cancelled"
]

_ENDED = frozenset({"completed", "incomplete", "failed", "cancelled"})


class Turn(Struct, frozen=True):
    """One question and as much of its answer as has arrived.

    Read it through `text`, `reasoning`, `code`, `tool_calls`, `sources` and `items`. As a cell's value, it
    looks like the output of `%%qwen`.

    Attributes:
        prompt: The question as it was sent.
        status: `completed`, `incomplete` (a limit was reached), `failed` and `cancelled` are final.
        response_id: The server's name for its last response; it can be continued for seven days.
        previous_response_id: The answer this turn continues.
        model: The model that answers; the one asked for until the server names it.
        usage: What it cost, once that is known.
        error: What went wrong, or why the answer is incomplete; empty otherwise.
        chain: The chain the turn belongs to.
        number: The turn's depth in its chain, from 1.
        skipped: How many messages of the stream could not be read.
        notes: What the reader should know of the turn's place in its chain.
        output: What arrived, in all of the turn's responses.
        answered: How many of the output's items belong to responses before the last one.
        spent: What those responses cost.
        think_tags: Whether `<think>` in an answer's text marks thoughts.
        echo: What the last response says of its request.
    """

    prompt: str = ""
    status: Status = "queued"
    response_id: str | None = None
    previous_response_id: str | None = None
    model: str = ""
    usage: Usage | None = None
    error: str = ""
    chain: str = ""
    number: int = 1
    skipped: int = 0
    notes: tuple[str, ...] = ()
    output: Output = ()
    answered: int = 0
    spent: Usage | None = None
    think_tags: bool = True
    echo: Echo = Echo()

    def __repr__(self) -> str:
        return f"Turn({self.prompt[:40]!r}, status={self.status!r}, text={self.text[:80]!r})"

    @property
    def ended(self) -> bool:
        """Whether nothing more will arrive."""
        return self.status in _ENDED

    @property
    def created_at(self) -> float | None:
        """When the server took its last request, in seconds since the epoch."""
        return self.echo.created_at

    @property
    def parallel_tool_calls(self) -> bool | None:
        """Whether the model may make several calls at once, if the server says so."""
        return self.echo.parallel_tool_calls

    @property
    def tools(self) -> tuple[dict[str, Any], ...]:
        """The tools that were offered, as the server understood them."""
        return self.echo.tools

    @property
    def items(self) -> tuple[Item, ...]:
        """What the model produced, in order, each item as far as it has arrived."""
        return tuple(self.item(number) for number in range(len(self.output)))

    def item(self, number: int) -> Item:
        """Return one of the items, as far as it has arrived; they count from 0."""
        slot = self.output[number]
        item = output.item_of(slot)
        if not self.think_tags or not isinstance(item, Message):
            return item
        return apart(item, whole=slot.done or self.ended)

    @property
    def text(self) -> str:
        """The answer, in Markdown; after each call of ours, a new paragraph begins."""
        return text_of(self.items)

    @property
    def reasoning(self) -> str:
        """What the model said about its reasoning."""
        return thoughts_of(self.items)

    @property
    def sources(self) -> tuple[Source, ...]:
        """What the answer cites, in the order of its marks; then what else its tools found."""
        return sources(self.output)

    @property
    def tool_calls(self) -> tuple[Item, ...]:
        """The tools that were called, built-in ones and functions alike."""
        return tuple(item for item in self.items if item.type.endswith("_call"))

    @property
    def code(self) -> tuple[str, ...]:
        """The answer's fenced code blocks, in order."""
        return code_of(self.text)


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
            return replace(_ended(turn, response, "cancelled"), error="the server cancelled it")
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
        case Continued():
            return replace(turn, answered=len(turn.output), spent=turn.usage)
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
