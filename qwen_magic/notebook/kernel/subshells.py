"""Hearing what the reader does with a widget while a cell runs.

It reaches the kernel only through a subshell (JupyterLab ≥ 4.4, ipykernel ≥ 7, "Subshells");
elsewhere it arrives when the cell has ended.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from IPython.core.getipython import get_ipython

if TYPE_CHECKING:
    from ipywidgets import Widget

__all__ = ["has_subshell", "hear"]


def hear(widget: Widget) -> None:
    """Let what the reader does with a widget be handled while the cell runs; after each update.

    ipykernel 7.4 binds a comm to the shell that published on it last, which is busy: a click
    would wait for the end of the cell. Forgetting that binding leaves the choice to the front
    end, as in ipykernel 7.0 to 7.3. The attribute is private, and absent elsewhere.
    """
    with suppress(AttributeError):
        del widget.comm._reply_subshell_id  # noqa: SLF001 - see above


def has_subshell() -> bool:
    """Return whether the front end opened a subshell; true where ipykernel does not tell."""
    kernel: Any = getattr(get_ipython(), "kernel", None)
    with suppress(AttributeError):
        return bool(kernel.shell_channel_thread.manager.list_subshell())
    return True
