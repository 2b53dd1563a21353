"""The places of a growing turn's items: widgets for the newest, plain HTML for those long past.

Each card costs about ten messages, and a server drops all beyond 3,000 in three seconds. Each
widget costs the page time. So items stand in pages: a page that has ended becomes one piece of
HTML when the reader is probably two pages further on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from qwen_magic.notebook.cards.cards import card_at, stacked
from qwen_magic.notebook.cards.html import card_html
from qwen_magic.notebook.live.body import Body, Fold
from qwen_magic.notebook.live.widgets import Column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwen_magic.conversation.turn.output import Slot
    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.notebook.cards.cards import Card
    from qwen_magic.notebook.live.widgets import Look

__all__ = ["PAGE", "Page"]

PAGE = 16  # items of one page


class Page:
    """Items that follow each other."""

    def __init__(self, look: Look, first: int, *, show_reasoning: bool) -> None:
        self._look = look
        self._live = look.part()
        self._first = first
        self._show_reasoning = show_reasoning
        self._entries: list[_Entry] = []
        self._flat: tuple[Slot, ...] | None = None
        self._column = Column(look)
        self.box = self._column.box

    def show(self, turn: Turn, now: float, *, new: int) -> int:
        """Draw what changed, with at most this many new items; return how many were new."""
        known = len(self._entries)
        slots = turn.output[self._first : self._first + PAGE]
        if self._flat is not None or (not known and self._is_past(turn)):
            self._flatten(turn, slots)
            return 0
        for number, slot in enumerate(slots[: known + new], self._first):
            self._draw(turn, number, slot, now)
        if self._is_past(turn) and len(self._entries) == PAGE:
            self._flatten(turn, slots)
        return len(self._entries) - known

    def opened(self, *, cut: bool) -> Iterator[int]:
        """Yield the numbers of the items that stay open when the turn settles, complete or cut."""
        for number, entry in enumerate(self._entries, self._first):
            if entry.stays_open(cut=cut):
                yield number

    def _is_past(self, turn: Turn) -> bool:
        """Return whether all items have ended, and at least a whole page follows this one."""
        end = self._first + PAGE
        return len(turn.output) > end + PAGE and all(s.done for s in turn.output[self._first : end])

    def _draw(self, turn: Turn, number: int, slot: Slot, now: float) -> None:
        at = number - self._first
        is_last = not turn.ended and number == len(turn.output) - 1
        if at < len(self._entries) and not self._entries[at].is_stale(slot, is_last=is_last):
            return
        card = card_at(turn, number)
        if at == len(self._entries):
            self._entries.append(_Entry(self._live, card, now))
        entry = self._entries[at]
        if not entry.holds(card):  # an answer turned out to be a value that does not fit
            known, entry = entry, _Entry(self._live, card, now)
            self._entries[at] = entry
            if known.is_placed:
                self._column.swap(known.shown.box, entry.shown.box)
                entry.is_placed = True
        entry.show(slot, card, now)
        if card.before and self._show_reasoning:
            self._place_thought(entry, entry.think(card.before, now))
        if not entry.is_placed and self._shows(card):
            self._column.add(entry.shown.box)
            entry.is_placed = True

    def _place_thought(self, entry: _Entry, fold: Fold) -> None:
        """Put thoughts that came in an answer's text above it, even if it stands there already."""
        if entry.has_thought:
            return
        entry.has_thought = True
        if entry.is_placed:
            self._column.swap(entry.shown.box, fold.box, entry.shown.box)
        else:
            self._column.add(fold.box)

    def _shows(self, card: Card) -> bool:
        visible = self._show_reasoning or card.kind != "reasoning"
        return visible and bool(card.parts or card.kind == "tool")

    def _flatten(self, turn: Turn, slots: tuple[Slot, ...]) -> None:
        """Show the page as one piece of HTML; draw it again only if an item changed after all."""
        if self._flat is not None and all(a is b for a, b in zip(slots, self._flat, strict=True)):
            return
        self._flat = slots
        opened = set(self.opened(cut=False))
        drawn = ((n, card_at(turn, n)) for n in range(self._first, self._first + PAGE))
        each = ((n, c) for n, whole in drawn for c in stacked(whole))
        shown = (card_html(c, is_open=n in opened) for n, c in each if self._shows(c))
        self._column.show_only(self._look.html("".join(shown)))
        self._live.close()


class _Entry:
    """One item's place."""

    def __init__(self, look: Look, card: Card, now: float) -> None:
        is_answer = card.kind == "answer"
        self.shown: Body | Fold = Body(look, is_answer=True) if is_answer else Fold(look)
        self.is_placed = False
        self._began = now
        self._ended: float | None = None
        self._state = card.state
        self._slot: Slot | None = None
        self._look = look
        self._thought: _Entry | None = None
        self.has_thought = False

    def holds(self, card: Card) -> bool:
        """Return whether its widgets are those of such a card."""
        return isinstance(self.shown, Body) == (card.kind == "answer")

    def think(self, card: Card, now: float) -> Fold:
        """Show the thoughts that came in its text."""
        if self._thought is None:
            self._thought = _Entry(self._look, card, self._began)
        self._thought.show(None, card, now)
        return cast("Fold", self._thought.shown)

    def stays_open(self, *, cut: bool) -> bool:
        """Return whether it stays open when the turn settles, complete or cut."""
        if self._thought is not None:
            return self._thought.stays_open(cut=cut)
        fold = self.shown
        return isinstance(fold, Fold) and fold.is_open and (fold.is_chosen or cut)

    def is_stale(self, slot: Slot, *, is_last: bool) -> bool:
        """Return whether the item changed, or ended because another began."""
        return slot is not self._slot or (self._ended is None and not is_last)

    def show(self, slot: Slot | None, card: Card, now: float) -> None:
        """Show the item as it stands."""
        busy = card.is_busy
        if card.state == "running" != self._state:
            self._began = now  # a call's time counts from its approval
        self._state = card.state
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
        at_once = seconds == "0.0 s"
        if card.kind == "reasoning":
            return f"Thought for {'a moment' if at_once else seconds}"
        return card.heading if at_once else f"{card.heading} · {seconds}"
