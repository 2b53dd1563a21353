"""The turn while it grows, as widgets; a static output takes their place when it ends."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from IPython.display import display

from qwen_magic.conversation.turn.calls import unanswered
from qwen_magic.notebook.cards.html import line_html
from qwen_magic.notebook.kernel.signals import listening
from qwen_magic.notebook.live.approval import ApprovalBar
from qwen_magic.notebook.live.growing_items import GrowingItems, Waiting
from qwen_magic.notebook.live.stopping import ADVICE, StopBar
from qwen_magic.notebook.live.widgets import Column, Look

if TYPE_CHECKING:
    from IPython.core.display_functions import DisplayHandle

    from qwen_magic.conversation.tools.approval import Approver, Decision
    from qwen_magic.conversation.turn.calls import Call
    from qwen_magic.conversation.turn.turn import Turn

__all__ = ["GrowingView"]

_VIEW = "application/vnd.jupyter.widget-view+json"
_WITHOUT_WIDGETS = f"The answer is being written and appears here when it is whole; {ADVICE}."
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
        otherwise: Approver,
    ) -> None:
        """Show nothing yet.

        Args:
            notes: Lines above the answer.
            updates_per_second: How often it is redrawn, at most.
            show_reasoning: Whether reasoning is displayed.
            can_stop: Whether the kernel can hear a button while the cell runs.
            otherwise: Approves calls if no button is heard.
        """
        self._look = Look()
        self._column = Column(self._look)
        if notes:
            self._column.add(self._look.html("".join(map(line_html, notes))))
        self._bar = StopBar(self._look, in_time=can_stop)
        self._items = GrowingItems(self._look, self._column, show_reasoning=show_reasoning)
        self._root = self._look.root(self._column.box, self._items.listed, self._bar.box)
        self._pause = 1 / updates_per_second
        self._began = time.monotonic()
        self._waiting = Waiting(self._began)
        self._next = 0.0
        self._handle: DisplayHandle | None = None
        self._drawn: Turn | None = None
        self._approvals: dict[int, ApprovalBar] = {}
        self._otherwise = otherwise

    @property
    def is_connected(self) -> bool:
        """Whether the kernel can talk to widgets at all."""
        return self._root.comm is not None

    def show(self, turn: Turn) -> None:
        """Draw what is new, unless the last drawing was a moment ago.

        Raises:
            KeyboardInterrupt: The Stop button was pressed.
        """
        now = time.monotonic()
        calling = any(call.status == "running" for call in unanswered(turn))
        self._bar.calling = listening() if calling else None
        if self._bar.pressed.is_set():  # checked last: from here on, a press interrupts
            raise KeyboardInterrupt
        if now < self._next and not (calling and turn is not self._drawn):
            return  # draw before a call, which holds the kernel until it returns
        self._drawn = turn
        self._items.draw(turn, now)
        self._bar.show(self._waiting.told(turn, now), now - self._began)
        if self._handle is None:
            self._handle = self._display()
        drawn = time.monotonic()
        self._next = drawn + max(self._pause, (drawn - now) / _DRAWING_SHARE)

    def settle(self, data: dict[str, str], metadata: dict[str, Any]) -> None:
        """Put the static output in the widgets' place, then close them."""
        if self._handle is None:
            self._handle = display(data, metadata=metadata, raw=True, display_id=True)
        else:
            self._handle.update(data, metadata=metadata, raw=True)
        self._look.close()

    def ask(self, number: int, call: Call) -> None:
        """Show a row of buttons for a call that needs approval."""
        bar = self._approvals[number] = ApprovalBar(self._look, call)
        self._column.add(bar.box)

    def answer(self, number: int) -> Decision | None:
        """Return what was pressed, if anything was; if no button is heard, ask the other way."""
        bar = self._approvals[number]
        if bar.decision is None and not self._bar.is_heard(time.monotonic() - self._began):
            self._otherwise.ask(number, bar.call)
            bar.decide(self._otherwise.answer(number))
        return bar.decision

    def opened(self, turn: Turn) -> frozenset[int]:
        """Return the numbers of the items that stay open when the ended turn settles."""
        return self._items.opened(turn)

    def _display(self) -> DisplayHandle | None:
        view = {"model_id": self._root.model_id, "version_major": 2, "version_minor": 0}
        shown = {
            _VIEW: view,
            "text/html": f"<p>{_WITHOUT_WIDGETS}</p>",
            "text/plain": _WITHOUT_WIDGETS,
        }
        handle: DisplayHandle | None = display(shown, raw=True, display_id=True)
        return handle
