"""The turn while it grows, as widgets; a static output takes their place when it ends."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from IPython.display import display

from qwen_magic.conversation.calls import is_call
from qwen_magic.notebook.approval import ApprovalBar
from qwen_magic.notebook.card_html import line_html
from qwen_magic.notebook.cards import card_at
from qwen_magic.notebook.footer import hint
from qwen_magic.notebook.stopping import ADVICE, StopBar
from qwen_magic.notebook.widgets import Body, Column, Fold, Look

if TYPE_CHECKING:
    from IPython.core.display_functions import DisplayHandle

    from qwen_magic.conversation.approval import Decision
    from qwen_magic.conversation.calls import Call
    from qwen_magic.conversation.output import Slot
    from qwen_magic.conversation.turn import Turn
    from qwen_magic.notebook.cards import Card

__all__ = ["GrowingView"]

_VIEW = "application/vnd.jupyter.widget-view+json"
_WITHOUT_WIDGETS = f"The answer is being written and appears here when it is whole; {ADVICE}."
_DRAWING_SHARE = 0.25  # of the time, at most
_NEW = 4  # items to begin with one drawing: a server drops what comes in a flood
_LONG = 3.0  # seconds of waiting that are told


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
        self._root = self._look.root(self._column.box, self._bar.box)
        self._show_reasoning = show_reasoning
        self._pause = 1 / updates_per_second
        self._began = time.monotonic()
        self._waiting = _Waiting(self._began)
        self._next = 0.0
        self._handle: DisplayHandle | None = None
        self._drawn: Turn | None = None
        self._approvals: dict[int, ApprovalBar] = {}

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
        calling = any(item.status == "running" for item in turn.items if is_call(item))
        self._bar.is_calling = calling
        if now < self._next and not (calling and turn is not self._drawn):
            return  # a call holds the kernel: what is not drawn before it is drawn after it
        self._drawn = turn
        self._draw(turn, now)
        if self._handle is None:
            self._handle = self._display()
        drawn = time.monotonic()
        self._next = drawn + max(self._pause, (drawn - now) / _DRAWING_SHARE)

    def settle(self, data: dict[str, str], metadata: dict[str, Any]) -> None:
        """Put the static output in the widgets' place, then close them."""
        if self._handle is None:
            display(data, metadata=metadata, raw=True)
        else:
            self._handle.update(data, metadata=metadata, raw=True)
        self._look.close()

    def ask(self, number: int, call: Call) -> None:
        """Show a row of buttons for a call that is to be approved."""
        bar = self._approvals[number] = ApprovalBar(self._look, call)
        self._column.add(bar.box)

    def answer(self, number: int) -> Decision | None:
        """Return what was pressed, if something was."""
        return self._approvals[number].decision

    def opened(self, turn: Turn) -> frozenset[int]:
        """Return the numbers of the items that stay open when the turn, which has ended, settles.

        Those are what the reader opened, as far as the kernel has heard, and what was still being
        written when the turn was stopped.
        """
        cut = turn.status != "completed"
        return frozenset(n for n, entry in enumerate(self._entries) if entry.stays_open(cut=cut))

    def _display(self) -> DisplayHandle | None:
        view = {"model_id": self._root.model_id, "version_major": 2, "version_minor": 0}
        shown = {
            _VIEW: view,
            "text/html": f"<p>{_WITHOUT_WIDGETS}</p>",
            "text/plain": _WITHOUT_WIDGETS,
        }
        handle: DisplayHandle | None = display(shown, raw=True, display_id=True)
        return handle

    def _draw(self, turn: Turn, now: float) -> None:
        last = len(turn.output) - 1
        for number, slot in enumerate(turn.output[: len(self._entries) + _NEW]):
            known = self._entries[number] if number < len(self._entries) else None
            if known is None or known.is_stale(slot, is_last=number == last):
                self._draw_item(number, slot, card_at(turn, number), now)
        self._bar.show(self._waiting.told(turn, now), now - self._began)

    def _draw_item(self, number: int, slot: Slot, card: Card, now: float) -> None:
        if number == len(self._entries):
            self._entries.append(_Entry(self._look, card, now))
        entry = self._entries[number]
        entry.show(slot, card, now)
        visible = self._show_reasoning or card.kind != "reasoning"
        if visible and not entry.is_placed and (card.parts or card.kind == "tool"):
            self._column.add(entry.shown.box)
            entry.is_placed = True


class _Waiting:
    """What the turn waits for, and for how long, if that is long."""

    def __init__(self, now: float) -> None:
        self._turn: Turn | None = None
        self._heard = now
        self._words = ""
        self._since = now

    def told(self, turn: Turn, now: float) -> str:
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
        self._state = card.state
        self._slot: Slot | None = None

    def stays_open(self, *, cut: bool) -> bool:
        """Return whether it stays open when the turn settles, complete or cut."""
        fold = self.shown
        return isinstance(fold, Fold) and fold.is_open and (fold.is_chosen or cut)

    def is_stale(self, slot: Slot, *, is_last: bool) -> bool:
        """Return whether the item changed, or ended because another began."""
        return slot is not self._slot or (self._ended is None and not is_last)

    def show(self, slot: Slot, card: Card, now: float) -> None:
        busy = card.is_busy
        if card.state != self._state:
            self._state = card.state
            self._began = self._began if card.state != "running" else now
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
