"""The end of an open block, and what of it later text can no longer change.

A long block grows part by part. A part ends behind a line of code, a row of a table, an item of a
list, a block within an item or quote, or between two words of a paragraph outside of its markup. An
opening mark without its end may find it any time: after a few hundred characters without one, the
parts go on as if it were text. Nor does a part know that its paragraph will become a heading, or its
list get space between the items. So a block that has ended must be drawn again as a whole.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from qwen_magic.notebook.markdown.blocks import LINE_END, split_blocks, without_stub
from qwen_magic.notebook.markdown.cutting import FORMULA, WAYS
from qwen_magic.notebook.markdown.direction import is_right_to_left, said
from qwen_magic.notebook.markdown.drawing import drawn, plain_html
from qwen_magic.notebook.markdown.escapes import strip_controls
from qwen_magic.notebook.markdown.opened import Context, Opened, opened
from qwen_magic.notebook.markdown.tokens import blocks, safe

if TYPE_CHECKING:
    from qwen_magic.notebook.markdown.cutting import Cut

__all__ = ["Context", "has_ended", "settle", "tail_html"]

_LINE = 400  # characters of a formula's line that is cut
_CELL = re.compile(r'<(/?(?:td|tr|tbody|table))(?: style="text-align:(\w+)")?>\n?')
_KINDS = {
    "paragraph_open": "paragraph",
    "table_open": "table",
    "blockquote_open": "quote",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
}


def has_ended(context: Context, block: str) -> bool:
    """Return whether the open block seems to have ended; `split_blocks` knows."""
    return bool(split_blocks(context.source + block[context.settled :])[0])


def tail_html(context: Context, block: str) -> str:
    """Return the unsettled end of an open block as HTML, which is sent again and again."""
    tail = strip_controls(without_stub(block[context.settled :]))
    if context.leaf == "formula":
        return plain_html(tail, is_cut=False)
    found = opened(context, tail)
    return _brief(drawn(context, found.tokens))


def _brief(html: str) -> str:
    """Return tables in fewer letters; the live style sheet knows them."""
    return _CELL.sub(_tag, html)


def _tag(cell: re.Match[str]) -> str:
    side = f' class="{cell[2]}"' if cell[2] and cell[2] != "left" else ""
    return f"<{cell[1]}{side}>"


def settle(context: Context, block: str) -> tuple[str, Context] | None:
    """Return what of an open block can be sent for the last time, and what precedes the rest."""
    raw = block[context.settled :]
    lines = [match.end() for match in LINE_END.finditer(raw)]
    return _settled(context, raw) or (_settled(context, raw[: lines[-1]]) if lines else None)


def _settled(context: Context, raw: str) -> tuple[str, Context] | None:
    tail = strip_controls(raw)
    if lines := _formula(context, tail):
        html, end, after = lines
        return (html, replace(after, settled=context.settled + end)) if raw == tail else None
    found = opened(context, tail)
    outermost = sum(token.level == 0 and token.nesting >= 0 for token in found.tokens)
    if found.leaf < 0 or outermost > 1 or context.leaf == "formula":
        return None
    if not context.kind:
        context = replace(context, kind=_kind(found), is_right_to_left=_is_right(tail))
    for way in WAYS:
        cut = way(context, found)
        place = cut and _place(context, found, raw, cut)
        if cut and place:
            end = context.settled + place
            after = replace(cut.after, settled=end, kind=context.kind)
            return _brief(cut.html), replace(after, is_right_to_left=context.is_right_to_left)
    return None


def _kind(found: Opened) -> str:
    return _KINDS.get(found.tokens[0].type, "code")


def _is_right(tail: str) -> bool:
    return is_right_to_left(said(safe(blocks(tail))))


def _place(context: Context, found: Opened, raw: str, cut: Cut) -> int | None:
    """Return how many characters of the raw text stand before the cut."""
    source = "\n".join(found.lines)
    if source == f"{context.source}{raw}":
        before = sum(len(line) + 1 for line in found.lines[: cut.line])
        return before + cut.column - len(context.source)
    if cut.column:
        return None
    ends = [0, *(match.end() for match in LINE_END.finditer(raw))]
    line = cut.line - context.lines  # beyond all ends if a carriage return may be half of one
    return ends[line] if line < len(ends) else None


def _formula(context: Context, tail: str) -> tuple[str, int, Context] | None:
    """Settle whole lines of a formula whose end is missing; nothing in it is read as markup."""
    opening = context.source[:-1] if context.leaf == "formula" else ""
    if not opening:
        blank = len(tail) - len(tail.lstrip("\n"))
        start = FORMULA.match(tail, blank)
        if start is None or context.source:
            return None
        opening = start[0]
        ending = f"\\end{{{start[1]}}}" if start[1] else {"$$": "$$"}.get(opening, r"\]")
        if ending in tail[len(opening) :] or "\n\n" in tail:
            return None
    end = tail.rfind("\n", 0, max(0, tail.rfind("\n"))) + 1
    if not end and len(tail) > _LINE:
        end = tail.rfind(" ") + 1
    if end <= len(opening):
        return None
    after = Context(f"{opening}{tail[end - 1]}", leaf="formula", kind="paragraph")
    return plain_html(tail[:end], is_cut=True), end, after
