"""A turn, and `advance`, the only function that changes one (pure).

Deltas of one part that arrive together are joined before `advance` sees them; folding is linear
in any case, since texts share what they have in common.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

from msgspec import Struct
from msgspec.structs import replace

from qwen_magic.conversation import output
from qwen_magic.conversation.output import Output, Place
from qwen_magic.responses import events, items
from qwen_magic.responses.items import (
    CodeInterpreterCall,
    FunctionCall,
    ImageSearchCall,
    Item,
    McpApprovalRequest,
    McpCall,
    Message,
    Reasoning,
)
from qwen_magic.responses.parsing import parse_item
from qwen_magic.responses.refusals import response_error
from qwen_magic.responses.response import Usage, total

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qwen_magic.responses.response import Response

__all__ = [
    "Answered",
    "Broken",
    "Continued",
    "Reopened",
    "Status",
    "Stopped",
    "Turn",
    "advance",
    "fold",
]

Status: TypeAlias = Literal[
    "queued", "in_progress", "completed", "incomplete", "failed", "cancelled"
]

_ENDED = frozenset({"completed", "incomplete", "failed", "cancelled"})
_CALLS = (FunctionCall, McpCall, ImageSearchCall, McpApprovalRequest)


class Stopped(Struct, frozen=True):
    """The reader stopped the turn."""


class Broken(Struct, frozen=True):
    """The turn ended without the server's last word."""

    reason: str


class Reopened(Struct, frozen=True):
    """The response is complete, but the model waits for what its calls return."""


class Answered(Struct, frozen=True):
    """More became known of a call: the item in its place now reads so."""

    number: int
    item: Item


class Continued(Struct, frozen=True):
    """What the calls returned goes to the model: another response begins."""


Step: TypeAlias = Stopped | Broken | Reopened | Answered | Continued


class Turn(Struct, frozen=True):
    """One question and as much of its answer as has arrived.

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

    def __repr__(self) -> str:
        return f"Turn({self.prompt[:40]!r}, status={self.status!r}, text={self.text[:80]!r})"

    @property
    def ended(self) -> bool:
        """Whether nothing more will arrive."""
        return self.status in _ENDED

    @property
    def items(self) -> tuple[Item, ...]:
        """What the model produced, in order, each item as far as it has arrived."""
        return tuple(output.item_of(slot) for slot in self.output)

    @property
    def text(self) -> str:
        """The answer, in Markdown; what is said after a call of ours is a paragraph of its own."""
        paragraphs = [""]
        for item in self.items:
            if isinstance(item, Message):
                paragraphs[-1] += "".join(part.text for part in item.content)
            elif isinstance(item, FunctionCall) and item.output is not None and paragraphs[-1]:
                paragraphs.append("")
        return "\n\n".join(paragraphs)

    @property
    def reasoning(self) -> str:
        """What the model told of its reasoning."""
        found = (item for item in self.items if isinstance(item, Reasoning))
        return "".join(text for item in found for text in (*item.summary, *item.content))

    @property
    def tool_calls(self) -> tuple[Item, ...]:
        """The tools that were called, built-in ones and functions alike."""
        return tuple(item for item in self.items if items.kind(item).endswith("_call"))

    @property
    def code(self) -> tuple[str, ...]:
        """The answer's fenced code blocks, in order."""
        from markdown_it import MarkdownIt

        tokens = MarkdownIt("commonmark").parse(self.text)
        return tuple(token.content for token in tokens if token.type == "fence")


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
        return _with(turn, _written(_current(turn), event))
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
        case events.ItemAdded(index, item):
            return _with(turn, output.put(_current(turn), index, item, fresh=True))
        case events.ItemDone(index, item):
            return _with(turn, output.put(_current(turn), index, item, done=True))
        case events.CallProgress(kind, status, index, item_id):
            named = {"id": item_id} if item_id else {}
            item = parse_item({"type": kind, "status": status, **named})
            return _with(turn, output.put(_current(turn), index, item, fresh=bool(named)))
        case events.Other() | Reopened():
            return turn
        case events.Unreadable():
            return replace(turn, skipped=turn.skipped + 1)
        case Stopped():
            return replace(turn, status="cancelled")
        case Broken(reason):
            return replace(turn, status="failed", error=reason)
        case Answered(number, item):
            return replace(turn, output=output.exchange(turn.output, number, item))
        case Continued():
            return replace(turn, answered=len(turn.output), spent=turn.usage)
        case _:
            return _with(turn, _written(_current(turn), event))


def _written(known: Output, event: events.Delta | events.Done) -> Output:
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
    )


def _ended(turn: Turn, response: Response, status: Status) -> Turn:
    return replace(
        _begun(turn, response),
        status=status,
        usage=total(turn.spent, response.usage) or turn.usage,
        output=_whole(turn, output.settle(_current(turn), response.output)),
    )
