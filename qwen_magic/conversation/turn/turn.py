"""A turn: one question and as much of its answer as has arrived (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias

from msgspec import Struct

from qwen_magic.conversation.turn import output
from qwen_magic.conversation.turn.frames import frame_of
from qwen_magic.conversation.turn.output import Output
from qwen_magic.conversation.turn.saying import code_of, text_of, thoughts_of
from qwen_magic.conversation.turn.shaped import Shaped, shaped_text
from qwen_magic.conversation.turn.sources import Source, sources
from qwen_magic.conversation.turn.thinking import apart
from qwen_magic.responses.items import Item, Message, ToolCall
from qwen_magic.responses.response import Echo, Usage

if TYPE_CHECKING:
    from typing import TypeGuard

    from typing_extensions import TypeVar

    T = TypeVar("T", default=Any)  # without a schema, the value's type is not told
else:
    from typing import TypeVar

    T = TypeVar("T")

__all__ = ["Status", "Turn"]

Status: TypeAlias = Literal[
    "queued", "in_progress", "completed", "incomplete", "failed", "cancelled"
]

_NO_VALUE: Any = None
_ENDED = frozenset({"completed", "incomplete", "failed", "cancelled"})


class Turn(Struct, Generic[T], frozen=True):
    """One question and as much of its answer as has arrived.

    Read it through `text`, `reasoning`, `code`, `tool_calls`, `sources`, `items`, and `value` if a schema
    was given. As a cell's value, it looks like the output of `%%qwen`.

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
        background: Whether nobody waits while the server works on it.
        shaped: The shape that was asked for, if one was, and what came of it.
        value: The answer in that shape; from the store, as plain JSON. None while there is none.
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
    background: bool = False
    shaped: Shaped | None = None
    value: T = _NO_VALUE

    def __repr__(self) -> str:
        return f"Turn({self.prompt[:40]!r}, status={self.status!r}, text={self.text[:80]!r})"

    @property
    def ended(self) -> bool:
        """Whether nothing more will arrive."""
        return self.status in _ENDED

    @property
    def is_left(self) -> bool:
        """Whether the server works on it while nobody waits."""
        return self.background and self.response_id is not None and not self.ended

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
        """The answer, in Markdown; after each call of ours, a new paragraph begins.

        A value of a given shape stands there as JSON.
        """
        items = self.items
        said = text_of(items)
        shown = shaped_text(self.shaped, items) if self.shaped else ""
        return "\n\n".join(filter(None, (said, shown)))

    @property
    def corrections(self) -> int:
        """How often the model was told that its value does not fit."""
        return self.shaped.corrections if self.shaped else 0

    @property
    def repaired(self) -> bool:
        """Whether slips in the value's JSON were mended, such as a comma too many."""
        return self.shaped is not None and self.shaped.repaired

    def frame(self) -> Any:  # noqa: ANN401 - of pandas, or of polars
        """Return the value as a DataFrame: a row for each record of a list, one for a record.

        Raises:
            QwenError: Neither pandas nor polars is installed.
        """
        return frame_of(self.value)

    @property
    def reasoning(self) -> str:
        """What the model said about its reasoning."""
        return thoughts_of(self.items)

    @property
    def sources(self) -> tuple[Source, ...]:
        """What the answer cites, in the order of its marks; then what else its tools found."""
        return sources(self.output)

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The tools that were called, built-in ones and functions alike; each has an `output`."""
        return tuple(item for item in self.items if _is_call(item))

    @property
    def code(self) -> tuple[str, ...]:
        """The answer's fenced code blocks, in order."""
        return code_of(self.text)


def _is_call(item: Item) -> TypeGuard[ToolCall]:
    return item.type.endswith("_call")
