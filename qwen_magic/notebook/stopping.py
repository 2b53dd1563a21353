"""The Stop button, which works while the cell runs.

A click reaches the kernel while a cell runs only through a subshell (JupyterLab ≥ 4.4, ipykernel
≥ 7, "Subshells"); elsewhere it arrives when the cell has ended, so the text beside the button
tells how to stop without it.
"""

from __future__ import annotations

from contextlib import suppress
from threading import Event
from typing import TYPE_CHECKING

from ipywidgets import Button, HBox, Label, Layout

if TYPE_CHECKING:
    from qwen_magic.notebook.widgets import Look

__all__ = ["StopBar"]


class StopBar:
    """A button and a line that tells what the turn waits for.

    Attributes:
        pressed: Set, by another thread, when the button was pressed.
    """

    def __init__(self, look: Look, *, in_time: bool) -> None:
        self.pressed = Event()
        self._button = look.keep(
            Button(
                description="Stop",
                icon="stop",
                tooltip="Stop the answer; what has arrived stays",
                layout=look.keep(Layout(width="auto", height="28px", margin="2px 8px 2px 0")),
            )
        )
        self._button.on_click(self._press)
        self._hint = look.keep(Label("", layout=look.keep(Layout(margin="2px 0"))))
        self.box = look.keep(HBox((self._button, self._hint), layout=look.layout))
        self._advice = "" if in_time else "interrupt the kernel to stop"
        if not in_time:
            self._button.layout.display = "none"
        self.free()

    def show(self, hint: str) -> None:
        """Tell what the turn waits for."""
        text = " · ".join(filter(None, (hint, self._advice)))
        if self._hint.value != text:
            self._hint.value = text

    def free(self) -> None:
        """Let a click be handled while the cell runs.

        ipykernel 7.4 binds a comm to the shell that published on it last, which is busy: a click
        would wait for the end of the cell. Forgetting that binding leaves the choice to the front
        end, as in ipykernel 7.0 to 7.3. The attribute is private, and absent elsewhere.
        """
        with suppress(AttributeError):
            del self._button.comm._reply_subshell_id  # noqa: SLF001 - see above

    def _press(self, _: object) -> None:
        self.pressed.set()
