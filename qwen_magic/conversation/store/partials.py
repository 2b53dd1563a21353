"""How to write a growing turn in pieces, and how to put the pieces together again (pure).

A text is written piece by piece as it grows, so the amount written grows with the answer, not with
its square. Any other item is written whole each time it changes.
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


_OPEN = "\n"  # stands for thoughts that grow; they never end with a line end themselves
_NOTHING = Message(content=(Part(),))


class Piece(Struct, frozen=True):
    """More text of the item at an index, or the whole item as JSON."""

    index: int
    kind: Kind
    text: str


class Written(Struct, frozen=True):
    """An item as far as it was written: the item without its text, and the text."""

    item: Item | None = None
    text: str = ""


def pieces(
    written: Sequence[Written], items: Sequence[Item]
) -> tuple[list[Piece], tuple[Written, ...]]:
    """Return the pieces to write now, and all that will be written after that."""
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
    """Return the items that were written, in order."""
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
    """Return an item without its growing text, and that text."""
    match item:
        case Message(content=() | (Part("", "", ()),), thought=text) if text:
            return replace(item, thought=_OPEN), text
        case Message(content=(Part(text, "", annotations),)):
            return replace(item, content=(Part(annotations=annotations),)), text
        case Reasoning(summary=(text,), content=()):
            return replace(item, summary=("",)), text
        case Reasoning(summary=(), content=(text,)):
            return replace(item, content=("",)), text
        case _:
            return item, ""


def _joined(frame: Item, text: str) -> Item:
    match frame:
        case Message(content=() | (Part("", "", ()),), thought=thought) if thought == _OPEN:
            return replace(frame, thought=text)
        case Message(content=(Part("", "", annotations),)):
            return replace(frame, content=(Part(text, annotations=annotations),))
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
