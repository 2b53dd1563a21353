"""Text direction: right to left for Arabic, Hebrew and the like, never in code or formulas (pure).

As with HTML's `dir="auto"`, the first letter outside of code and formulas decides. We spell the
direction out, because Jupyter's style sheets align paragraphs and cells to the left. An outermost
block has one direction, so that the items of a list and the columns of a table agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import bidirectional

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from markdown_it.token import Token

__all__ = ["direct", "is_right_to_left", "said", "turn"]

_TO_THE_RIGHT = "text-align:right"  # Jupyter's styles say left
_STYLES = {
    "paragraph_open": _TO_THE_RIGHT,
    "td_open": _TO_THE_RIGHT,
    "th_open": _TO_THE_RIGHT,
    "table_open": "margin-left:auto",
    "blockquote_open": "border-left:0;border-right:5px solid rgba(128,128,128,.3)",
}
_LEFT_TO_RIGHT = frozenset({"code_inline", "math_inline", "math_display", "fence", "code_block"})


def is_right_to_left(text: str) -> bool:
    """Return whether the first letter belongs to a script that is read from right to left."""
    if text.isascii():
        return False
    kinds = (bidirectional(letter) for letter in text)
    return next((kind for kind in kinds if kind in {"L", "R", "AL"}), "L") != "L"


def direct(block: Sequence[Token]) -> None:
    """Set the directions within an outermost block, if it is read from right to left."""
    if is_right_to_left(said(block)):
        turn(block)


def turn(block: Sequence[Token]) -> None:
    """Set the directions within an outermost block that is read from right to left."""
    for token in _every(block):
        if token.type in _LEFT_TO_RIGHT:
            token.attrs["dir"] = "ltr"
        elif token.type in _STYLES and not token.attrs:
            token.attrs["style"] = _STYLES[token.type]
    block[0].attrs["dir"] = "rtl"


def said(block: Iterable[Token]) -> str:
    """Return a block's text outside of code and formulas."""
    return "".join(token.content for token in _every(block) if token.type == "text")


def _every(block: Iterable[Token]) -> Iterator[Token]:
    for token in block:
        yield token
        yield from token.children or ()
