"""The code of an answer, to copy or to put into a cell.

The panel's script does both in the page. A kernel alone can neither fill the clipboard nor add a
cell, except at one moment: a cell that ends may put text into a new cell below itself (messaging
specification, "Payloads"). So without the script, code waits for the next cell. Until then it
stands in a field, to be copied by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qwen_magic.notebook.live.widgets import Look
from qwen_magic.notebook.panel.controls import Controls
from qwen_magic.snippet import typed_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["CodeDrawer", "NextCell"]

_MOST_ROWS = 14
_COPY = "To copy: click into the field, then Ctrl-A, Ctrl-C."
_INSERT, _WAITS = "Insert below", "Comes below the next cell you run"


class NextCell:
    """Puts code below the next cell that runs.

    Args:
        shell: Runs the cells.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._wanted: list[str] = []

    def want(self, code: str) -> None:
        """Put this below the next cell."""
        code = typed_in(code)
        if code not in self._wanted:
            self._wanted.append(code)

    def put(self) -> None:
        """Put the waiting code below the cell that ends now; IPython calls this after each cell."""
        wanted, self._wanted = self._wanted, []
        manager: Any = self._shell.payload_manager
        for code in reversed(wanted):  # each comes right below the cell
            payload = {"source": "set_next_input", "text": code.rstrip("\n"), "replace": False}
            manager.write_payload(payload, single=False)


class CodeDrawer:
    """The code blocks of one answer.

    Args:
        codes: The code in them.
        insert: Puts code below the next cell.
    """

    def __init__(self, codes: Sequence[str], insert: Callable[[str], None]) -> None:
        self._look = Look()
        self._controls = controls = Controls(self._look)
        self._insert = insert
        rows = [self._row(code) for code in codes]
        hint = self._look.html(f'<div class="qwen-magic-hint">{_COPY}</div>')
        self.box = controls.column(hint, *rows, classes=("qwen-magic-drawer",))

    def close(self) -> None:
        """Close the widgets."""
        self._look.close()

    def _row(self, code: str) -> Any:  # noqa: ANN401 - ipywidgets is untyped
        rows = min(code.count("\n") + 1, _MOST_ROWS)
        field = self._controls.area("Code", "qwen-magic-code", value=code.rstrip("\n"), rows=rows)

        def press() -> None:
            self._insert(field.value)
            button.description = _WAITS
            self._controls.hear()

        button = self._controls.button(_INSERT, "Put it into a new cell", press)
        return self._controls.column(field, button)
