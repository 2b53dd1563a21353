"""The panel's buttons and fields: alike, named for screen readers, and heard while cells run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ipywidgets import (
    Button,
    ButtonStyle,
    Dropdown,
    HBox,
    Layout,
    Text,
    Textarea,
    ToggleButton,
    VBox,
)
from ipywidgets.widgets.widget_description import DescriptionStyle
from ipywidgets.widgets.widget_string import TextStyle

from qwen_magic.notebook.kernel.subshells import hear

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ipywidgets import DOMWidget, Widget

    from qwen_magic.notebook.live.widgets import Look

__all__ = ["Controls", "place"]


class Controls:
    """Makes the buttons and fields; they share a layout and a style.

    Args:
        look: Closes them.

    Attributes:
        layout: The layout they share; empty, so that the panel's style sheet decides.
    """

    def __init__(self, look: Look) -> None:
        self._look = look
        self._fields: list[Widget] = []
        self.layout = look.keep(Layout())
        self._button = look.keep(ButtonStyle())
        self._text = look.keep(TextStyle())
        self._choice = look.keep(DescriptionStyle())

    def button(self, name: str, tip: str, press: Callable[[], object], *classes: str) -> Button:
        """Return a button; a screen reader says its name, and would say an icon too."""
        made = self._made(Button, classes, description=name, tooltip=tip, style=self._button)
        made.on_click(lambda _: press())
        hear(made)
        return made

    def choice(self, name: str, tip: str, options: Sequence[Any], *classes: str) -> Dropdown:
        """Return a list to choose from, with its name before it."""
        return self._made(
            Dropdown, classes, options=options, description=name, tooltip=tip, style=self._choice
        )

    def line(self, name: str, *classes: str, **traits: object) -> Text:
        """Return a field for one line."""
        return self._made(Text, classes, description=name, style=self._text, **traits)

    def toggle(self, name: str, tip: str, *, on: bool) -> ToggleButton:
        """Return a button that stays down."""
        shared = {"style": self._look.toggle_style}  # its own would outlive it
        return self._made(ToggleButton, (), value=on, description=name, tooltip=tip, **shared)

    def area(self, name: str, *classes: str, **traits: object) -> Textarea:
        """Return a field for several lines."""
        return self._made(Textarea, classes, description=name, style=self._text, **traits)

    def row(self, *children: Widget, classes: Sequence[str] = ()) -> HBox:
        """Return widgets beside each other."""
        return self._look.keep(HBox(children, layout=self.layout, _dom_classes=classes))

    def column(self, *children: Widget, classes: Sequence[str] = ()) -> VBox:
        """Return widgets below each other."""
        return self._look.keep(VBox(children, layout=self.layout, _dom_classes=classes))

    def hear(self) -> None:
        """Hear all of them while a cell runs; call this after changing them."""
        for field in self._fields:
            hear(field)

    def _made(self, kind: type[Any], classes: Sequence[str], **traits: object) -> Any:  # noqa: ANN401 - ipywidgets is untyped
        made = self._look.keep(kind(layout=self.layout, _dom_classes=classes, **traits))
        self._fields.append(made)
        hear(made)
        return made


def place(box: DOMWidget, children: Sequence[Widget]) -> None:
    """Show these widgets in a box, unless it shows them already.

    A page remembers a widget as it was before the last message (Backbone's `previous`). One more
    message makes it forget the removed children, and all that they showed.
    """
    before, box.children = box.children, tuple(children)
    if not set(before) <= set(box.children):
        box.send_state("children")
