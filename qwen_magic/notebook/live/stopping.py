"""The Stop button, which works while the cell runs.

If no click reaches the kernel while a cell runs, a text in the button's place tells how to stop
without it.
"""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

from ipywidgets import Button, ButtonStyle, HBox, Label, Layout
from ipywidgets.widgets.widget_string import LabelStyle

from qwen_magic.notebook.kernel.subshells import has_subshell, hear

if TYPE_CHECKING:
    from qwen_magic.notebook.kernel.signals import Interrupts
    from qwen_magic.notebook.live.widgets import Look

__all__ = ["ADVICE", "StopBar"]

ADVICE = "interrupt the kernel to stop"
_PATIENCE = 2.0  # seconds; by then, a front end that uses subshells has opened one


class StopBar:
    """A button and a line that tells what the turn waits for.

    Attributes:
        pressed: Set by another thread when the button is pressed.
        calling: What a press interrupts while the main thread runs a function for the model, and
            so cannot check the button.
    """

    def __init__(self, look: Look, *, in_time: bool) -> None:
        self.pressed = Event()
        self.calling: Interrupts | None = None
        self._in_time = in_time
        self._layout = look.keep(Layout(width="auto", height="24px", margin="0 10px 0 0"))
        self._button = look.keep(
            Button(
                description="Stop",
                icon="stop",
                tooltip="Stop the answer; what has arrived stays",
                layout=self._layout,
                style=look.keep(ButtonStyle()),
            )
        )
        self._button.on_click(self._press)
        self._hint = look.keep(Label("", layout=look.layout, style=look.keep(LabelStyle())))
        self.box = look.keep(HBox((self._button, self._hint), layout=look.layout))
        hear(self._button)

    def show(self, hint: str, seconds: float) -> None:
        """Tell what the turn waits for, and how to stop it if the button cannot."""
        reachable = self.is_heard(seconds)
        display = None if reachable else "none"
        if self._layout.display != display:
            self._layout.display = display
        text = " · ".join(filter(None, (hint, "" if reachable else ADVICE)))
        if self._hint.value != text:
            self._hint.value = text

    def is_heard(self, seconds: float) -> bool:
        """Return whether a click is handled while the cell runs, this many seconds into it."""
        return self._in_time and (seconds < _PATIENCE or has_subshell())

    def _press(self, _: object) -> None:
        self.pressed.set()
        if self.calling is not None:
            self.calling.send()
