"""A long block that is still open: it grows part by part, and each part is sent once.

All parts together look like the block. When it has ended, it is shown as one: only then it is
known what it is, and one block is better to read, to copy and to hear than many parts of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwen_magic.notebook.live.stylesheet import RIGHT_TO_LEFT, long_block
from qwen_magic.notebook.live.widgets import Column
from qwen_magic.notebook.markdown.settling import Context, has_ended, settle, tail_html

if TYPE_CHECKING:
    from ipywidgets import HTMLMath

    from qwen_magic.notebook.live.widgets import Look

__all__ = ["LongBlock", "is_due"]

_LONG = 250  # characters of HTML, for an end that is sent again and again
_FULL = 8  # parts of one container
_HEAVY = 2_000  # characters of a text that cannot be cut
_GROWTH = 1.25


def is_due(length: int, shown: int) -> bool:
    """Return whether a text of this length is shown; one that cannot be cut is, now and then."""
    return length < _HEAVY or not shown <= length < _GROWTH * shown


class LongBlock:
    """The block's parts in a column; its settled parts first, its end last.

    Args:
        look: Makes the widgets.
        part: What is settled already, as `settle` returns it.

    Attributes:
        settled: The block's text that will not be sent again.
    """

    def __init__(self, look: Look, part: tuple[str, Context]) -> None:
        html, self._context = part
        names = [long_block(self._context.kind)]
        if self._context.is_right_to_left:
            names.append(RIGHT_TO_LEFT)
        self._look = look
        self._column = Column(look, classes=names, full=_FULL)
        self.box = self._column.box
        self._first = look.html(html)
        self._column.add(self._first)
        self._end: HTMLMath | None = None
        self._shown = 0
        self.settled = ""

    def has_ended(self, block: str) -> bool:
        """Return whether the block seems to have ended."""
        return has_ended(self._context, block)

    def show(self, block: str) -> None:
        """Show as much of the block as has arrived."""
        length = len(block) - self._context.settled
        if not is_due(length, self._shown):
            return
        self._shown = length
        end = tail_html(self._context, block)
        while len(end) > _LONG and (part := settle(self._context, block)):
            html, self._context = part
            self.settled = block[: self._context.settled]
            self._put(html)
            self._end, self._shown = None, 0
            end = tail_html(self._context, block)
        self._put(end)

    def finish(self, html: str) -> HTMLMath:
        """Show the block as one, in its first widget; return that."""
        self._first.value = html
        with self.box.hold_sync():
            self._column.show_only(self._first)
            self.box._dom_classes = ()  # noqa: SLF001 - a trait of all widgets
        return self._first

    def _put(self, html: str) -> None:
        if self._end is None:
            self._end = self._look.html(html)
            self._column.add(self._end)
        else:
            self._end.value = html
