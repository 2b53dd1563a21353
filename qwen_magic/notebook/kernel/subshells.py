"""Hearing what the reader does with a widget while a cell runs.

A click reaches a busy kernel only through a subshell (JupyterLab ≥ 4.4, ipykernel ≥ 7,
"Subshells"). Without one, it arrives when the cell has ended.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from IPython.core.getipython import get_ipython

if TYPE_CHECKING:
    from ipywidgets import Widget

__all__ = ["has_subshell", "hear"]


def hear(widget: Widget) -> None:
    """Handle what the reader does with a widget while the cell runs; call this after each update.

    ipykernel 7.4 binds a comm to the shell that last published on it. That shell is busy, so a
    click would wait for the end of the cell. Without that binding the front end chooses, as in
    ipykernel 7.0 to 7.3. The attribute is private, and absent elsewhere.
    """
    with suppress(AttributeError):
        del widget.comm._reply_subshell_id  # noqa: SLF001 - see above


def has_subshell() -> bool:
    """Return whether the front end opened a subshell; true if ipykernel does not tell."""
    kernel: Any = getattr(get_ipython(), "kernel", None)
    with suppress(AttributeError):
        return bool(kernel.shell_channel_thread.manager.list_subshell())
    return True
