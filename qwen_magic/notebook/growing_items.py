"""The items of a growing turn, as widgets below each other, and what the turn waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwen_magic.notebook.cards import card_at
from qwen_magic.notebook.footer import hint
from qwen_magic.notebook.widgets import Body, Fold

if TYPE_CHECKING:
    from qwen_magic.conversation.output import Slot
    from qwen_magic.conversation.turn import Turn
    from qwen_magic.notebook.cards import Card
    from qwen_magic.notebook.widgets import Column, Look

__all__ = ["GrowingItems", "Waiting"]

_NEW = 4  # items to begin with one drawing: a server drops what comes in a flood
_LONG = 3.0  # seconds of waiting that are told


class GrowingItems:
    """A turn's items in a column; only what changed is drawn again."""

    def __init__(self, look: Look, column: Column, *, show_reasoning: bool) -> None:
        self._look = look
        self._column = column
        self._show_reasoning = show_reasoning
        self._entries: list[_Entry] = []

    def draw(self, turn: Turn, now: float) -> None:
        """Draw what is new in the turn; of one that has ended, also what is no longer busy."""
        last = -1 if turn.ended else len(turn.output) - 1
        for number, slot in enumerate(turn.output[: len(self._entries) + _NEW]):
            known = self._entries[number] if number < len(self._entries) else None
            if known is None or known.is_stale(slot, is_last=number == last):
                self._draw_item(number, slot, card_at(turn, number), now)

    def opened(self, turn: Turn) -> frozenset[int]:
        """Return the numbers of the items that stay open when the turn, which has ended, settles.

        Those are what the reader opened, as far as the kernel has heard, and what was still being
        written when the turn was stopped.
        """
        cut = turn.status != "completed"
        return frozenset(n for n, entry in enumerate(self._entries) if entry.stays_open(cut=cut))

    def _draw_item(self, number: int, slot: Slot, card: Card, now: float) -> None:
        if number == len(self._entries):
            self._entries.append(_Entry(self._look, card, now))
        entry = self._entries[number]
        entry.show(slot, card, now)
        visible = self._show_reasoning or card.kind != "reasoning"
        if visible and not entry.is_placed and (card.parts or card.kind == "tool"):
            self._column.add(entry.shown.box)
            entry.is_placed = True


class Waiting:
    """What the turn waits for, and for how long, if that is long."""

    def __init__(self, now: float) -> None:
        self._turn: Turn | None = None
        self._heard = now
        self._words = ""
        self._since = now

    def told(self, turn: Turn, now: float) -> str:
        """Return what it waits for; nothing while the answer is being written."""
        if turn is not self._turn:
            self._turn, self._heard = turn, now
        words = hint(turn)
        if words != self._words:
            self._words, self._since = words, now
        seconds = now - (self._since if words else self._heard)
        return f"{words or 'Waiting for more…'} {seconds:.0f} s" if seconds >= _LONG else words


class _Entry:
    """One item's place in the view."""

    def __init__(self, look: Look, card: Card, now: float) -> None:
        is_answer = card.kind == "answer"
        self.shown: Body | Fold = Body(look, is_answer=True) if is_answer else Fold(look)
        self.is_placed = False
        self._began = now
        self._ended: float | None = None
        self._slot: Slot | None = None

    def stays_open(self, *, cut: bool) -> bool:
        """Return whether it stays open when the turn settles, complete or cut."""
        fold = self.shown
        return isinstance(fold, Fold) and fold.is_open and (fold.is_chosen or cut)

    def is_stale(self, slot: Slot, *, is_last: bool) -> bool:
        """Return whether the item changed, or ended because another began."""
        return slot is not self._slot or (self._ended is None and not is_last)

    def show(self, slot: Slot, card: Card, now: float) -> None:
        busy = card.state == "running"
        if not busy and self._ended is None:
            self._ended = now
        if isinstance(self.shown, Fold):
            self.shown.show(card, self._heading(card), busy=busy)
        else:
            self.shown.show(card.parts, growing=busy)
        self._slot = slot

    def _heading(self, card: Card) -> str:
        if self._ended is None:
            return card.heading
        seconds = f"{self._ended - self._began:.1f} s"
        if card.kind == "reasoning":
            return f"Thought for {seconds}"
        return f"{card.heading} · {seconds}"
