"""The widgets of a growing turn: text that is sent once, and folds for reasoning and tools.

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

from qwen_magic.notebook.cards.html import part_html
from qwen_magic.notebook.cards.parts import Words
from qwen_magic.notebook.kernel.subshells import hear
from qwen_magic.notebook.live.stylesheet import ANSWER, CLASSES, FOLD, STYLE
from qwen_magic.notebook.markdown.markdown import html_blocks, split_blocks, to_html

if TYPE_CHECKING:
    from collections.abc import Sequence

    from traitlets import Bunch

    from qwen_magic.notebook.cards.cards import Card
    from qwen_magic.notebook.cards.parts import Part

__all__ = ["Body", "Column", "Fold", "Look"]

_FULL = 16  # children of one container: the names of all of them are sent with each new one
_LIGHT = 400  # characters of finished HTML that may be sent again, if no formula is in it

W = TypeVar("W", bound=Widget)


class Look:
    """What all widgets of one turn share, and the list of them."""

    def __init__(self) -> None:
        self._made: list[Widget | Look] = []
        self.layout = self.keep(Layout(margin="0", padding="0", overflow="visible"))
        self._style = self.keep(HTMLMathStyle())
        self._toggle_style = self.keep(ToggleButtonStyle())

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
        return self.keep(HTMLMath(value, layout=self.layout, style=self._style))

    def toggle(self) -> ToggleButton:
        """Return a toggle button that starts pressed."""
        shared = {"layout": self.layout, "style": self._toggle_style}
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

    def __init__(self, look: Look, *, classes: Sequence[str] = ()) -> None:
        self.box = look.box(classes=classes)
        self._last = self.box
        self._look = look

    def add(self, widget: Widget) -> None:
        """Add a widget at the end."""
        if len(self._last.children) < _FULL:
            self._last.children = (*self._last.children, widget)
        else:
            self._last = self._look.box(widget)
            self.box.children = (*self.box.children, self._last)

    def put_before(self, known: Widget, widget: Widget) -> None:
        """Add a widget before one that is there."""
        for box in (self.box, *self.box.children):
            if known in getattr(box, "children", ()):
                at = box.children.index(known)
                box.children = (*box.children[:at], widget, *box.children[at:])

    def show_only(self, *widgets: Widget) -> None:
        """Show these widgets in place of all others."""
        self.box.children = widgets
        self._last = self.box


class Body:
    """What a card holds: a text that grows block by block, then everything else."""

    def __init__(self, look: Look, *, is_answer: bool = False) -> None:
        self._look = look
        self._column = Column(look, classes=(ANSWER,) if is_answer else ())
        self._open: HTMLMath | None = None
        self._sent = ""  # the text that is finished, and its end that may be sent again
        self._light = ""
        self._is_answer = is_answer
        self.box = self._column.box

    def show(self, parts: Sequence[Part], *, growing: bool) -> None:
        """Show the parts; do not send again what stands already."""
        text = parts[0].cited if parts and isinstance(parts[0], Words) else ""
        others = parts[1:] if text else parts
        if not text.startswith(self._sent):
            self._column.show_only()
            self._open, self._sent, self._light = None, "", ""
        rest = text[len(self._sent) :]
        if growing and not others:
            finished, rest = split_blocks(rest)
            self._finish(finished)
        drawn = html_blocks(rest, growing=growing)
        drawn += [part_html(part, is_aside=not self._is_answer) for part in others]
        self._put("".join((self._light, *drawn)))

    def _finish(self, blocks: Sequence[str]) -> None:
        """Send finished blocks for the last time; short ones may be sent again."""
        if not blocks:
            return
        self._sent += "".join(blocks)
        self._light += "".join(map(to_html, blocks))
        if len(self._light) > _LIGHT or "$" in self._light:
            self._put(self._light)
            self._open, self._light = None, ""

    def _put(self, value: str) -> None:
        """Make this the last widget's content."""
        if self._open is not None:
            self._open.value = value
        elif value.strip():
            self._open = self._look.html(value)
            self._column.add(self._open)


class Fold:
    """A heading that folds its card: open while the card is busy, unless the reader chose.

    The kernel is busy, so the page toggles it by itself, with the style sheet. (An Accordion would
    too, but no key reaches its headings.)

    Attributes:
        is_chosen: Whether the reader opened or closed it, as far as the kernel has heard.
    """

    def __init__(self, look: Look) -> None:
        self._body = Body(look)
        self._expected = True
        self.is_chosen = False
        self.heading = look.toggle()
        self.heading.observe(self._notice, "value")
        self.box = look.box(self.heading, self._body.box, classes=(FOLD,))

    def show(self, card: Card, heading: str, *, busy: bool) -> None:
        """Show the card under a heading."""
        self._body.show(card.parts, growing=busy)
        if not busy and not self.is_chosen:
            self._expected = False
            self.heading.value = False
        self.heading.disabled = not card.parts
        self.heading.description = heading
        hear(self.heading)

    @property
    def is_open(self) -> bool:
        """Whether it stands open, as far as the kernel has heard."""
        return bool(self.heading.value)

    def _notice(self, change: Bunch) -> None:
        self.is_chosen = self.is_chosen or change.new != self._expected
