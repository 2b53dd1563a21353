"""The widgets of a growing turn: what they share, and columns of them.

Bytes to the browser grow with the answer, not with its square: finished text is not sent again, a
full container is left alone, and all widgets share one layout and one style. Each widget costs the
page a millisecond when the turn settles, so a short block shares a widget with the next one.
"""

from __future__ import annotations

from copy import copy
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from ipywidgets import HTMLMath, Layout, ToggleButton, VBox, Widget
from ipywidgets.widgets.widget_bool import ToggleButtonStyle
from ipywidgets.widgets.widget_string import HTMLMathStyle

from qwen_magic.notebook.live.stylesheet import CLASSES, STYLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Column", "Look"]

_FULL = 16  # children of one container: the names of all of them are sent with each new one

_SENT = (
    *("_model_module", "_model_module_version", "_model_name", "layout", "style", "value"),
    *("_view_module", "_view_module_version", "_view_name"),
)

W = TypeVar("W", bound=Widget)


class _Html(HTMLMath):  # type: ignore[misc] # ipywidgets has no annotations
    """Safe HTML that sends only what the page does not know by itself: there are many of them."""

    def get_state(
        self,
        key: str | Iterable[str] | None = None,
        drop_defaults: bool = False,  # noqa: FBT001, FBT002 - the base's
    ) -> dict[str, object]:
        """Return what is sent; the names of all traits mean those that the page needs."""
        state: dict[str, object] = super().get_state(_SENT if key is None else key, drop_defaults)
        return state


class Look:
    """What all widgets of one turn share, and the list of them.

    A widget that is not given a layout and a style makes its own, and nobody closes these.
    """

    def __init__(self) -> None:
        self._made: list[Widget | Look] = []
        self.layout = self.keep(Layout(margin="0", padding="0", overflow="visible"))
        self._style = self.keep(HTMLMathStyle())
        self.toggle_style = self.keep(ToggleButtonStyle())

    def part(self) -> Look:
        """Return the same look for widgets that can be closed before the others."""
        part = copy(self)
        part._made = []  # noqa: SLF001 - its own
        self._made.append(part)
        return part

    def keep(self, widget: W) -> W:
        """Remember a widget, so that `close` closes it."""
        self._made.append(widget)
        return widget

    def html(self, value: str) -> HTMLMath:
        """Return a widget for safe HTML in which formulas are typeset."""
        return self.keep(_Html(value, layout=self.layout, style=self._style))

    def toggle(self) -> ToggleButton:
        """Return a toggle button that starts pressed."""
        shared = {"layout": self.layout, "style": self.toggle_style}
        return self.keep(ToggleButton(value=True, tooltip="", **shared))

    def box(self, *children: Widget, classes: Sequence[str] = ()) -> VBox:
        """Return a container."""
        return self.keep(VBox(children, layout=self.layout, _dom_classes=classes))

    def root(self, *children: Widget) -> VBox:
        """Return the outermost container, which has the look of an output."""
        hidden = self.keep(Layout(display="none"))
        style = self.keep(HTMLMath(STYLE, layout=hidden, style=self._style))
        return self.box(*children, style, classes=CLASSES)

    @property
    def made(self) -> tuple[Widget, ...]:
        """All widgets that `close` closes."""
        parts = [made.made if isinstance(made, Look) else (made,) for made in self._made]
        return tuple(chain.from_iterable(parts))

    def empty(self) -> None:
        """Empty all texts while the page still shows them, so that it does not keep what it drew.

        A page keeps each widget that was ever closed, with what it drew: JupyterLab's kernel
        connection holds the comm (`CommHandler` never leaves `statusChanged`), the comm its model,
        and the model its views (ipywidgets' never leave `msg:custom`).
        """
        for widget in self.made:
            if isinstance(widget, HTMLMath):
                widget.value = ""

    def close(self) -> None:
        """Close all widgets; a page that no longer shows them drops them silently."""
        while self._made:
            self._made.pop().close()


class Column:
    """Widgets below each other, in groups, so that adding one stays cheap."""

    def __init__(self, look: Look, *, classes: Sequence[str] = (), full: int = _FULL) -> None:
        self.box = look.box(classes=classes)
        self._full = full
        self._last = self.box
        self._look = look

    def add(self, widget: Widget) -> None:
        """Add a widget at the end."""
        if len(self._last.children) < self._full:
            self._last.children = (*self._last.children, widget)
        else:
            self._last = self._look.box(widget)
            self.box.children = (*self.box.children, self._last)

    def swap(self, known: Widget, *widgets: Widget) -> None:
        """Put widgets in the place of one that is there."""
        for box in (self.box, *self.box.children):
            if known in getattr(box, "children", ()):
                at = box.children.index(known)
                box.children = (*box.children[:at], *widgets, *box.children[at + 1 :])

    def show_only(self, *widgets: Widget) -> None:
        """Show these widgets in place of all others."""
        self.box.children = widgets
        self._last = self.box
