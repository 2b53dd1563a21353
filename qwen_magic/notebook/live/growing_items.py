"""The items of a growing turn, as a column of widgets, and what the turn waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwen_magic.notebook.cards.footer import hint
from qwen_magic.notebook.cards.sources import sources_card
from qwen_magic.notebook.live.body import Fold
from qwen_magic.notebook.live.entries import PAGE, Page

if TYPE_CHECKING:
    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.notebook.cards.cards import Card
    from qwen_magic.notebook.live.widgets import Column, Look

__all__ = ["GrowingItems", "Waiting"]

_NEW = 4  # new items in one drawing: a server drops messages that come in a flood
_LONG = 3.0  # seconds; a longer wait is told


class GrowingItems:
    """A turn's items in a column; only what changed is drawn again.

    Attributes:
        listed: The list of sources, which stands below all else.
    """

    def __init__(self, look: Look, column: Column, *, show_reasoning: bool) -> None:
        self._look = look
        self._column = column
        self._show_reasoning = show_reasoning
        self._pages: list[Page] = []
        self._sources: Fold | None = None
        self._listed: Card | None = None
        self.listed = look.box()

    def draw(self, turn: Turn, now: float) -> None:
        """Draw what is new in the turn."""
        new = _NEW
        for number in range(-(-len(turn.output) // PAGE)):
            if number == len(self._pages):
                self._add_page(number * PAGE)
            new -= self._pages[number].show(turn, now, new=new)
            if not new:
                break
        self._list(sources_card(turn))

    def opened(self, turn: Turn) -> frozenset[int]:
        """Return the numbers of the items that stay open when the ended turn settles.

        Those are what the reader opened, as far as the kernel has heard, and what was still being
        written when the turn was stopped.
        """
        cut = turn.status != "completed"
        listed = self._sources is not None and self._sources.is_open
        return frozenset(
            (
                *(n for page in self._pages for n in page.opened(cut=cut)),
                *((len(turn.output),) if listed else ()),
            )
        )

    def _list(self, card: Card | None) -> None:
        if card is None or card == self._listed:
            return
        if self._sources is None:
            self._sources = Fold(self._look)
            self.listed.children = (self._sources.box,)
        self._sources.show(card, card.heading, busy=False)
        self._listed = card

    def _add_page(self, first: int) -> None:
        page = Page(self._look, first, show_reasoning=self._show_reasoning)
        self._column.add(page.box)
        self._pages.append(page)


class Waiting:
    """What the turn waits for, and how long, if it takes long."""

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
