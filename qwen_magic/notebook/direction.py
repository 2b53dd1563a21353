"""Arabic, Hebrew and their like are read from right to left; code and formulas never are (pure).

HTML finds the direction of an element by its first letter (`dir="auto"`), but leaves out elements
that have a direction of their own. So only outermost blocks get one, and code and formulas within,
which would mislead it. A text without such letters stays as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

__all__ = ["direct", "direction"]

_RIGHT_TO_LEFT = re.compile(
    r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_LEFT_TO_RIGHT = frozenset({"code_inline", "math_inline", "math_display", "fence", "code_block"})
_CELLS = frozenset({"td_open", "th_open"})


def direction(text: str) -> str:
    """Return the attribute that an element with this text needs, after a space, or nothing."""
    return ' dir="auto"' if _RIGHT_TO_LEFT.search(text) else ""


def direct(block: Sequence[Token]) -> None:
    """Set the directions within an outermost block, if it holds a letter that needs them."""
    if not any(_RIGHT_TO_LEFT.search(token.content) for token in block):
        return
    block[0].attrs["dir"] = "auto"
    for token in (inner for outer in block for inner in (outer, *(outer.children or ()))):
        if token.type in _LEFT_TO_RIGHT:
            token.attrs["dir"] = "ltr"
        elif token.type in _CELLS and not token.attrs:
            token.attrs["style"] = "text-align:start"
