"""The model's text as HTML that loads nothing, runs nothing and misleads nobody.

Raw HTML shows as text. Links lead to absolute http, https and mailto addresses. Images that would
be fetched become links. Formulas are TeX between dollars, each in an element of its own, where
Jupyter's MathJax finds them.

This module imports markdown-it: import it only when there is something to render.
"""

from __future__ import annotations

import html
from functools import lru_cache
from typing import TYPE_CHECKING

from qwen_magic.notebook.markdown.blocks import split_blocks, without_stub
from qwen_magic.notebook.markdown.direction import direct
from qwen_magic.notebook.markdown.escapes import (
    escape,
    escape_markdown,
    fence,
    inline_code,
    strip_controls,
)
from qwen_magic.notebook.markdown.footnotes import NOTE, link_footnotes
from qwen_magic.notebook.markdown.highlighting import OTHER, highlight
from qwen_magic.notebook.markdown.links import safe_link
from qwen_magic.notebook.markdown.safe_markdown import link, to_markdown
from qwen_magic.notebook.markdown.tokens import parse, top_level
from qwen_magic.snippet import is_python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from markdown_it.token import Token

__all__ = [
    "escape",
    "escape_markdown",
    "fence",
    "growing_html",
    "growing_markdown",
    "highlight",
    "html_blocks",
    "inline_code",
    "link",
    "rendered",
    "safe_link",
    "split_blocks",
    "strip_controls",
    "to_html",
    "to_markdown",
]

_CONTAINERS = ("blockquote", "ol", "table", "tbody", "thead", "tr", "ul")
_COLOURED_WHILE_GROWING = 5_000
_NOTE = "font-size:.9em;opacity:.85"
_KEPT = 512  # finished blocks of the answers that grow now


def to_html(text: str, within: str = "") -> str:
    """Return the text as HTML; footnotes are links if there is a scope for their ids."""
    return "".join(html_blocks(text, within=within))


def html_blocks(text: str, *, growing: bool = False, within: str = "") -> list[str]:
    """Return the HTML of each outermost block; joined, they equal `to_html`.

    Args:
        text: Markdown.
        growing: The text is the open rest of `split_blocks`, drawn again and again: a last line
            that is only the start of some markup is left out, and long code waits for its colours.
        within: What the ids of footnotes begin with; without it, they are no links.
    """
    tokens = parse(without_stub(text) if growing else text)
    if growing:
        for token in tokens:
            if len(token.content) > _COLOURED_WHILE_GROWING:
                token.info = ""
    if within:
        link_footnotes(tokens, within)
    blocks = list(top_level(tokens))
    for block in blocks:
        direct(block)
    return [rendered(block) for block in blocks]


def growing_html(text: str) -> str:
    """Return a growing text as HTML; its open end changes little when more arrives.

    Call it again and again: it renders each finished block once.
    """
    finished, rest = split_blocks(text)
    return "".join((*map(_block_html, finished), *html_blocks(rest, growing=True)))


def growing_markdown(text: str) -> str:
    """Return a growing text as safe Markdown."""
    finished, rest = split_blocks(text)
    blocks = (block.rstrip("\n") for block in (*map(_block_markdown, finished), to_markdown(rest)))
    return "\n\n".join(filter(None, blocks))


def rendered(tokens: Iterable[Token]) -> str:
    """Return safe tokens as HTML."""
    return "".join(map(_html, tokens))


_block_html = lru_cache(_KEPT)(to_html)
_block_markdown = lru_cache(_KEPT)(to_markdown)


def _html(token: Token) -> str:
    if token.type == "inline":
        return "".join(map(_html, token.children or ()))
    if token.hidden:
        return "" if token.nesting > 0 else "\n"
    if token.type in _CONTENT:
        return _CONTENT[token.type](token)
    newline = "\n" if token.block and (token.nesting < 1 or token.tag in _CONTAINERS) else ""
    return f"<{'/' * (token.nesting < 0)}{token.tag}{_attributes(token)}>{newline}"


def _attributes(token: Token) -> str:
    if token.tag in {"td", "th"} and token.nesting > 0 and not token.attrs:
        return ' style="text-align:left"'  # Jupyter's styles say right
    return "".join(f' {name}="{html.escape(str(value))}"' for name, value in token.attrs.items())


def _code(token: Token) -> str:
    mark = "" if is_python(token.content, token.info) else OTHER
    drawn = highlight(token.content, (token.info.split() or [""])[0], margin="0 0 1em", mark=mark)
    return f"<div{_attributes(token)}>{drawn}</div>\n" if token.attrs else drawn


def _citation(token: Token) -> str:
    href = token.attrs.get("href")
    title = f' title="{html.escape(str(token.attrs["title"]))}"' if "title" in token.attrs else ""
    mark = f"[{token.meta['number']}]"
    if not href:
        return f"<sup{title}>{mark}</sup>"
    target = f'href="{html.escape(str(href))}" target="_blank" rel="noopener noreferrer"'
    return f"<sup><a {target}{title}>{mark}</a></sup>"


def _footnote(token: Token) -> str:
    name = escape(token.meta["label"])
    linked = f"<a{_attributes(token)}>{name}</a>" if token.attrs else name
    return f"<sup>{linked}</sup>{' ' if token.type == 'footnote_label' else ''}"


_CONTENT: dict[str, Callable[[Token], str]] = {
    "text": lambda token: escape(token.content),
    "softbreak": lambda _: "\n",
    "hardbreak": lambda _: "<br>\n",
    # MathJax leaves code alone.
    "code_inline": lambda token: f"<code{_attributes(token)}>{html.escape(token.content)}</code>",
    "code_block": _code,
    "fence": _code,
    "citation": _citation,
    "footnote_mark": _footnote,
    "footnote_label": _footnote,
    f"{NOTE}_open": lambda token: f'<div style="{_NOTE}"{_attributes(token)}>\n',
    f"{NOTE}_close": lambda _: "</div>\n",
    "math_inline": lambda token: f"<span{_attributes(token)}>${html.escape(token.content)}$</span>",
    "math_display": lambda token: (
        f"<span{_attributes(token)}>$${html.escape(token.content)}$$</span>"
    ),
    "math_block": lambda token: f"<p>$${html.escape(token.content)}$$</p>\n",
}
