"""Part of an open block as HTML, to be shown as if it were one with the parts around it.

What goes on from the part above has the class `qwen-magic-on`, what goes on below has
`qwen-magic-open`: a style sheet takes margins and list markers away there.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from qwen_magic.notebook.markdown.direction import turn
from qwen_magic.notebook.markdown.escapes import escape
from qwen_magic.notebook.markdown.highlighting import OTHER, highlight_on
from qwen_magic.notebook.markdown.markdown import rendered
from qwen_magic.notebook.markdown.opened import CONTAINERS, LEAVES, LISTS, Context
from qwen_magic.notebook.markdown.tokens import safe
from qwen_magic.snippet import is_python

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

__all__ = ["ON", "OPEN", "drawn", "is_loose", "items", "plain_html"]

_CODE = ("fence", "code_block")
ON, OPEN = "qwen-magic-on", "qwen-magic-open"


def drawn(
    context: Context, tokens: Sequence[Token], *, path: Sequence[int] = (), is_cut: bool = False
) -> str:
    """Return the tokens of `opened`, from a context on, as HTML.

    Args:
        context: What precedes them.
        tokens: Some of them, whose containers are closed.
        path: The places of the containers that go on below; none if nothing follows yet.
        is_cut: Whether the last leaf goes on below, too.
    """
    _number(context, tokens)
    _mark(context, tokens, path, is_cut=is_cut)
    shown = safe(list(_shown(context, tokens)))
    if context.is_right_to_left:
        turn(shown)
    if context.kind == "paragraph":
        for token in shown:
            if token.type in {"paragraph_open", "paragraph_close"}:
                token.tag, token.block = "span", False
    return "".join(_html(context, shown, is_cut=is_cut))


def _html(context: Context, shown: list[Token], *, is_cut: bool) -> Iterator[str]:
    leaves = [token for token in shown if token.type in LEAVES]
    for token in shown:
        goes_on = context.leaf == "code" and token is leaves[0]
        if token.type in _CODE and (goes_on or token is leaves[-1]):
            here = context if goes_on else Context(is_right_to_left=context.is_right_to_left)
            ends = is_cut and token is leaves[-1]
            yield code_html(here, token.content.rstrip("\n"), token.info, is_cut=ends)
        else:
            yield rendered([token])


def plain_html(text: str, *, is_cut: bool) -> str:
    """Return a part of a formula whose end is missing."""
    name = f' class="{OPEN}"' if is_cut else ""
    return f"<span{name}>{escape(text)}</span>"


def code_html(context: Context, code: str, info: str, *, is_cut: bool) -> str:
    """Return a part of a code block; one that is drawn again and again has no colours."""
    if not code and not is_cut:
        return ""
    language = (info.split() or [""])[0]
    inner = (
        highlight_on(context.code, code, language)[0] if is_cut else html.escape(code, quote=False)
    )
    names = ["highlight", *([ON] if context.leaf else []), *([OPEN] if is_cut else [])]
    names += [OTHER] if language and not is_python(code, info) else []  # parts tell nothing else
    lead = "\n" if inner.startswith("\n") else ""
    direction = ' dir="ltr"' if context.is_right_to_left else ""
    return f'<div class="{" ".join(names)}"{direction}><pre>{lead}{inner}\n</pre></div>\n'


def is_loose(tokens: Sequence[Token], place: int) -> bool:
    """Return whether a list's items are paragraphs."""
    inside = tokens[place].level + 2
    for token in tokens[place + 1 :]:
        if token.level < inside - 1:
            return False
        if token.type == "paragraph_open" and token.level == inside and not token.hidden:
            return True
    return False


def items(tokens: Sequence[Token], place: int) -> Iterator[int]:
    """Yield the places of a list's items."""
    level = tokens[place].level
    for at, token in enumerate(tokens[place + 1 :], place + 1):
        if token.level <= level:
            return
        if token.type == "list_item_open" and token.level == level + 1:
            yield at


def _number(context: Context, tokens: Sequence[Token]) -> None:
    """Let the lists that go on keep their numbers and the space between their items."""
    places = [at for at, token in enumerate(tokens) if token.type in LISTS]
    for at, (first, loose) in zip(places, context.lists, strict=False):
        if tokens[at].type == "ordered_list_open":
            tokens[at].attrs["start"] = first
        if loose:
            _loosen(tokens, at)


def _loosen(tokens: Sequence[Token], place: int) -> None:
    level = tokens[place].level
    for token in tokens[place + 1 :]:
        if token.level <= level:
            return
        if token.type in {"paragraph_open", "paragraph_close"} and token.level == level + 2:
            token.hidden = False


def _mark(context: Context, tokens: Sequence[Token], path: Sequence[int], *, is_cut: bool) -> None:
    containers = [token for token in tokens if token.type in CONTAINERS]
    for token in containers[: context.on]:
        _name(token, ON)
    for at in path:
        _name(tokens[at], OPEN)
    if is_cut and context.kind in {"paragraph", "table"}:
        _name(tokens[0], OPEN)
    if context.kind == "paragraph":
        return
    leaves = [token for token in tokens if token.type == "paragraph_open" and not token.hidden]
    if leaves and context.leaf == "paragraph":
        _name(leaves[0], ON)
    if leaves and is_cut and tokens[-1 - len(path)].type == "paragraph_close":
        _name(leaves[-1], OPEN)


def _name(token: Token, name: str) -> None:
    token.attrs["class"] = f"{token.attrs.get('class', '')} {name}".strip()


def _shown(context: Context, tokens: Sequence[Token]) -> Iterator[Token]:
    """Yield the tokens without those of the context."""
    skipped = ""
    glue = context.glue
    for token in tokens:
        if skipped:
            skipped = "" if token.type == skipped else skipped
        elif _is_dummy(context, token):
            skipped = "heading_close"
        elif token.type == "thead_open" and context.leaf == "table":
            skipped = "thead_close"
        elif glue and token.type == "inline":
            token.content, glue = token.content[glue:], 0
            yield token
        else:
            yield token


def _is_dummy(context: Context, token: Token) -> bool:
    if token.type != "heading_open" or token.markup != "#":
        return False
    return token.map is not None and token.map[0] < context.lines
