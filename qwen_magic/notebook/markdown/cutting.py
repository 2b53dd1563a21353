"""The ways to cut an open block in two: settled text that no longer changes, and the rest."""

from __future__ import annotations

import re
from copy import copy
from dataclasses import dataclass, replace

from markdown_it.token import Token

from qwen_magic.notebook.markdown.drawing import drawn, is_loose, items
from qwen_magic.notebook.markdown.highlighting import highlight_on
from qwen_magic.notebook.markdown.opened import LEAVES, LISTS, Context, Opened, closed
from qwen_magic.notebook.markdown.seams import seam

__all__ = ["FORMULA", "WAYS", "Cut"]

FORMULA = re.compile(r"\$\$|\\\[|\\begin\{(\w+\*?)\}")
_SURE = 20  # characters of a line that has not ended, from which on its kind is known


@dataclass(frozen=True, slots=True)
class Cut:
    """What is settled, down to a place in a line of the opened block, and what precedes the rest."""

    html: str
    line: int
    after: Context
    column: int = 0


def _goes_on(context: Context, found: Opened) -> bool:
    """Return whether the last leaf is the one that the context opened."""
    return bool(context.leaf) and not any(
        token.type in LEAVES and not (token.type == "heading_open" and token.markup == "#")
        for token in found.tokens[: found.leaf]
    )


def _before(context: Context, found: Opened) -> Cut | None:
    """Settle all blocks and items before the last one."""
    start, leaf = found.line_of(found.leaf), found.tokens[found.leaf]
    is_whole = not context.source or context.source.endswith("\n")
    first = context.lines + (not is_whole)
    is_sure = start < found.complete or (
        leaf.type == "paragraph_open" and len(found.tokens[found.leaf + 1].content) > _SURE
    )
    if start < first or not is_sure or _goes_on(context, found):
        return None
    cut = min([at for at in found.path if found.line_of(at) == start] + [found.leaf])
    settled = [t for t in found.tokens[:cut] if t.type in LEAVES and t.map]
    path = [at for at in found.path if at < cut]
    leading = found.leading(cut)
    if leading is None or not (context.leaf or any(t.map[0] >= first for t in settled if t.map)):
        return None
    after = Context(leading[0], on=len(path), lists=_lists(context, found, cut))
    html = drawn(context, closed(found.tokens[:cut], path), path=path)
    return Cut(html, start, after)


def _lists(context: Context, found: Opened, cut: int) -> tuple[tuple[int, bool], ...]:
    """Return what is to be known about the lists that are open at a place."""
    every = [at for at, token in enumerate(found.tokens) if token.type in LISTS]
    path = [at for at in found.path if at < cut]
    known = []
    for at in (at for at in path if found.tokens[at].type in LISTS):
        number = every.index(at)
        start = int(found.tokens[at].attrs.get("start", 1))
        first, loose = (*context.lists, *[(start, False)] * len(every))[number]
        if number >= len(context.lists):
            first, loose = start, False
        passed = sum(place < cut for place in items(found.tokens, at))
        stays = at != path[-1]
        known.append((first + passed - stays, loose or is_loose(found.tokens, at)))
    return tuple(known)


def _inside(context: Context, found: Opened, source: str, **known: object) -> Context:
    """Return the context of a leaf that goes on."""
    lists = _lists(context, found, found.leaf)
    return replace(Context(source, on=len(found.path), lists=lists), **known)  # type: ignore[arg-type]


def _code(context: Context, found: Opened) -> Cut | None:
    """Settle lines of code, but not the last one if it is needed: for its margin or indentation."""
    token = found.tokens[found.leaf]
    if token.type not in {"fence", "code_block"}:
        return None
    is_fence = token.type == "fence"
    start = found.line_of(found.leaf)
    first, lines = start + is_fence, token.content.split("\n")
    count = min(found.complete - first, len(lines) - 1) - (bool(found.path) or not is_fence)
    while count > 0 and not lines[count - 1].strip():
        count -= 1
    leading = found.leading(found.leaf, found.leaf if is_fence else None)
    if count <= 0 or leading is None:
        return None
    before = context.code if _goes_on(context, found) else ""
    code = "\n".join(lines[:count])
    known = f"{highlight_on(before, code, (token.info.split() or [''])[0])[1]}\n"
    source = leading[0] + (f"{found.lines[start]}\n" if is_fence else "")
    after = _inside(context, found, source, leaf="code", code=known)
    part = copy(token)
    part.content = f"{code}\n"
    tokens = closed([*found.tokens[: found.leaf], part], found.path)
    html = drawn(context, tokens, path=found.path, is_cut=True)
    return Cut(html, first + count, after)


def _rows(context: Context, found: Opened) -> Cut | None:
    """Settle an even number of a table's rows, so that their stripes go on."""
    table, start = found.tokens[found.leaf], found.line_of(found.leaf)
    if table.type != "table_open":
        return None
    opens = [at for at, t in enumerate(found.tokens) if t.type == "tr_open" and at > found.leaf]
    rows = [at for at in opens if start + 2 <= found.line_of(at) < found.complete]
    count = (len(rows) - bool(found.path)) // 2 * 2
    leading = found.leading(found.leaf, found.leaf)
    if count <= 0 or leading is None:
        return None
    source = leading[0] + "".join(f"{line}\n" for line in found.lines[start : start + 2])
    after = _inside(context, found, source, leaf="table")
    cut = rows[count] if count < len(rows) else _end(found, rows[-1])
    ends = [
        Token("tbody_close", "tbody", -1, block=True),
        Token("table_close", "table", -1, block=True),
    ]
    tokens = closed([*found.tokens[:cut], *ends], found.path)
    html = drawn(context, tokens, path=found.path, is_cut=True)
    return Cut(html, found.line_of(rows[count - 1]) + 1, after)


def _end(found: Opened, row: int) -> int:
    """Return the place behind a row."""
    rest = enumerate(found.tokens[row:], row)
    return next(at for at, token in rest if token.type == "tr_close") + 1


def _words(context: Context, found: Opened) -> Cut | None:
    """Settle the beginning of a paragraph."""
    if found.tokens[found.leaf].type != "paragraph_open":
        return None
    inline = found.tokens[found.leaf + 1]
    glue = context.glue if _goes_on(context, found) else 0
    is_item = any(found.tokens[at].type in LISTS for at in found.path)
    if FORMULA.match(inline.content) or not (where := seam(inline.content[glue:], is_item=is_item)):
        return None
    end = glue + where[0] + len(where[1])
    at = _source_place(found, inline.content, end)
    leading = found.leading(found.leaf, found.leaf)
    if at is None or leading is None:
        return None
    after = _inside(
        *(context, found, f"{''.join(leading)}x{where[1]}"),
        leaf="paragraph",
        glue=1 + len(where[1]),
    )
    part, close = copy(inline), found.tokens[found.leaf + 2]
    part.content = inline.content[:end]
    tokens = closed([*found.tokens[: found.leaf + 1], part, close], found.path)
    html = drawn(context, tokens, path=found.path, is_cut=True)
    return Cut(html, at[0], after, at[1])


def _source_place(found: Opened, content: str, end: int) -> tuple[int, int] | None:
    """Return the line and column of a place in a paragraph's text."""
    number = content.count("\n", 0, end)
    column = end - content.rfind("\n", 0, end) - 1
    words = content.split("\n")[number].rstrip()
    line = found.lines[found.line_of(found.leaf) + number].rstrip()
    if not line.endswith(words) or column > len(words):
        return None
    return found.line_of(found.leaf) + number, len(line) - len(words) + column


WAYS = (_before, _code, _rows, _words)
"""Each returns a cut, or None; the first that finds one decides."""
