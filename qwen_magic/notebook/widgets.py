"""The widgets of a growing turn: text that is sent once, and folds for reasoning and tools.

Bytes to the browser grow with the answer, not with its square: what is finished is never sent
again, a container that is full is left alone, and all widgets share one layout and one style.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ipywidgets import HTML, Accordion, HTMLMath, Layout, VBox, Widget
from ipywidgets.widgets.widget_string import HTMLMathStyle

from qwen_magic.notebook.card_html import part_html
from qwen_magic.notebook.markdown import html_blocks, split_blocks, to_html
from qwen_magic.notebook.parts import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwen_magic.notebook.cards import Card
    from qwen_magic.notebook.parts import Part

__all__ = ["Body", "Column", "Fold", "Look"]

_FULL = 16  # children of one container: the names of all of them are sent with each new one

_CLASS = "qwen-magic-turn"
# A fold looks like the <details> that takes its place, so that nothing jumps when the turn settles.
_STYLE = """<style>
.qwen-magic-turn .jupyter-widget-Collapse-header {
  padding: 0; border: 0; background: none; color: inherit; opacity: .7; font-weight: 400;
  font-size: var(--jp-content-font-size1, 14px); line-height: 1.6; margin-top: .3em }
.qwen-magic-turn .jupyter-widget-Collapse-contents {
  margin: .4em 0 .8em .3em; padding: 0 0 0 .9em; border: 0; background: none; opacity: .85;
  border-left: 2px solid rgba(128, 128, 128, .35); overflow: visible }
.qwen-magic-turn .jp-RenderedHTMLCommon > *:first-child { margin-top: 0 }
.qwen-magic-turn .jp-RenderedHTMLCommon > *:last-child { margin-bottom: 1em }
.qwen-magic-turn .jp-RenderedHTMLCommon table { margin-left: 0 }
.qwen-magic-turn .widget-accordion + .widget-vbox { margin-top: .8em !important }
.qwen-magic-turn .widget-htmlmath-content { width: 100%; overflow-x: auto }
</style>"""

W = TypeVar("W", bound=Widget)


class Look:
    """What all widgets of one turn share, and the list of them."""

    def __init__(self) -> None:
        self.layout = Layout(margin="0", padding="0", overflow="visible")
        self._style = HTMLMathStyle()
        self._made: list[Widget] = [self.layout, self._style]

    def keep(self, widget: W) -> W:
        """Remember a widget, so that `close` closes it."""
        self._made.append(widget)
        return widget

    def html(self, value: str) -> HTMLMath:
        """Return a widget for safe HTML that looks like HTML in an output."""
        return self.keep(HTMLMath(_rendered(value), layout=self.layout, style=self._style))

    def dress(self, root: VBox) -> None:
        """Give the outermost widget, and so all that it holds, the look of an output."""
        style = self.keep(HTML(_STYLE, layout=self.keep(Layout(display="none"))))
        root.add_class(_CLASS)
        root.children = (style, *root.children)

    def close(self) -> None:
        """Close all widgets; a page that no longer shows them drops them without a word."""
        for widget in reversed(self._made):
            widget.close()


class Column:
    """Widgets below each other, in groups, so that adding one stays cheap."""

    def __init__(self, look: Look) -> None:
        self.box = look.keep(VBox(layout=look.layout))
        self._look = look

    def add(self, widget: Widget) -> None:
        """Add a widget at the end."""
        groups = self.box.children
        if not groups or len(groups[-1].children) >= _FULL:
            group = self._look.keep(VBox((widget,), layout=self._look.layout))
            self.box.children = (*groups, group)
        else:
            groups[-1].children = (*groups[-1].children, widget)

    def clear(self) -> None:
        """Remove all widgets."""
        self.box.children = ()


class Body:
    """What a card holds: a text that grows block by block, then everything else."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._column = Column(look)
        self._open: HTMLMath | None = None
        self._sent = ""
        self.box = self._column.box

    def show(self, parts: Sequence[Part], *, growing: bool) -> None:
        """Show the parts; what stands already is not sent again."""
        text = parts[0].text if parts and isinstance(parts[0], Words) else ""
        others = parts[1:] if text else parts
        if not text.startswith(self._sent):
            self._column.clear()
            self._sent, self._open = "", None
        rest = text[len(self._sent) :]
        finished, rest = split_blocks(rest) if growing and not others else ([], rest)
        if finished:
            self._put("".join(map(to_html, finished)))
            self._sent += "".join(finished)
            self._open = None
        drawn = html_blocks(rest, growing=growing)
        self._put("".join((*drawn, *map(part_html, others))))

    def _put(self, value: str) -> None:
        """Make this the last block that is still open."""
        if self._open is not None:
            self._open.value = _rendered(value)
        elif value.strip():
            self._open = self._look.html(value)
            self._column.add(self._open)


class Fold:
    """An Accordion: open while its card is busy, folded when it is done, unless the reader chose."""

    def __init__(self, look: Look) -> None:
        self._body = Body(look)
        self.box = look.keep(
            Accordion((self._body.box,), titles=("",), selected_index=0, layout=look.layout)
        )
        self._folded = False

    def show(self, card: Card, heading: str, *, busy: bool) -> None:
        """Show the card under a heading."""
        self._body.show(card.parts, growing=busy)
        if self.box.titles != (heading,):
            self.box.titles = (heading,)
        if not busy and not self._folded:
            self.box.selected_index = None
            self._folded = True

    @property
    def is_open(self) -> bool:
        """Whether it stands open, as far as the kernel has heard."""
        return self.box.selected_index is not None


def _rendered(value: str) -> str:
    """Return HTML in the class that gives it the look of an output (JupyterLab, Notebook 7)."""
    return f'<div class="jp-RenderedHTMLCommon">{value}</div>'
