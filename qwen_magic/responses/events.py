"""Events: what one message of the stream says, whoever sent it.

Every field is optional on the wire. Both families of reasoning come out as one class, and so
does the progress of every kind of tool call.

Types and fields: Model Studio's "OpenAI responses" reference, streaming.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from msgspec import Struct

from qwen_magic.responses.items import Item
from qwen_magic.responses.response import Response

__all__ = [
    "AnnotationAdded",
    "ArgumentsDelta",
    "ArgumentsDone",
    "CallProgress",
    "Cancelled",
    "CodeDelta",
    "CodeDone",
    "Completed",
    "Created",
    "Delta",
    "Done",
    "Event",
    "Failed",
    "Incomplete",
    "ItemAdded",
    "ItemDone",
    "Other",
    "ReasoningDelta",
    "ReasoningDone",
    "RefusalDelta",
    "RefusalDone",
    "Terminal",
    "TextDelta",
    "TextDone",
    "Unreadable",
]


class Created(Struct, frozen=True):
    """The response so far, before and while it is worked on (`created`, `queued`, `in_progress`)."""

    response: Response


class Completed(Struct, frozen=True):
    """The whole response."""

    response: Response


class Incomplete(Struct, frozen=True):
    """The whole response, which reached a limit."""

    response: Response


class Failed(Struct, frozen=True):
    """The response failed, or an error came in its place (`error`, or a body with only `error`)."""

    response: Response


class Cancelled(Struct, frozen=True):
    """The response as far as it had come when the server stopped."""

    response: Response


class ItemAdded(Struct, frozen=True):
    """An item began."""

    output_index: int | None
    item: Item


class ItemDone(Struct, frozen=True):
    """An item is whole."""

    output_index: int | None
    item: Item


class TextDelta(Struct, frozen=True, gc=False):
    """More of the answer."""

    output_index: int | None = None
    item_id: str | None = None
    content_index: int | None = None
    delta: str = ""


class TextDone(Struct, frozen=True):
    """One part of the answer, whole."""

    output_index: int | None = None
    item_id: str | None = None
    content_index: int | None = None
    text: str = ""


class AnnotationAdded(Struct, frozen=True):
    """A part of the answer has a source: a page, or a file."""

    output_index: int | None = None
    item_id: str | None = None
    content_index: int | None = None
    annotation: dict[str, Any] = {}


class RefusalDelta(Struct, frozen=True, gc=False):
    """More of a refusal."""

    output_index: int | None = None
    item_id: str | None = None
    content_index: int | None = None
    delta: str = ""


class RefusalDone(Struct, frozen=True):
    """A refusal, whole."""

    output_index: int | None = None
    item_id: str | None = None
    content_index: int | None = None
    refusal: str = ""


class ReasoningDelta(Struct, frozen=True, gc=False):
    """More of the reasoning; a summary has a `summary_index`, the thoughts a `content_index`."""

    output_index: int | None = None
    item_id: str | None = None
    summary_index: int | None = None
    content_index: int | None = None
    delta: str = ""


class ReasoningDone(Struct, frozen=True):
    """One part of the reasoning, whole."""

    output_index: int | None = None
    item_id: str | None = None
    summary_index: int | None = None
    content_index: int | None = None
    text: str = ""


class ArgumentsDelta(Struct, frozen=True, gc=False):
    """More of a call's arguments, which are JSON."""

    output_index: int | None = None
    item_id: str | None = None
    delta: str = ""


class ArgumentsDone(Struct, frozen=True):
    """A call's arguments, whole."""

    output_index: int | None = None
    item_id: str | None = None
    arguments: str = ""


class CodeDelta(Struct, frozen=True, gc=False):
    """More of the code interpreter's code."""

    output_index: int | None = None
    item_id: str | None = None
    delta: str = ""


class CodeDone(Struct, frozen=True):
    """The code interpreter's code, whole."""

    output_index: int | None = None
    item_id: str | None = None
    code: str = ""


class CallProgress(Struct, frozen=True):
    """A tool call's new status: `searching`, `interpreting`, `completed` and so on."""

    kind: str
    status: str
    output_index: int | None = None
    item_id: str | None = None


class Other(Struct, frozen=True):
    """A message that carries nothing we show."""

    type: str


class Unreadable(Struct, frozen=True):
    """A message that is no JSON object."""


Delta: TypeAlias = TextDelta | RefusalDelta | ReasoningDelta | ArgumentsDelta | CodeDelta
Done: TypeAlias = TextDone | RefusalDone | ReasoningDone | ArgumentsDone | CodeDone
Terminal: TypeAlias = Completed | Incomplete | Failed | Cancelled
Event: TypeAlias = (
    Delta
    | Terminal
    | Created
    | ItemAdded
    | ItemDone
    | Done
    | AnnotationAdded
    | CallProgress
    | Other
    | Unreadable
)
