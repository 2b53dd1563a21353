"""One message of the stream → its event (pure).

The `type` inside its JSON says what a message is, never the `event:` line. A type we do not know
becomes `Other`; a message that is no JSON object becomes `Unreadable`. Nothing raises.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec import Struct, structs

from qwen_magic.responses import events, lenient
from qwen_magic.responses.parsing import parse_item
from qwen_magic.responses.response import ErrorBody, Response, parse_error, parse_response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from qwen_magic.responses.items import Item

__all__ = ["decode", "from_response", "join"]

E = TypeVar("E", bound=Struct)

_STATUSES = frozenset(
    {"in_progress", "searching", "interpreting", "generating", "completed", "failed"}
)
_PLAIN: dict[str, type[events.Event]] = {
    "response.output_text.delta": events.TextDelta,
    "response.output_text.done": events.TextDone,
    "response.refusal.delta": events.RefusalDelta,
    "response.refusal.done": events.RefusalDone,
    "response.reasoning_summary_text.delta": events.ReasoningDelta,
    "response.reasoning_summary_text.done": events.ReasoningDone,
    "response.reasoning_text.delta": events.ReasoningDelta,
    "response.reasoning_text.done": events.ReasoningDone,
    "response.function_call_arguments.delta": events.ArgumentsDelta,
    "response.function_call_arguments.done": events.ArgumentsDone,
    "response.mcp_call_arguments.delta": events.ArgumentsDelta,
    "response.mcp_call_arguments.done": events.ArgumentsDone,
    "response.code_interpreter_call_code.delta": events.CodeDelta,
    "response.code_interpreter_call_code.done": events.CodeDone,
}
_FAST = {name: msgspec.json.Decoder(cls).decode for name, cls in _PLAIN.items()}


class _Typed(Struct):
    type: str = ""


_type_of = msgspec.json.Decoder(_Typed).decode


def decode(data: bytes) -> events.Event:
    """Read one message."""
    try:
        name = _type_of(data).type
        read = _FAST.get(name)
        if read is not None:
            return read(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    return _decode_leniently(data)


def from_response(fields: Mapping[str, Any]) -> list[events.Event]:
    """Read a response that came whole, as the events that would have streamed it.

    One that is not done has no last event.
    """
    response = parse_response(fields)
    if response.is_open:
        items = enumerate(response.output)
        return [events.Created(response), *(events.ItemAdded(n, item) for n, item in items)]
    if response.error is not None and response.status == "cancelled":
        return [events.Created(response), events.Failed(response)]
    other = events.Failed if response.error else events.Completed
    return [events.Created(response), _TERMINAL.get(response.status, other)(response)]


def join(arrived: Iterable[events.Event]) -> list[events.Event]:
    """Join the deltas of one part that follow each other, so that folding them is linear."""
    joined: list[events.Event] = []
    for _, group in groupby(arrived, _part_of):
        first, *others = group
        if others and isinstance(first, events.Delta):
            deltas = (other.delta for other in others if isinstance(other, events.Delta))
            joined.append(structs.replace(first, delta=first.delta + "".join(deltas)))
        else:
            joined += (first, *others)
    return joined


def _part_of(event: events.Event) -> object:
    """Return the same for all deltas of a part; an output index outranks ids, which may rotate."""
    match event:
        case events.TextDelta() | events.RefusalDelta():
            index: object = event.content_index
        case events.ReasoningDelta():
            index = event.summary_index, event.content_index
        case events.ArgumentsDelta() | events.CodeDelta():
            index = None
        case _:
            return object()
    place = event.item_id if event.output_index is None else event.output_index
    return type(event), place, index


def _decode_leniently(data: bytes) -> events.Event:
    if data.strip() in {b"", b"[DONE]"}:
        return events.Other(data.strip().decode())
    try:
        fields = lenient.load(data)
        return _event(fields) if isinstance(fields, dict) else events.Unreadable()
    except (ValueError, RecursionError):
        return events.Unreadable()


def _event(fields: Mapping[str, Any]) -> events.Event:
    name = lenient.text(fields, "type")
    if name in _PLAIN:
        return _plain(_PLAIN[name], fields)
    if name in _STRUCTURED:
        return _STRUCTURED[name](fields)
    if name == "error" or (not name and fields.get("error")):
        error = parse_error(fields) or ErrorBody(str(fields))
        return events.Failed(Response(status="failed", error=error))
    return _progress(name, fields)


def _plain(cls: type[E], fields: Mapping[str, Any]) -> E:
    """Read an event field by field, leaving out what does not fit."""
    found: dict[str, Any] = {}
    for name, annotation in cls.__annotations__.items():
        if annotation == "str":
            found[name] = lenient.text(fields, name)
        elif annotation == "int | None":
            found[name] = lenient.integer(fields, name)
        elif isinstance(fields.get(name), str):
            found[name] = fields[name]
    return cls(**found)


def _progress(name: str, fields: Mapping[str, Any]) -> events.Event:
    prefix, _, rest = name.partition(".")
    kind, _, status = rest.partition(".")
    if prefix != "response" or status not in _STATUSES or not kind.endswith(("_call", "_tools")):
        return events.Other(name)
    place = lenient.integer(fields, "output_index"), lenient.text(fields, "item_id") or None
    return events.CallProgress(kind, status, *place)


def _response(
    cls: Callable[[Response], events.Event],
) -> Callable[[Mapping[str, Any]], events.Event]:
    def read(fields: Mapping[str, Any]) -> events.Event:
        found = fields.get("response")
        response = parse_response(found if isinstance(found, dict) else {})
        if response.error is None and fields.get("error"):
            response = structs.replace(response, error=parse_error(fields))
        return cls(response)

    return read


def _completed(response: Response) -> events.Event:
    """Return how it ended: vLLM also calls a cut answer completed, and says in it what happened."""
    return _TERMINAL.get(response.status, events.Completed)(response)


def _item(
    cls: Callable[[int | None, Item], events.Event],
) -> Callable[[Mapping[str, Any]], events.Event]:
    def read(fields: Mapping[str, Any]) -> events.Event:
        found = fields.get("item")
        if not isinstance(found, dict):
            return events.Other(lenient.text(fields, "type"))
        return cls(lenient.integer(fields, "output_index"), parse_item(found))

    return read


def _annotation(fields: Mapping[str, Any]) -> events.Event:
    found = fields.get("annotation")
    if not isinstance(found, dict):
        return events.Other(lenient.text(fields, "type"))
    place = lenient.integer(fields, "output_index"), lenient.text(fields, "item_id") or None
    return events.AnnotationAdded(*place, lenient.integer(fields, "content_index"), found)


_TERMINAL: dict[str, Callable[[Response], events.Event]] = {
    "completed": events.Completed,
    "incomplete": events.Incomplete,
    "failed": events.Failed,
    "cancelled": events.Cancelled,
}
_STRUCTURED: dict[str, Callable[[Mapping[str, Any]], events.Event]] = {
    "response.created": _response(events.Created),
    "response.queued": _response(events.Created),
    "response.in_progress": _response(events.Created),
    "response.completed": _response(_completed),
    "response.incomplete": _response(events.Incomplete),
    "response.failed": _response(events.Failed),
    "response.cancelled": _response(events.Cancelled),
    "response.output_text.annotation.added": _annotation,
    "response.output_item.added": _item(events.ItemAdded),
    "response.output_item.done": _item(events.ItemDone),
}
