"""The live view of a map: widgets while it runs, then one static output."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Protocol

from IPython.display import display

from qwen_magic.notebook.cards.html import line_html
from qwen_magic.notebook.live.stopping import ADVICE, StopBar
from qwen_magic.notebook.live.widgets import Look
from qwen_magic.notebook.mapping.drawing import growing_html, newest_html

if TYPE_CHECKING:
    from IPython.core.display_functions import DisplayHandle

    from qwen_magic.notebook.kernel.frontend import Frontend
    from qwen_magic.notebook.mapping.seen import Seen

__all__ = ["MapView", "map_view"]

_VIEW = "application/vnd.jupyter.widget-view+json"
_WITHOUT_WIDGETS = f"Rows are being asked; what came of them appears here at the end; {ADVICE}."
_PAUSE = 0.5  # seconds between two drawings


class MapView(Protocol):
    """Shows a map."""

    def show(self, seen: Seen) -> None:
        """Show how far it is; called often.

        Raises:
            KeyboardInterrupt: The reader stopped it.
        """

    def settle(self, data: dict[str, str], metadata: dict[str, Any]) -> None:
        """Show how it ended."""


def map_view(frontend: Frontend, notes: tuple[str, ...]) -> MapView:
    """Return the view that a front end can show; notes stand above it."""
    if frontend.display != "live":
        from qwen_magic.notebook.mapping.ticking import Ticking

        return Ticking(notes, is_seen=frontend.display == "terminal")
    view = Widgets("".join(map(line_html, notes)), can_stop=frontend.has_subshells)
    return view if view.is_connected else Once()


class Once:
    """One display at the end."""

    def show(self, seen: Seen) -> None:
        """Wait for the end."""

    def settle(self, data: dict[str, str], metadata: dict[str, Any]) -> None:
        """Show how it ended."""
        display(data, metadata=metadata, raw=True)


class Widgets:
    """A bar, two lines, Stop and the newest rows, redrawn twice a second.

    Args:
        notes: HTML above them.
        can_stop: Whether the kernel can hear a button while the cell runs.
    """

    def __init__(self, notes: str, *, can_stop: bool) -> None:
        self._look = Look()
        self._above = self._look.html(notes)
        self._state = self._look.html("")
        self._newest = self._look.html("")
        self._bar = StopBar(self._look, in_time=can_stop)
        self._root = self._look.root(self._above, self._state, self._bar.box, self._newest)
        self._began = time.monotonic()
        self._next = 0.0
        self._handle: DisplayHandle | None = None

    @property
    def is_connected(self) -> bool:
        """Whether the kernel can talk to widgets at all."""
        return self._root.comm is not None

    def show(self, seen: Seen) -> None:
        """Draw it, unless the last drawing was a moment ago.

        Raises:
            KeyboardInterrupt: The Stop button was pressed.
        """
        if self._bar.pressed.is_set():
            raise KeyboardInterrupt
        now = time.monotonic()
        if now < self._next:
            return
        self._state.value = growing_html(seen)
        self._newest.value = newest_html(seen)
        self._bar.show("", now - self._began)
        if self._handle is None:
            self._handle = self._display()
        self._next = now + _PAUSE

    def settle(self, data: dict[str, str], metadata: dict[str, Any]) -> None:
        """Put the static output in the widgets' place, then close them."""
        if self._handle is None:
            display(data, metadata=metadata, raw=True)
        else:
            self._handle.update(data, metadata=metadata, raw=True)
        self._look.empty()
        self._look.close()

    def _display(self) -> DisplayHandle | None:
        view = {"model_id": self._root.model_id, "version_major": 2, "version_minor": 0}
        shown = {
            _VIEW: view,
            "text/html": f"<p>{_WITHOUT_WIDGETS}</p>",
            "text/plain": _WITHOUT_WIDGETS,
        }
        handle: DisplayHandle | None = display(shown, raw=True, display_id=True)
        return handle
