"""`%qwen_panel`: the chat panel from a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand

from qwen_magic.errors import CellError
from qwen_magic.notebook.kernel.frontend import frontend_of
from qwen_magic.notebook.magics.brief import brief_errors
from qwen_magic.notebook.panel.feed import Shared

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from qwen_magic.notebook.magics.magics import QwenMagics
    from qwen_magic.notebook.panel.panel import Panel

__all__ = ["PanelMagics"]


@magics_class
class PanelMagics(Magics):
    """Show the chat panel.

    Args:
        shell: Runs the cells.
        qwen: The magics that ask, whose settings and chains the panels share.
    """

    def __init__(self, shell: InteractiveShell, qwen: QwenMagics) -> None:
        self.shared = Shared(shell, qwen)
        self._shell = shell
        super().__init__(shell)

    @no_var_expand
    @line_magic
    def qwen_panel(self, line: str) -> Panel:
        """Show a chat that asks as `%%qwen` does, and answers while cells run.

          %qwen_panel            the chat, below the cell

        It continues the notebook's chains, with the settings of %config QwenMagics. Enter sends,
        Retry and Edit branch the conversation, Stop ends an answer. In JupyterLab, "Qwen" in the
        launcher or in the View menu shows the same chat at the side of the notebook.
        In Python it is qwen_magic.Panel().
        """
        with brief_errors():
            if line.strip():
                raise CellError(
                    f"unexpected {line.strip()!r}", hint="%qwen_panel alone shows the panel"
                )
            if not frontend_of(self._shell).in_kernel:
                raise CellError(
                    "the chat needs a notebook",
                    hint="%qwen asks here, %qwen_log shows the conversation",
                )
            from qwen_magic.notebook.panel.panel import Panel

            return Panel()
