"""The turn while it grows, as widgets; a static output takes their place when it ends."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from IPython.display import display
from ipywidgets import VBox

from qwen_magic.notebook.card_html import line_html
from qwen_magic.notebook.cards import card_at
from qwen_magic.notebook.footer import hint
from qwen_magic.notebook.stopping import StopBar
from qwen_magic.notebook.widgets import Body, Column, Fold, Look

if TYPE_CHECKING:
    from IPython.core.display_functions import DisplayHandle

    from qwen_magic.conversation.output import Slot
    from qwen_magic.conversation.turn import Turn
    from qwen_magic.notebook.cards import Card

__all__ = ["GrowingView"]

_VIEW = "application/vnd.jupyter.widget-view+json"
_WITHOUT_WIDGETS = "The answer is being written; it appears here when it is whole."
_DRAWING_SHARE = 0.25  # of the time, at most


class GrowingView:
    """One output: widgets while the turn grows, then what is saved."""

    def __init__(
        self,
        notes: tuple[str, ...],
        *,
        updates_per_second: float,
        show_reasoning: bool,
        can_stop: bool,
    ) -> None:
        self._look = Look()
        self._entries: list[_Entry] = []
        self._column = Column(self._look)
        if notes:
            self._column.add(self._look.html("".join(map(line_html, notes))))
        self._bar = StopBar(self._look, in_time=can_stop)
        self._root = self._look.keep(
            VBox((self._column.box, self._bar.box), layout=self._look.layout)
        )
        self._look.dress(self._root)
        self._show_reasoning = show_reasoning
        self._pause = 1 / updates_per_second
        self._began = time.monotonic()
        self._next = 0.0
        self._handle: DisplayHandle | None = None

    @property
    def is_connected(self) -> bool:
        """Whether the kernel can talk to widgets at all."""
        return self._root.comm is not None

    def show(self, turn: Turn) -> None:
        """Draw what is new, unless the last drawing was a moment ago.

        Raises:
            KeyboardInterrupt: The Stop button was pressed.
        """
        if self._bar.pressed.is_set():
            raise KeyboardInterrupt
        now = time.monotonic()
        if now < self._next:
            return
        self._draw(turn, now)
        if self._handle is None:
            self._handle = self._display()
        self._bar.free()
        drawn = time.monotonic()
        self._next = drawn + max(self._pause, (drawn - now) / _DRAWING_SHARE)

    def settle(self, data: dict[str, str], metadata: dict[str, Any]) -> None:
        """Put the static output in the widgets' place, then close them."""
        if self._handle is None:
            display(data, metadata=metadata, raw=True)
        else:
            self._handle.update(data, metadata=metadata, raw=True)
        self._look.close()

    def opened(self) -> list[bool]:
        """Return which items stand open, as far as the kernel has heard of the reader's clicks."""
        return [entry.is_open for entry in self._entries]

    def _display(self) -> DisplayHandle | None:
        view = {"model_id": self._root.model_id, "version_major": 2, "version_minor": 0}
        shown = {
            _VIEW: view,
            "text/html": f"<p>{_WITHOUT_WIDGETS}</p>",
            "text/plain": _WITHOUT_WIDGETS,
        }
        return display(shown, raw=True, display_id=True)

    def _draw(self, turn: Turn, now: float) -> None:
        for number, slot in enumerate(turn.output):
            known = self._entries[number] if number < len(self._entries) else None
            if known is None or known.is_stale(slot, is_last=number + 1 == len(turn.output)):
                self._draw_item(number, slot, card_at(turn, number), now)
        waited = f" {now - self._began:.0f} s" if hint(turn) else ""
        self._bar.show(f"{hint(turn)}{waited}")

    def _draw_item(self, number: int, slot: Slot, card: Card, now: float) -> None:
        if number == len(self._entries):
            self._entries.append(_Entry(self._look, card, now))
        entry = self._entries[number]
        entry.show(slot, card, now)
        visible = self._show_reasoning or card.kind != "reasoning"
        if visible and not entry.is_placed and (card.parts or card.kind == "tool"):
            self._column.add(entry.shown.box)
            entry.is_placed = True


class _Entry:
    """One item's place in the view."""

    def __init__(self, look: Look, card: Card, now: float) -> None:
        self.shown: Body | Fold = Body(look) if card.kind == "answer" else Fold(look)
        self.is_placed = False
        self._began = now
        self._ended: float | None = None
        self._slot: Slot | None = None

    @property
    def is_open(self) -> bool:
        return isinstance(self.shown, Fold) and self.shown.is_open

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
