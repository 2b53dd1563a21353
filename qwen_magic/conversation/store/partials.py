"""What of a growing turn must still be written down, and what was, put together again (pure).

A text is written as it grows, piece by piece, so that what is written grows with the answer and
not with its square; any other item is written whole, each time that it changed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from qwen_magic.conversation.turn.records import item_json, read_item
from qwen_magic.responses.items import Item, Message, Part, Reasoning

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Kind", "Piece", "Written", "pieces", "whole"]

Kind: TypeAlias = Literal["more", "item"]


_NOTHING = Message(content=(Part(),))


class Piece(Struct, frozen=True):
    """More of the text of the item at an index, or that item whole, as JSON."""

    index: int
    kind: Kind
    text: str


class Written(Struct, frozen=True):
    """An item as far as it was written: without its text, and that text's length."""

    item: Item | None = None
    text: str = ""


def pieces(
    written: Sequence[Written], items: Sequence[Item]
) -> tuple[list[Piece], tuple[Written, ...]]:
    """Return what is to be written down now, and what will then have been written."""
    found: list[Piece] = []
    now: list[Written] = []
    for index, item in enumerate(items):
        known = written[index] if index < len(written) else Written()
        frame, text = _apart(item)
        grows = text.startswith(known.text) and frame == known.item
        if not grows:
            found.append(Piece(index, "item", item_json(item)))
        elif len(text) > len(known.text):
            found.append(Piece(index, "more", text[len(known.text) :]))
        now.append(Written(frame, text))
    return found, tuple(now)


def whole(found: Iterable[Piece]) -> tuple[Item, ...]:
    """Return the items that were written down, in their order."""
    frames: dict[int, Item] = {}
    texts: dict[int, list[str]] = {}
    for piece in found:
        if piece.kind == "item":
            frames[piece.index], text = _apart(_read(piece.text))
            texts[piece.index] = [text]
        else:
            texts.setdefault(piece.index, []).append(piece.text)
    return tuple(
        _joined(frames.get(index, _NOTHING), "".join(texts[index])) for index in sorted(texts)
    )


def _apart(item: Item) -> tuple[Item, str]:
    """Return an item without the text that grows, and that text."""
    match item:
        case Message(content=(Part(text, "", ()),)):
            return replace(item, content=(Part(),)), text
        case Reasoning(summary=(text,), content=()):
            return replace(item, summary=("",)), text
        case Reasoning(summary=(), content=(text,)):
            return replace(item, content=("",)), text
        case _:
            return item, ""


def _joined(frame: Item, text: str) -> Item:
    match frame:
        case Message(content=(Part("", "", ()),)):
            return replace(frame, content=(Part(text),))
        case Reasoning(summary=("",), content=()):
            return replace(frame, summary=(text,))
        case Reasoning(summary=(), content=("",)):
            return replace(frame, content=(text,))
        case _:
            return frame


def _read(text: str) -> Item:
    try:
        return read_item(json.loads(text))
    except (ValueError, RecursionError):
        return read_item(text)
