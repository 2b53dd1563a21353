"""The block that is still open: where its unsettled end stands, and the source that leads there.

A parser that reads only the end of a block must know in which quotes, items, table or fence it
stands. So a few lines are put before the end, the context, which open the same containers: `- #` for
an item, with an empty heading, behind which anything may follow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from markdown_it.token import Token

from qwen_magic.notebook.markdown.footnotes import NOTE
from qwen_magic.notebook.markdown.tokens import blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["CONTAINERS", "LEAVES", "LISTS", "Context", "Leaf", "Opened", "closed", "opened"]

Leaf = Literal["", "paragraph", "code", "table", "formula"]

LISTS = ("bullet_list_open", "ordered_list_open")
CONTAINERS = (*LISTS, "blockquote_open", "list_item_open")
LEAVES = (
    *("paragraph_open", "heading_open", "fence", "code_block", "table_open", "math_block", "hr"),
)
_QUOTED = re.compile(r" *> ?")
_ITEM = re.compile(r" *(?:[-+*]|\d{1,9}[.)])(?: {1,4}(?=\S)| |$)")
_INDENT = re.compile(r" *")


@dataclass(frozen=True, slots=True)
class Context:
    """What precedes the unsettled end of an open block.

    Attributes:
        source: Lines that open the same containers and the same leaf.
        settled: How many characters of the block they stand for.
        leaf: What goes on in the unsettled end, if not a new block.
        glue: How many characters of the leaf's text belong to the source.
        on: How many containers go on.
        lists: For each list that goes on, the number of its first item in the source or behind
            it, and whether its items are known to be paragraphs.
        code: The code above, for the colours.
        kind: The outermost block's leaf, or `quote`, or `list`.
        is_right_to_left: Whether it is read from right to left.
    """

    source: str = ""
    settled: int = 0
    leaf: Leaf = ""
    glue: int = 0
    on: int = 0
    lists: tuple[tuple[int, bool], ...] = ()
    code: str = ""
    kind: str = ""
    is_right_to_left: bool = False

    @property
    def lines(self) -> int:
        """The number of its whole lines."""
        return self.source.count("\n")


@dataclass(frozen=True, slots=True)
class Opened:
    """An open block behind its context.

    Attributes:
        lines: Its lines, with the context's.
        tokens: Of all that, without what is inside of leaves.
        path: The places of the containers around the last leaf.
        leaf: The place of the last leaf; -1 if there is none that grows part by part.
        complete: How many lines are complete.
    """

    lines: list[str]
    tokens: list[Token]
    path: list[int] = field(default_factory=list)
    leaf: int = -1
    complete: int = 0

    def line_of(self, place: int) -> int:
        """Return the line on which a token's block begins."""
        found = self.tokens[place].map
        return found[0] if found else 0

    def leading(self, cut: int, leaf: int | None = None) -> tuple[str, str] | None:
        """Return the source that opens the containers before a token, and what leads to a leaf.

        None if that takes more than a few spaces and markers.
        """
        frames = [at for at in self.path if at < cut and self.tokens[at].type not in LISTS]
        numbers = sorted({self.line_of(at) for at in frames})
        leads = [self._lead(frames, number) for number in numbers]
        lead = None
        if leaf is not None:
            lead = self._lead(frames, self.line_of(leaf))
            if lead is None:
                return None
            if numbers[-1:] == [self.line_of(leaf)]:
                del leads[-1]
        made = [f"{known.rstrip(' ')} #\n" for known in leads if known is not None]
        return ("".join(made), lead or "") if len(made) == len(leads) else None

    def _lead(self, frames: Sequence[int], number: int) -> str | None:
        """Return a line's markers and indentation, down to the innermost container."""
        line, end = self.lines[number], 0
        for at in frames:
            opens = self.line_of(at)
            if opens > number:
                continue
            is_quote = self.tokens[at].type == "blockquote_open"
            pattern = _QUOTED if is_quote else _ITEM if opens == number else _INDENT
            found = pattern.match(line, end)
            if found is None:
                return None
            end = found.end()
        return None if line[end : end + 1] == "\t" else line[:end]


def opened(context: Context, tail: str) -> Opened:
    """Return an open block from its context on; the tail has no control characters."""
    source = f"{context.source}{tail}"
    found = Opened(source.split("\n"), blocks(source), complete=source.count("\n"))
    stack: list[int] = []
    path, leaf = [], -1
    for at, token in enumerate(found.tokens):
        if token.type in CONTAINERS:
            stack.append(at)
        elif token.type.removesuffix("_close") + "_open" in CONTAINERS and token.nesting < 0:
            stack.pop()
        elif token.type in LEAVES:
            path, leaf = list(stack), at
    if any(token.type.startswith(NOTE) for token in found.tokens):
        leaf = -1  # footnotes are short
    return replace(found, path=path, leaf=leaf)


def closed(tokens: Sequence[Token], path: Sequence[int]) -> list[Token]:
    """Return tokens with the containers closed that are open behind them."""
    openings = [tokens[at] for at in reversed(path) if at < len(tokens)]
    names = ((t.type.removesuffix("_open") + "_close", t) for t in openings)
    return [*tokens, *(Token(name, t.tag, -1, block=True, level=t.level) for name, t in names)]
