"""Check boxes and alerts, which GitHub's readers know: `- [x]` and `> [!NOTE]`.

A box is a character, since a form element would look as if it could be clicked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it.token import Token

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["mark"]

_BOX = re.compile(r"\[([ xX])\](?=\s)")
_BOXES = {" ": "\N{BALLOT BOX}", "x": "\N{BALLOT BOX WITH CHECK}"}
_ALERT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*", re.IGNORECASE)


def mark(tokens: Sequence[Token]) -> None:
    """Put boxes and the words of alerts into a text's tokens."""
    for place, token in enumerate(tokens):
        if token.type != "inline" or not token.children or token.children[0].type != "text":
            continue
        above = [t.type for t in tokens[max(0, place - 2) : place]]
        if above == ["list_item_open", "paragraph_open"]:
            first = token.children[0]
            if box := _BOX.match(first.content):
                first.content = f"{_BOXES[box[1].lower()]}{first.content[box.end() :]}"
        elif above == ["blockquote_open", "paragraph_open"]:
            token.children = _with_word(token.children)


def _with_word(children: list[Token]) -> list[Token]:
    """Return a quote's first line with an alert's word in place of its mark."""
    found = _ALERT.fullmatch(children[0].content)
    if not found or (len(children) > 1 and children[1].type != "softbreak"):
        return children
    word = Token("text", "", 0, content=found[1].capitalize())
    opening = Token("strong_open", "strong", 1, markup="**")
    marked = [opening, word, Token("strong_close", "strong", -1, markup="**")]
    return [*marked, *([Token("hardbreak", "br", 0)] if children[1:] else []), *children[2:]]
