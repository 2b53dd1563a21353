"""What only the page can do for the panel: keys, the clipboard, a new cell below the one that ran.

ipywidgets tell the kernel what a text area contains but not which keys were pressed, so the panel
has a script (anywidget, "Authoring a Front-End Module"). If the environment that runs JupyterLab
lacks anywidget, the script never comes and the panel makes do without it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from anywidget import AnyWidget
from traitlets import Bool, List, Unicode

from qwen_magic.notebook.kernel.subshells import hear

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ipywidgets import Widget

__all__ = ["HELPED", "UNHELPED", "PanelPage"]

HELPED = "qwen-magic-helped"  # a panel whose script has come
UNHELPED = "qwen-magic-unhelped"  # what the script makes unnecessary


class PanelPage(AnyWidget):
    """The panel's script, and what it knows.

    Args:
        acts: Take a text each: `ask` the question that was sent, `insert` code that the page
            cannot put into a cell itself, `name` that of a chain.

    Attributes:
        is_ready: Whether a page runs the script.
        mode: What sends a question.
        earlier: The questions that the up-arrow recalls, the newest last.
        cell: The id of the cell that ran last; empty if the front end does not tell.
    """

    _esm = Path(__file__).with_suffix(".js")
    is_ready = Bool(default_value=False).tag(sync=True, echo_update=False)  # see `subshells.hear`
    mode = Unicode().tag(sync=True)
    earlier = List(Unicode()).tag(sync=True)
    cell = Unicode().tag(sync=True)

    def __init__(self, acts: Mapping[str, Callable[[str], object]], **traits: object) -> None:
        super().__init__(**traits)
        self._acts = acts
        self.on_msg(self._hear)

    def send_state(self, key: str | Iterable[str] | None = None) -> None:
        """Send what changed, and be heard while a cell runs."""
        super().send_state(key)
        hear(self)

    def forget(self, widgets: Iterable[Widget]) -> None:
        """Announce that widgets will be closed, so that the page lets go of their views."""
        self.send({"forget": [widget.model_id for widget in widgets]})
        hear(self)

    def _hear(self, _: object, content: dict[str, Any], __: object) -> None:
        act = self._acts.get(content.get("event", ""))
        text = content.get("text")
        if act is not None and isinstance(text, str):
            act(text)
