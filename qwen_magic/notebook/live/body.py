"""What a card holds, and its fold, while the turn grows: finished text is not sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwen_magic.notebook.cards.html import part_html
from qwen_magic.notebook.cards.parts import Words
from qwen_magic.notebook.kernel.subshells import hear
from qwen_magic.notebook.live.long_block import LongBlock, is_due
from qwen_magic.notebook.live.stylesheet import ANSWER, FOLD, REST
from qwen_magic.notebook.live.widgets import Column
from qwen_magic.notebook.markdown.markdown import html_blocks, split_blocks, to_html
from qwen_magic.notebook.markdown.settling import Context, settle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ipywidgets import HTMLMath
    from traitlets import Bunch

    from qwen_magic.notebook.cards.cards import Card
    from qwen_magic.notebook.cards.parts import Part
    from qwen_magic.notebook.live.widgets import Look

__all__ = ["Body", "Fold"]

_LIGHT = 400  # characters of finished HTML that may be sent again, if no formula is in it
_LONG = 1_000  # characters of an open block's HTML, from which on it grows part by part
_SOON = 500  # from which on it may soon do so


class Body:
    """What a card holds: a text that grows block by block, then everything else."""

    def __init__(self, look: Look, *, is_answer: bool = False) -> None:
        self._look = look
        self._column = Column(look, classes=(ANSWER,) if is_answer else ())
        self._open: HTMLMath | None = None
        self._long: LongBlock | None = None
        self._sent = ""  # the text that is finished, and its end that may be sent again
        self._light = ""
        self._shown = 0  # characters of the open block
        self._left: tuple[HTMLMath, str] | None = None  # what a text becomes with the next drawing
        self._is_answer = is_answer
        self.box = self._column.box

    def show(self, parts: Sequence[Part], *, growing: bool) -> None:
        """Show the parts; do not send again what stands already."""
        text = parts[0].cited if parts and isinstance(parts[0], Words) else ""
        others = parts[1:] if text else parts
        if not self._goes_on(text):
            self._column.show_only()
            self._open, self._long, self._sent, self._light = None, None, "", ""
            self._shown = 0
        self._leave()
        rest = text[len(self._sent) :]
        if growing and not others:
            self._grow(rest)
            return
        drawn = html_blocks(rest, growing=growing)
        drawn += [part_html(part, is_aside=not self._is_answer) for part in others]
        value = "".join((self._light, *drawn))
        if growing and not is_due(len(value), self._shown):
            return
        self._shown = len(value)
        if self._long is None:
            self._put(value)
        else:
            self._open, self._long = self._long.finish(value), None

    def _goes_on(self, text: str) -> bool:
        """Return whether what was sent stands in the text; a citation may have come late."""
        if not text.startswith(self._sent):
            return False
        return self._long is None or text.startswith(self._long.settled, len(self._sent))

    def _grow(self, rest: str) -> None:
        """Show the finished blocks and the open one."""
        if self._long is None or self._long.has_ended(rest):
            finished, rest = split_blocks(rest)
            self._finish(finished)
        if self._long is not None:
            self._long.show(rest)
        elif is_due(len(rest), self._shown):
            self._shown = len(rest)
            drawn = "".join(html_blocks(rest, growing=True))
            part = settle(Context(), rest) if len(drawn) > _LONG else None
            if part is not None:
                self._lengthen(part, rest)
            elif len(drawn) < _SOON:
                self._put(f"{self._light}{drawn}")
            else:
                self._put(f'{self._light}<div class="{REST}">\n{drawn}</div>\n')

    def _lengthen(self, part: tuple[str, Context], rest: str) -> None:
        """Go on with the open block part by part.

        The text before it keeps the block until its parts are there; the style sheet hides it then.
        """
        if self._open is not None:
            self._left = (self._open, self._light)
        elif self._light:
            self._put(self._light)
        self._open, self._light = None, ""
        self._long = LongBlock(self._look, part)
        self._long.show(rest)
        self._column.add(self._long.box)

    def _leave(self) -> None:
        """Take the block out of the text before it."""
        if self._left is not None:
            widget, value = self._left
            widget.value, self._left = value, None

    def _finish(self, blocks: Sequence[str]) -> None:
        """Send finished blocks for the last time; short ones may be sent again."""
        if not blocks:
            return
        self._sent += "".join(blocks)
        self._shown = 0
        if self._long is not None:
            self._long.finish(to_html(blocks[0]))
            self._long, blocks = None, blocks[1:]
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
