"""The output of one response while it grows: items, and the texts that arrive for them (pure).

An event names its item by `output_index`. If that fails, the item's id counts (a documented sample
ends an item under another index than it began). If both are missing, the event means the last open
item of the right type. An item of another type never matches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from qwen_magic.conversation.turn.merging import merge
from qwen_magic.conversation.turn.text import Text
from qwen_magic.responses.items import (
    CodeInterpreterCall,
    FunctionCall,
    Item,
    Message,
    Part,
    Reasoning,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "Output",
    "Place",
    "Slot",
    "annotate",
    "exchange",
    "finish",
    "grow",
    "item_of",
    "put",
    "settle",
]

PartKey: TypeAlias = tuple[str, int]  # the kind of text, and its index within the item
Annotation: TypeAlias = tuple[int, dict[str, Any]]  # the index of its part, and what it says
Types: TypeAlias = tuple[type[Item], ...]


class Place(Struct, frozen=True):
    """Where an event says it belongs, as far as it says."""

    output_index: int | None
    item_id: str | None
    types: Types


class Slot(Struct, frozen=True):
    """One item and what has arrived for it."""

    place: Place
    item: Item | None = None
    parts: tuple[tuple[PartKey, Text], ...] = ()
    annotations: tuple[Annotation, ...] = ()
    done: bool = False


Output: TypeAlias = tuple[Slot, ...]

_BLANKS: dict[type[Item], Item] = {
    blank: blank() for blank in (Message, Reasoning, FunctionCall, CodeInterpreterCall)
}


def put(
    output: Output, output_index: int | None, item: Item, *, fresh: bool = False, done: bool = False
) -> Output:
    """Bring an item up to date, or add it; a fresh item has just begun, a done one is whole."""
    place = Place(output_index, item.id or None, (type(item),))
    number = _find(output, place, fresh=fresh)
    slot = Slot(place) if number is None else output[number]
    known = slot.place
    index = known.output_index if output_index is None else output_index
    place = Place(index, place.item_id or known.item_id, place.types)
    older, newer = (item, slot.item) if slot.done and not done else (slot.item, item)
    merged = merge(older, newer) if older and newer else item
    return _set(output, number, replace(slot, place=place, item=merged, done=slot.done or done))


def grow(output: Output, place: Place, key: PartKey, delta: str) -> Output:
    """Add to one of an item's texts."""
    number = _find(output, place)
    slot = Slot(place) if number is None else _placed(output[number], place)
    parts = slot.parts
    if parts and parts[-1][0] == key:  # nearly always
        parts = (*parts[:-1], (key, parts[-1][1].append(delta)))
    else:
        known = dict(parts)
        known[key] = known.get(key, Text()).append(delta)
        parts = tuple(known.items())
    return _set(output, number, replace(slot, parts=parts))


def finish(output: Output, place: Place, key: PartKey, whole: str) -> Output:
    """Set one of an item's texts to the whole text."""
    if not whole:
        return output
    number = _find(output, place)
    slot = Slot(place) if number is None else _placed(output[number], place)
    parts = dict(slot.parts) | {key: Text([whole], 1)}
    return _set(output, number, replace(slot, parts=tuple(parts.items())))


def annotate(output: Output, place: Place, annotation: Annotation) -> Output:
    """Add an annotation to one part of a message."""
    number = _find(output, place)
    slot = Slot(place) if number is None else _placed(output[number], place)
    return _set(output, number, replace(slot, annotations=(*slot.annotations, annotation)))


def settle(output: Output, final: Iterable[Item]) -> Output:
    """Return the output as the last event gives it.

    Types that the last event leaves out keep what was streamed; so do fields it leaves empty.
    """
    told = list(final)
    types = {type(item) for item in told}
    settled = [_settled(output, told, number) for number in range(len(told))]
    for number, slot in enumerate(output):
        if not types.intersection(slot.place.types):
            settled.insert(number, replace(slot, done=True))
    return tuple(settled)


def exchange(output: Output, number: int, item: Item) -> Output:
    """Replace one item with another, which may be of another kind: a text can be a call."""
    slot = output[number]
    types = slot.place.types if type(item) in slot.place.types else (type(item),)
    place = replace(slot.place, types=types)
    return _set(output, number, replace(slot, place=place, item=item, parts=(), done=True))


def item_of(slot: Slot) -> Item:
    """Return the slot's item with the texts that have arrived so far."""
    item = slot.item or _BLANKS[slot.place.types[0]]
    texts = [(key, str(text)) for key, text in slot.parts]
    match item:
        case Message():
            whole = item if slot.done and _says(item) else _message(item, texts)
            return _annotated(whole, slot.annotations) if slot.annotations else whole
        case Reasoning():
            return item if slot.done and (item.summary or item.content) else _reasoning(item, texts)
        case _:
            named = {kind: text for (kind, _), text in texts if text}
            kept = {} if slot.done else named
            kept |= {kind: text for kind, text in named.items() if not getattr(item, kind, "")}
            return replace(item, **kept) if kept else item


def _says(item: Message) -> bool:
    return any(part.text or part.refusal for part in item.content)


def _message(item: Message, texts: list[tuple[PartKey, str]]) -> Message:
    ordered = sorted(texts, key=lambda pair: pair[0][1])
    content = tuple(
        Part(text=text) if kind == "text" else Part(refusal=text) for (kind, _), text in ordered
    )
    return replace(item, content=content) if content else item


def _annotated(item: Message, annotations: tuple[Annotation, ...]) -> Message:
    """Return the message with the annotations that streamed, unless it tells its own."""
    content = tuple(
        part
        if part.annotations
        else replace(part, annotations=tuple(told for at, told in annotations if at == index))
        for index, part in enumerate(item.content)
    )
    return replace(item, content=content)


def _reasoning(item: Reasoning, texts: list[tuple[PartKey, str]]) -> Reasoning:
    ordered = sorted(texts)
    summary = tuple(text for (kind, _), text in ordered if kind == "summary")
    content = tuple(text for (kind, _), text in ordered if kind == "content")
    return Reasoning(item.id, item.status, summary or item.summary, content or item.content)


def _settled(output: Output, told: list[Item], number: int) -> Slot:
    """Return the slot for a final item, its gaps filled from the streamed one it stands for."""
    item = told[number]
    alike = [slot for slot in output if type(item) in slot.place.types]
    same_id = [slot for slot in alike if item.id and slot.place.item_id == item.id]
    rank = sum(type(other) is type(item) for other in told[:number])
    streamed = same_id[:1] or alike[rank : rank + 1]
    if streamed:
        item = merge(item_of(streamed[0]), item)
        if isinstance(item, Message) and not _says(item):
            item = item_of(replace(streamed[0], item=item, done=False))
    return Slot(Place(number, item.id or None, (type(item),)), item, done=True)


def _find(output: Output, place: Place, *, fresh: bool = False) -> int | None:
    """Return the number of the slot that is meant; a fresh item never continues another one."""
    alike = [n for n, slot in enumerate(output) if _fits(slot, place.types)]
    for n in reversed(alike):
        if place.output_index is not None and output[n].place.output_index == place.output_index:
            return n
    for n in reversed(alike):
        if place.item_id is not None and output[n].place.item_id == place.item_id:
            return n
    return next((n for n in reversed(alike) if _may_be(output[n], place, fresh=fresh)), None)


def _may_be(slot: Slot, place: Place, *, fresh: bool) -> bool:
    """Return whether a slot may be meant although neither index nor id matches."""
    known = slot.place
    if slot.done:
        return False
    if fresh:  # texts that came before their item, without a place
        return slot.item is None and known.output_index is None and known.item_id is None
    if place.output_index is None:
        return True
    return known.output_index is None and (known.item_id is None or place.item_id is None)


def _placed(slot: Slot, place: Place) -> Slot:
    """Return the slot with what an event adds to its place: the index, else the id."""
    known = slot.place
    if place.output_index is not None:
        if place.output_index == known.output_index:
            return slot
        return replace(slot, place=replace(known, output_index=place.output_index))
    if known.item_id or not place.item_id:
        return slot
    return replace(slot, place=replace(known, item_id=place.item_id))


def _fits(slot: Slot, types: Types) -> bool:
    return any(kind in types for kind in slot.place.types)


def _set(output: Output, number: int | None, slot: Slot) -> Output:
    if number is None:
        return (*output, slot)
    return (*output[:number], slot, *output[number + 1 :])
