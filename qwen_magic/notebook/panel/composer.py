"""Where the reader writes a question: a text area, Send, Stop and Recall.

The page's script hears the keys. Without the script, the kernel sees the text but no keys. Then a
line end added after everything else means Enter, and one in the middle of the text is a line end;
Ctrl-Enter and the arrow keys do nothing.
"""

from __future__ import annotations

from threading import Timer
from typing import TYPE_CHECKING, Literal, TypeAlias

from qwen_magic.notebook.panel.controls import Controls, place
from qwen_magic.notebook.panel.page import UNHELPED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from traitlets import Bunch

    from qwen_magic.notebook.live.widgets import Look
    from qwen_magic.notebook.panel.page import PanelPage

__all__ = ["MODES", "Composer", "Mode", "is_sent"]

Mode: TypeAlias = Literal["enter", "ctrl-enter"]

MODES: tuple[tuple[str, Mode], ...] = (("Enter", "enter"), ("Ctrl-Enter", "ctrl-enter"))
_RECALLED = 50  # questions that the page knows
_PLACEHOLDERS: dict[tuple[Mode, bool], str] = {
    ("enter", True): "Ask Qwen — Enter sends, Shift-Enter begins a line",
    ("ctrl-enter", True): "Ask Qwen — Ctrl-Enter sends",
    ("enter", False): "Ask Qwen — Enter sends",
    ("ctrl-enter", False): "Ask Qwen",
}
_ARRIVES = 0.15  # seconds until text typed before a click has arrived


def is_sent(old: str, new: str) -> bool:
    """Return whether the last thing typed was Enter, at the end of the text."""
    added = new.count("\n") - old.count("\n")
    return bool(new.strip()) and added == 1 and new.startswith(old) and new.endswith("\n")


class Composer:
    """Takes questions.

    Args:
        look: Closes the widgets.
        page: Hears the keys.
        send: Takes each question.
        stop: Ends the answer.
    """

    def __init__(
        self, look: Look, page: PanelPage, *, send: Callable[[str], None], stop: Callable[[], None]
    ) -> None:
        self._controls = controls = Controls(look)
        self._page = page
        self._send = send
        self._mode: Mode = "enter"
        self._earlier: tuple[str, ...] = ()
        self._recalled = 0
        self.text = controls.area("Question", "qwen-magic-input", rows=3)
        self.text.observe(self._typed, "value")
        page.observe(lambda _: self.use(self._mode), "is_ready")
        self.use("enter")
        self._recall = controls.button(
            "Recall", "Put the question before into the field", self._step_back, UNHELPED
        )
        self._stop = controls.button(
            "Stop", "Stop the answer; what has arrived stays", stop, "qwen-magic-stop"
        )
        self._button = controls.button("Send", "Send the question", self._press, "qwen-magic-send")
        self.bar = controls.row(self._recall, classes=("qwen-magic-bar",))
        self.box = controls.column(self.text, self.bar, classes=("qwen-magic-composer",))

    def show(self, *, busy: bool, beside: Sequence[object] = ()) -> None:
        """Offer Stop while an answer is on its way; put other widgets beside the buttons."""
        buttons = (self._stop, self._button) if busy else (self._button,)
        place(self.bar, (*beside, self._recall, *buttons))
        self._controls.hear()

    def use(self, mode: Mode) -> None:
        """Choose which key sends a question."""
        is_ready = self._page.is_ready
        self._mode = self._page.mode = mode
        # In one message: each sets the field in the page to what the kernel knows of its text, and
        # once it is not updated continuously, that is less than the reader has written.
        with self.text.hold_sync():
            self.text.continuous_update = mode == "enter" and not is_ready
            self.text.placeholder = _PLACEHOLDERS[mode, is_ready]
        self._controls.hear()

    def remember(self, questions: Sequence[str]) -> None:
        """Let the reader recall these questions; the newest comes last."""
        self._earlier, self._recalled = tuple(dict.fromkeys(questions)), 0
        self._page.earlier = list(self._earlier[-_RECALLED:])

    def edit(self, text: str) -> None:
        """Put a text into the field, and the cursor with it."""
        self.text.value = text
        self.text.focus()
        self._controls.hear()

    def _typed(self, change: Bunch) -> None:
        if self.text.continuous_update and is_sent(change.old, change.new):
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
