"""Where a question is written: a text area, Send, Stop and Recall.

ipywidgets tells the kernel what stands in a text area and nothing of keys. A line end that was
added behind everything else is Enter; Ctrl-Enter and the arrow keys change no text, so that the
kernel cannot hear of them. Enter in the midst of the text is always a line end.
"""

from __future__ import annotations

from threading import Timer
from typing import TYPE_CHECKING, Literal, TypeAlias

from qwen_magic.notebook.panel_controls import Controls, place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from traitlets import Bunch

    from qwen_magic.notebook.widgets import Look

__all__ = ["MODES", "Composer", "Mode", "is_sent"]

Mode: TypeAlias = Literal["enter", "twice", "button"]

MODES: tuple[tuple[str, Mode], ...] = (
    ("Enter", "enter"),
    ("Enter twice", "twice"),
    ("Send button only", "button"),
)
_PLACEHOLDERS: dict[Mode, str] = {
    "enter": "Ask Qwen — Enter sends",
    "twice": "Ask Qwen — an empty line at the end sends",
    "button": "Ask Qwen",
}
_ARRIVES = 0.15  # seconds in which what was typed before a click is there


def is_sent(old: str, new: str, mode: Mode) -> bool:
    """Return whether what was typed last asks for the text to be sent."""
    added = new.count("\n") - old.count("\n")
    if mode == "button" or not new.strip() or added != 1 or not new.startswith(old.rstrip("\n")):
        return False
    return new.endswith("\n" if mode == "enter" else "\n\n")


class Composer:
    """Takes questions.

    Args:
        look: Closes the widgets.
        send: Is given each question.
        stop: Ends the answer.
    """

    def __init__(
        self, look: Look, *, send: Callable[[str], None], stop: Callable[[], None]
    ) -> None:
        self._controls = controls = Controls(look)
        self._send = send
        self._mode: Mode = "enter"
        self._earlier: tuple[str, ...] = ()
        self._recalled = 0
        self.text = controls.area(
            "Question", "qwen-magic-input", rows=3, placeholder=_PLACEHOLDERS["enter"]
        )
        self.text.observe(self._typed, "value")
        self._recall = controls.button(
            "Recall", "Put the question before into the field", self._step_back
        )
        self._stop = controls.button(
            "Stop", "Stop the answer; what has arrived stays", stop, "qwen-magic-stop"
        )
        self._button = controls.button("Send", "Send the question", self._press, "qwen-magic-send")
        self.bar = controls.row(self._recall, classes=("qwen-magic-bar",))
        self.box = controls.column(self.text, self.bar, classes=("qwen-magic-composer",))

    def show(self, *, busy: bool, beside: Sequence[object] = ()) -> None:
        """Offer Stop while an answer is on its way; other widgets stand beside the buttons."""
        buttons = (self._stop, self._button) if busy else (self._button,)
        place(self.bar, (*beside, self._recall, *buttons))
        self._controls.hear()

    def use(self, mode: Mode) -> None:
        """Let this send a question."""
        self._mode = mode
        self.text.continuous_update = mode != "button"
        self.text.placeholder = _PLACEHOLDERS[mode]
        self._controls.hear()

    def remember(self, questions: Sequence[str]) -> None:
        """Offer these questions to be recalled, the newest last."""
        self._earlier, self._recalled = tuple(dict.fromkeys(questions)), 0

    def edit(self, text: str) -> None:
        """Put a text into the field, and the cursor with it."""
        self.text.value = text
        self.text.focus()
        self._controls.hear()

    def _typed(self, change: Bunch) -> None:
        if is_sent(change.old, change.new, self._mode):
            self._take()

    def _press(self) -> None:
        Timer(_ARRIVES, self._take).start()

    def _take(self) -> None:
        question = self.text.value.strip("\n")
        if question.strip():
            self.text.value = ""
            self._recalled = 0
            self._controls.hear()
            self._send(question)

    def _step_back(self) -> None:
        if self._earlier:
            self._recalled = self._recalled % len(self._earlier) + 1
            self.edit(self._earlier[-self._recalled])
