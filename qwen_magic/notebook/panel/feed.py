"""What all panels of a kernel share, and how each hears of the others."""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING, Any, Protocol

from IPython.core.getipython import get_ipython

from qwen_magic.errors import CellError
from qwen_magic.notebook.kernel.frontend import frontend_of

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from qwen_magic.notebook.kernel.frontend import Frontend
    from qwen_magic.notebook.magics.magics import QwenMagics
    from qwen_magic.notebook.panel.asking import Live
    from qwen_magic.notebook.panel.code import NextCell

__all__ = ["Feed", "Hearer", "Shared", "shared"]


class Hearer(Protocol):
    """A panel that hears of every question."""

    def show(self, live: Live) -> None:
        """Show what is new of a question."""

    def refresh(self) -> None:
        """Show the chain as it stands now."""

    def close(self) -> None:
        """Go away."""


class Feed:
    """The questions on their way in any panel; tells all panels about them.

    Attributes:
        lives: The questions that are not answered yet, in the order of asking.
        lock: Held while a panel changes; one lock for all, because each panel tells the others.
    """

    def __init__(self) -> None:
        self.lock = RLock()
        self.lives: list[Live] = []
        self._panels: dict[Hearer, tuple[str, int]] = {}

    @property
    def panels(self) -> tuple[Hearer, ...]:
        """The panels that are open."""
        return tuple(self._panels)

    def enter(self, panel: Hearer, cell: str, run: int) -> None:
        """Note a panel; close those of an earlier run of its cell, which are gone from the page."""
        for known, (place, number) in tuple(self._panels.items()):
            if cell and place == cell and number != run:
                known.close()
        self._panels[panel] = (cell, run)

    def leave(self, panel: Hearer) -> None:
        """Forget a panel."""
        self._panels.pop(panel, None)

    def begin(self, live: Live) -> None:
        """Tell of a new question."""
        with self.lock:
            self.lives.append(live)
            self.show(live)

    def show(self, live: Live) -> None:
        """Tell all panels what is new of a question."""
        with self.lock:
            if live.ended and live in self.lives:
                self.lives.remove(live)
            for panel in self.panels:
                panel.show(live)

    def refresh(self, *_: object) -> None:
        """Let each panel see if a cell changed its chain; IPython calls this after each cell."""
        for panel in self.panels:
            panel.refresh()


class Shared:
    """What all panels of a kernel share.

    Args:
        shell: Runs the cells.
        qwen: The magics that ask, whose settings and chains the panels share.

    Attributes:
        feed: What is on its way in any of them.
        cell: The id of the cell that ran last, or runs.
        side: The panel at the side of the notebook, if it was asked for.
    """

    def __init__(self, shell: InteractiveShell, qwen: QwenMagics) -> None:
        self._shell = shell
        self._next_cell: NextCell | None = None
        self.qwen = qwen
        self.feed = Feed()
        self.cell = ""
        self.side: Hearer | None = None

    def enter(self, panel: Hearer) -> Frontend:
        """Tell a panel in the running cell everything from now on; return where the panel is."""
        frontend = frontend_of(self._shell)
        self.cell = frontend.cell or self.cell
        self.feed.enter(panel, frontend.cell, self._shell.execution_count)
        self.next_cell()
        return frontend

    def next_cell(self) -> NextCell:
        """Return what puts code below the next cell; it listens from now on."""
        if self._next_cell is None:
            from qwen_magic.notebook.panel.code import NextCell

            self._next_cell = NextCell(self._shell)
            self._shell.events.register("post_run_cell", self._after_cell)
        return self._next_cell

    def stop_listening(self) -> None:
        """Stop hearing of cells, before another extension object takes over."""
        if self._next_cell is not None:
            self._shell.events.unregister("post_run_cell", self._after_cell)
            self._next_cell = None

    def _after_cell(self, _: object) -> None:
        if self._next_cell is not None:
            self._next_cell.put()
        self.cell = frontend_of(self._shell).cell or self.cell
        self.feed.refresh()


def shared() -> Shared:
    """Return what this kernel's panels share; load the extension if it is not loaded.

    Raises:
        CellError: There is no notebook.
    """
    shell: Any = get_ipython()
    if shell is None:
        raise CellError("a panel needs a notebook", hint="Session asks from plain Python")
    registry = shell.magics_manager.registry
    if "PanelMagics" not in registry:
        shell.extension_manager.load_extension("qwen_magic")
    found: Shared = registry["PanelMagics"].shared
    return found
