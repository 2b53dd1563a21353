"""A text that still grows, cut where it no longer changes."""

from __future__ import annotations

import re
from itertools import pairwise

from qwen_magic.notebook.markdown.escapes import strip_controls
from qwen_magic.notebook.markdown.footnotes import NOTE
from qwen_magic.notebook.markdown.tokens import parser

__all__ = ["LINE_END", "split_blocks", "without_stub"]

# A carriage return at the very end may be half of a line end.
LINE_END = re.compile(r"\r\n|\n|\r(?!\Z)")
# These can go on after a blank line; any other block ends there.
_REOPENED = ("bullet_list_open", "ordered_list_open", "code_block", f"{NOTE}_open")
_STUB = re.compile(r"(?:\A|\n)[ >]*(?:[-+*=_#~`|]{1,6}|\d{1,9}[.)]?) *\Z")


def split_blocks(text: str) -> tuple[list[str], str]:
    """Split a text into its finished outermost blocks and the open rest.

    The parts add up to the text. A finished block stays as it is, whatever follows. To go on where
    this call ended, split the rest together with what arrives later. Only complete lines decide
    anything: `#` may become a heading, `#1` does not.
    """
    lines = [match.end() for match in LINE_END.finditer(text)]
    cuts = [lines[end - 1] for end in _ends(text[: lines[-1]], len(lines))] if lines else []
    return [text[a:b] for a, b in pairwise([0, *cuts])], text[cuts[-1] if cuts else 0 :]


def _ends(source: str, lines: int) -> list[int]:
    """Return the line after each finished block."""
    md = parser()
    tokens = md.block.parse(strip_controls(source), md, {}, []) or []
    found = [(t.type, t.map[1]) for t in tokens if t.level == 0 and t.nesting >= 0 and t.map]
    if found and (found[-1][0] in _REOPENED or found[-1][1] == lines):
        del found[-1]
    return [end for _, end in found]


def without_stub(text: str) -> str:
    """Return the text without its last line, if that is only the start of some markup.

    A lone `-` under a paragraph makes it a heading until the rest of the list item arrives.
    """
    return _STUB.sub("", text)
