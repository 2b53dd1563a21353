"""What to print next of a growing turn, in a terminal, which cannot take anything back (pure).

An answer is printed block by block, each when it is finished; a tool call, when it is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias
from zlib import crc32

from qwen_magic.notebook.cards.cards import card_at
from qwen_magic.notebook.cards.footer import ending, footer, place_notes
from qwen_magic.notebook.cards.sources import sources_card
from qwen_magic.notebook.cards.text import card_plain, quote, said, written
from qwen_magic.notebook.markdown.escapes import strip_controls
from qwen_magic.responses.items import Message, Reasoning

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.notebook.cards.cards import Card

__all__ = ["Printed", "advance_print"]

_TEXTS = frozenset({Message, Reasoning})
_DIM, _PLAIN = "\x1b[2m", "\x1b[22m"


@dataclass(frozen=True, slots=True)
class _Mark:
    """How much of one item is printed, and its checksum: the item may be rewritten."""

    kind: str = ""
    length: int = 0
    checksum: int = 0
    is_over: bool = False


_Marks: TypeAlias = tuple[tuple[_Mark, _Mark], ...]
"""Of each item: how much is printed of thoughts that came in its text, and of itself."""


@dataclass(frozen=True, slots=True)
class Printed:
    """How much of a turn stands in the terminal."""

    marks: _Marks = ()
    last: str = ""
    ended: bool = False


@dataclass(frozen=True, slots=True)
class _Piece:
    """Lines to print; a piece that goes on follows what is there without a gap."""

    kind: str
    text: str
    goes_on: bool = False


def advance_print(
    printed: Printed, turn: Turn, *, color: bool = False, show_reasoning: bool = True
) -> tuple[Printed, str]:
    """Return what stands in the terminal after more of the turn is printed, and that text.

    Args:
        printed: What stands there; `Printed()` at first.
        turn: The turn as it has grown.
        color: Whether the terminal can dim text.
        show_reasoning: Whether the model's reasoning is printed.
    """
    if printed.ended:
        return printed, ""
    marks, pieces = _arrived(printed.marks, turn)
    if not show_reasoning:
        pieces = [piece for piece in pieces if piece.kind != "reasoning"]
    if turn.ended:
        listed = sources_card(turn)
        pieces += [_Piece("sources", card_plain(listed))] if listed else []
        closing = "\n".join(filter(None, (ending(turn), *place_notes(turn), footer(turn))))
        pieces += [_Piece("footer", closing)] if closing else []
    text, last = _written(pieces, printed.last, color=color)
    return Printed(marks, last, turn.ended), text


def _arrived(known: _Marks, turn: Turn) -> tuple[_Marks, list[_Piece]]:
    """Return what to print; look at finished items again when the turn ends."""
    marks: list[tuple[_Mark, _Mark]] = []
    pieces: list[_Piece] = []
    for number in range(len(turn.output)):
        thought, mark = known[number] if number < len(known) else (_Mark(), _Mark())
        if turn.ended or not mark.is_over:
            card = card_at(turn, number)
            if card.before and not (thought.is_over or mark.length):  # else it is printed already
                is_over = not card.before.is_busy
                thought, found = _news(thought, card.before, is_over=is_over)
                pieces += found
            mark, found = _news(mark, card, is_over=_is_over(turn, number, card))
            pieces += found
        marks.append((thought, mark))
    return tuple(marks), pieces


def _is_over(turn: Turn, number: int, card: Card) -> bool:
    """Return whether a card has all that it will tell; a search says `completed` before that."""
    slot, *later = turn.output[number:]
    if card.kind != "tool" or card.is_busy:
        return not card.is_busy
    followed = any(_TEXTS.intersection(other.place.types) for other in later)
    return turn.ended or slot.done or (followed and card.state != "running")


def _news(mark: _Mark, card: Card, *, is_over: bool) -> tuple[_Mark, list[_Piece]]:
    """Return what to print of one item."""
    if card.kind != "tool":
        return _more(mark, card, is_over=is_over)
    if not is_over or mark.kind == "tool":
        return mark, []
    return _Mark("tool", is_over=True), [_Piece("tool", card_plain(card))]


def _more(mark: _Mark, card: Card, *, is_over: bool) -> tuple[_Mark, list[_Piece]]:
    """Return what to print of a text: its finished blocks, and the rest when it ends.

    Marks of citations are no part of the text that is compared: they come after it.
    """
    kind, text = card.kind, written(card)
    if not _begins(text, mark, kind):
        if not is_over:
            return mark, []
        whole = _Mark(kind, len(text), _checksum(text), is_over=True)
        told = [_Piece("line", "Final answer:"), _Piece(kind, said(card))]
        return whole, told if kind == "answer" else []
    new = text[mark.length :]
    new = (new if is_over else "".join(_finished(new))).rstrip("\r\n")
    checksum = _checksum(new, mark.checksum)
    known = _Mark(kind, mark.length + len(new), checksum, is_over=is_over)
    told = [_Piece(kind, said(card, mark.length, known.length), goes_on=mark.length > 0)]
    return known, told if new.strip() else []


def _begins(text: str, mark: _Mark, kind: str) -> bool:
    same = mark.kind in {"", kind}
    return same and _checksum(text[: mark.length]) == mark.checksum and len(text) >= mark.length


def _checksum(text: str, before: int = 0) -> int:
    return crc32(text.encode(errors="replace"), before)


def _finished(text: str) -> list[str]:
    from qwen_magic.notebook.markdown.markdown import split_blocks

    return split_blocks(text)[0]


def _written(pieces: Iterable[_Piece], last: str, *, color: bool) -> tuple[str, str]:
    """Return the pieces as lines, and the kind of the last one."""
    text = ""
    for piece in pieces:
        lines = strip_controls(piece.text).rstrip("\n")
        if piece.goes_on and piece.kind == last:
            lines = lines.removeprefix("\n")  # it is printed already
        else:
            lines = lines.lstrip("\n")
            text += "\n" if last and not (piece.kind == last == "tool") else ""
        text += f"{_styled(lines, piece.kind, color=color)}\n"
        last = piece.kind
    return text, last


def _styled(lines: str, kind: str, *, color: bool) -> str:
    if color and kind in {"reasoning", "footer", "sources"}:
        return "\n".join(f"{_DIM}{line}{_PLAIN}" if line else "" for line in lines.split("\n"))
    return quote(lines) if kind == "reasoning" else lines
