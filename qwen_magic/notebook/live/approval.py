"""A row of buttons that asks, while the cell runs, whether a function may be called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipywidgets import Button, ButtonStyle, HBox, Label, Layout, Text, VBox
from ipywidgets.widgets.widget_string import LabelStyle, TextStyle

from qwen_magic.conversation.tools.approval import ALLOWED, Decision
from qwen_magic.notebook.cards.wording import asked_of
from qwen_magic.notebook.kernel.subshells import hear
from qwen_magic.notebook.live.stylesheet import APPROVAL
from qwen_magic.responses.items import FunctionCall

if TYPE_CHECKING:
    from qwen_magic.conversation.turn.calls import Call
    from qwen_magic.notebook.live.widgets import Look

__all__ = ["ApprovalBar"]

_WHY_NOT = "Why not? The model is told"


class ApprovalBar:
    """Allow, Always, Deny, and why not; gone once a button is pressed.

    Attributes:
        call: What may be called.
        decision: What was pressed, set by another thread; None before.
        box: The row.
    """

    def __init__(self, look: Look, call: Call) -> None:
        self.call = call
        self.decision: Decision | None = None
        self._look = look
        self._layout = look.keep(Layout(overflow="visible"))
        self._reason = look.keep(
            Text(
                description=_WHY_NOT,
                placeholder=_WHY_NOT,
                layout=look.keep(Layout(width="220px", height="26px", margin="0")),
                style=look.keep(TextStyle()),
            )
        )
        asked = asked_of(call)
        question = look.keep(Label(asked, layout=look.layout, style=look.keep(LabelStyle())))
        allow = self._button("Allow", f"{asked} This once", ALLOWED, "primary")
        always = self._button("Always", f"{asked} And always from now on", Decision("always"))
        deny = self._button("Deny", f"{asked} No, and the model is told", None)
        is_ours = isinstance(call, FunctionCall)
        row = (allow, always, deny, self._reason) if is_ours else (allow, deny, self._reason)
        wrapped = look.keep(Layout(flex_flow="row wrap", align_items="center", overflow="visible"))
        buttons = look.keep(HBox(row, layout=wrapped))
        self.box = look.keep(
            VBox((question, buttons), layout=self._layout, _dom_classes=(APPROVAL,))
        )
        for widget in row:
            hear(widget)

    def _button(
        self, label: str, tooltip: str, decision: Decision | None, look: str = ""
    ) -> Button:
        layout = self._look.keep(Layout(width="auto", height="26px", margin="0 6px 0 0"))
        button = self._look.keep(
            Button(
                description=label,
                tooltip=tooltip,
                button_style=look,
                layout=layout,
                style=self._look.keep(ButtonStyle()),
            )
        )
        button.on_click(lambda _: self.decide(decision))
        return button

    def decide(self, decision: Decision | None) -> None:
        """Decide, once; None denies, with the reason that the reader wrote."""
        if self.decision is None:
            self.decision = decision or Decision("deny", self._reason.value.strip())
            self._layout.display = "none"
