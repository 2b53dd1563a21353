"""`%qwen_panel`, and what all panels of a kernel share."""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING, Any

from IPython.core.getipython import get_ipython
from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand

from qwen_magic.errors import CellError
from qwen_magic.notebook.kernel.frontend import frontend_of
from qwen_magic.notebook.magics.brief import brief_errors

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from qwen_magic.notebook.kernel.frontend import Frontend
    from qwen_magic.notebook.magics.magics import QwenMagics
    from qwen_magic.notebook.panel import Panel
    from qwen_magic.notebook.panel_asking import Live
    from qwen_magic.notebook.panel_code import NextCell

__all__ = ["Feed", "PanelMagics", "panel_magics"]


class Feed:
    """What is on its way in any panel, told to all of them.

    Attributes:
        lives: The questions that are not answered yet, in the order of asking.
        lock: Held by whoever changes a panel; one for all, since each tells the others.
    """

    def __init__(self) -> None:
        self.lock = RLock()
        self.lives: list[Live] = []
        self._panels: dict[Panel, tuple[str, int]] = {}

    @property
    def panels(self) -> tuple[Panel, ...]:
        """The panels that are open."""
        return tuple(self._panels)

    def enter(self, panel: Panel, cell: str, run: int) -> None:
        """Note a panel; those that an earlier run of its cell showed are gone, so they are closed."""
        for known, (place, number) in tuple(self._panels.items()):
            if cell and place == cell and number != run:
                known.close()
        self._panels[panel] = (cell, run)

    def leave(self, panel: Panel) -> None:
        """Forget a panel."""
        self._panels.pop(panel, None)

    def begin(self, live: Live) -> None:
        """Tell of a new question."""
        with self.lock:
            self.lives.append(live)
            self.show(live)

    def show(self, live: Live) -> None:
        """Tell what is new of a question."""
        with self.lock:
            if live.ended and live in self.lives:
                self.lives.remove(live)
            for panel in self.panels:
                panel.show(live)

    def refresh(self, *_: object) -> None:
        """Let all panels look whether a cell changed their chain; called by IPython after each cell."""
        for panel in self.panels:
            panel.refresh()


@magics_class
class PanelMagics(Magics):
    """Show the chat panel.

    Args:
        shell: Runs the cells.
        qwen: The magics that ask, whose settings and chains the panels share.

    Attributes:
        feed: What all panels share.
        cell: The id of the cell that ran last, or runs.
    """

    def __init__(self, shell: InteractiveShell, qwen: QwenMagics) -> None:
        self._shell = shell
        self._next_cell: NextCell | None = None
        self.qwen = qwen
        self.feed = Feed()
        self.cell = ""
        super().__init__(shell)

    @no_var_expand
    @line_magic
    def qwen_panel(self, line: str) -> Panel:
        """Show a chat that asks as `%%qwen` does, and answers while cells run.

          %qwen_panel            the chat, below the cell

        It continues the notebook's chains, with the settings of %config QwenMagics. Enter sends,
        Retry and Edit branch the conversation, Stop ends an answer. In JupyterLab, "Create New View
        for Output" in its context menu puts it in a tab of its own, which can be dragged to a side.
        In Python it is qwen_magic.Panel().
        """
        with brief_errors():
            if line.strip():
                raise CellError(
                    f"unexpected {line.strip()!r}", hint="%qwen_panel alone shows the panel"
                )
            from qwen_magic.notebook.panel import Panel

            return Panel()

    def enter(self, panel: Panel) -> Frontend:
        """Let a panel that the running cell shows hear of everything; return where it is."""
        frontend = frontend_of(self._shell)
        self.cell = frontend.cell
        self.feed.enter(panel, frontend.cell, self._shell.execution_count)
        self.next_cell()
        return frontend

    def next_cell(self) -> NextCell:
        """Return what puts code below the next cell; it listens from now on."""
        if self._next_cell is None:
            from qwen_magic.notebook.panel_code import NextCell

            self._next_cell = NextCell(self._shell)
            self._shell.events.register("post_run_cell", self._after_cell)
        return self._next_cell

    def stop_listening(self) -> None:
        """Hear of cells no longer, before another extension object takes over."""
        if self._next_cell is not None:
            self._shell.events.unregister("post_run_cell", self._after_cell)
            self._next_cell = None

    def _after_cell(self, _: object) -> None:
        if self._next_cell is not None:
            self._next_cell.put()
        self.cell = frontend_of(self._shell).cell or self.cell
        self.feed.refresh()


def panel_magics() -> PanelMagics:
    """Return the extension's part for panels; the extension is loaded where it is not.

    Raises:
        CellError: There is no notebook.
    """
    shell: Any = get_ipython()
    if shell is None:
        raise CellError("a panel needs a notebook", hint="Session asks from plain Python")
    registry = shell.magics_manager.registry
    if "PanelMagics" not in registry:
        shell.extension_manager.load_extension("qwen_magic")
    magics: PanelMagics = registry["PanelMagics"]
    return magics
