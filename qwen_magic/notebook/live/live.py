"""A turn on the screen while it grows: redrawn in place, shown once at the end, or printed."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, Protocol

from IPython.display import display

from qwen_magic.conversation.tools.approval import Nobody
from qwen_magic.notebook.cards.views import bundle
from qwen_magic.notebook.live.prompting import AtPrompt
from qwen_magic.notebook.live.terminal import Printed, advance_print
from qwen_magic.notebook.markdown.escapes import strip_controls

if TYPE_CHECKING:
    from collections.abc import Container

    from IPython.core.display_functions import DisplayHandle

    from qwen_magic.conversation.tools.approval import Approver
    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.notebook.kernel.frontend import Frontend
    from qwen_magic.notebook.live.growing_view import GrowingView
    from qwen_magic.settings import Settings

__all__ = ["View", "view_for"]

_BYTES_PER_SECOND = 400_000  # what a browser redraws without falling behind
_DRAWING_SHARE = 0.25  # of the time, at most


class View(Protocol):
    """Shows a turn.

    Attributes:
        approver: Decides about calls while the turn is shown.
    """

    approver: Approver

    def show(self, turn: Turn) -> None:
        """Show the turn as it stands; called often, even with nothing new."""

    def settle(self, turn: Turn) -> None:
        """Show the turn as it ended; once more, if the server worked on it by then."""


def view_for(frontend: Frontend, settings: Settings, notes: tuple[str, ...]) -> View:
    """Return the view that the front end can show; notes stand above the answer."""
    approver: Approver = AtPrompt() if frontend.can_ask else Nobody()
    match frontend.display:
        case "live":
            return _live(frontend, settings, notes, approver)
        case "headless":
            return _Once(settings, notes)
        case "terminal":
            color = not frontend.in_kernel and sys.stdout.isatty()
            return _Printed(settings, notes, approver, color=color)


def _live(
    frontend: Frontend, settings: Settings, notes: tuple[str, ...], approver: Approver
) -> _Grown | _Redrawn:
    """Return the view made of widgets, or the redrawn one if the kernel cannot talk to widgets."""
    try:
        from qwen_magic.notebook.live.growing_view import GrowingView
    except ModuleNotFoundError:
        return _Redrawn(settings, notes, approver)
    growing = GrowingView(
        notes,
        updates_per_second=settings.updates_per_second,
        show_reasoning=settings.show_reasoning,
        can_stop=frontend.has_subshells,
        otherwise=approver,
    )
    if growing.is_connected:
        return _Grown(growing, settings, notes)
    return _Redrawn(settings, notes, approver)


class _Grown:
    """Widgets while the turn grows, one static output in their place at the end."""

    def __init__(self, growing: GrowingView, settings: Settings, notes: tuple[str, ...]) -> None:
        self.approver: Approver = growing
        self._growing = growing
        self._once = _Once(settings, notes)

    def show(self, turn: Turn) -> None:
        self._growing.show(turn)

    def settle(self, turn: Turn) -> None:
        self._growing.settle(*self._once.bundle(turn, opened=self._growing.opened(turn)))


class _Once:
    """One display at the end: a run without a person keeps each update as its own output."""

    def __init__(self, settings: Settings, notes: tuple[str, ...]) -> None:
        self.approver: Approver = Nobody()
        self._settings = settings
        self._notes = notes
        self._began = time.monotonic()
        self._handle: DisplayHandle | None = None

    def show(self, turn: Turn) -> None:
        """Wait for the end."""

    def settle(self, turn: Turn) -> None:
        data, metadata = self.bundle(turn)
        if self._handle is not None:
            self._handle.update(data, metadata=metadata, raw=True)
        elif turn.is_left:
            self._handle = display(data, metadata=metadata, raw=True, display_id=True)
        else:
            display(data, metadata=metadata, raw=True)

    def bundle(
        self, turn: Turn, opened: Container[int] = ()
    ) -> tuple[dict[str, str], dict[str, Any]]:
        """Return the turn as a MIME bundle and its metadata; some of its items stand open."""
        return bundle(
            turn,
            opened=opened,
            notes=self._notes,
            seconds=round(time.monotonic() - self._began, 3),
            show_reasoning=self._settings.show_reasoning,
        )


class _Redrawn:
    """One output, redrawn in place: less often as the answer grows, and always at the end."""

    def __init__(self, settings: Settings, notes: tuple[str, ...], approver: Approver) -> None:
        self.approver = approver
        self._once = _Once(settings, notes)
        self._pause = 1 / settings.updates_per_second
        self._handle: DisplayHandle | None = None
        self._drawn: Turn | None = None
        self._next = 0.0

    def show(self, turn: Turn) -> None:
        now = time.monotonic()
        if turn is self._drawn or now < self._next:
            return
        size = self._draw(turn, ("text/html", "text/plain"))
        cost = (time.monotonic() - now) / _DRAWING_SHARE
        self._next = now + max(self._pause, cost, size / _BYTES_PER_SECOND)

    def settle(self, turn: Turn) -> None:
        self._draw(turn, ("text/html", "text/plain", "text/markdown"))

    def _draw(self, turn: Turn, kinds: tuple[str, ...]) -> int:
        data, metadata = self._once.bundle(turn)
        shown = {kind: data[kind] for kind in kinds}
        if self._handle is None:
            self._handle = display(shown, metadata=metadata, raw=True, display_id=True)
        else:
            self._handle.update(shown, metadata=metadata, raw=True)
        self._drawn = turn
        return sum(map(len, shown.values()))


class _Printed:
    """Finished blocks, printed as they come: a terminal cannot take anything back."""

    def __init__(
        self, settings: Settings, notes: tuple[str, ...], approver: Approver, *, color: bool
    ) -> None:
        self.approver = approver
        self._pause = 1 / settings.updates_per_second
        self._show_reasoning = settings.show_reasoning
        self._printed = Printed()
        self._color = color
        self._drawn: Turn | None = None
        self._next = 0.0
        self._before = ""
        for note in notes:
            sys.stdout.write(f"{note}\n")

    def show(self, turn: Turn) -> None:
        if turn.notes and not turn.number:
            self._tell(turn.notes[-1])
        if turn is not self._drawn and time.monotonic() >= self._next:
            self._print(turn)
            self._next = time.monotonic() + self._pause

    def settle(self, turn: Turn) -> None:
        self._print(turn)

    def _tell(self, words: str) -> None:
        """Print what goes on before the question is asked; of its progress, only the beginning."""
        what = words.partition(":")[0]
        if what != self._before:
            self._before = what
            sys.stdout.write(f"{strip_controls(words)}\n")

    def _print(self, turn: Turn) -> None:
        self._printed, text = advance_print(
            self._printed, turn, color=self._color, show_reasoning=self._show_reasoning
        )
        self._drawn = turn
        if text:
            sys.stdout.write(text)
            sys.stdout.flush()
