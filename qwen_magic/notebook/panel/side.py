"""The panel at the side of the notebook, which JupyterLab's extension asks for.

A kernel has one, however often its page is loaded: a chat that no page shows any more would still
be drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.display import display

from qwen_magic.notebook.panel.feed import shared

if TYPE_CHECKING:
    from qwen_magic.notebook.panel.panel import Panel

__all__ = ["show"]


def show() -> None:
    """Display the kernel's panel at the side; make it first, if there is none.

    Raises:
        CellError: There is no notebook.
    """
    display(_panel())


def _panel() -> Panel:
    from qwen_magic.notebook.panel.panel import Panel

    hearers = shared()
    found = hearers.side
    if not isinstance(found, Panel) or found not in hearers.feed.panels:
        hearers.side = found = Panel()
    return found
