"""The model's text as tokens, each of them safe to show in any format.

Parsing and distrust happen here, once. The links, images and formulas that remain may be shown as
they are. Everything else is text or code, which the writers escape.
"""

from __future__ import annotations

from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore, inline, text_join
from markdown_it.token import Token

from qwen_magic.notebook.markdown.citations import add_citations, without_citations
from qwen_magic.notebook.markdown.escapes import strip_controls
from qwen_magic.notebook.markdown.flanking import FriendlyInline, joins_lines, neighbours
from qwen_magic.notebook.markdown.footnotes import add_footnotes, label
from qwen_magic.notebook.markdown.links import find_links, safe_image, safe_link
from qwen_magic.notebook.markdown.marks import mark
from qwen_magic.notebook.markdown.rules import add_rules
from qwen_magic.notebook.markdown.tex import typesettable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["blocks", "parse", "parser", "safe", "top_level"]

_BREAKS = ("softbreak", "hardbreak")
_FORMULAS = ("math_inline", "math_display", "math_block")


@cache
def parser() -> MarkdownIt:
    """Return a parser for CommonMark, tables, strikethrough and formulas; no HTML.

    Link reference definitions are off: they would change blocks that were shown long before them.
    The nesting limit is also the depth to which the writers recurse.
    """
    md = MarkdownIt("commonmark", {"html": False, "maxNesting": 100})
    md.inline, usual = FriendlyInline(), md.inline
    md.inline.ruler.enableOnly(usual.ruler.get_active_rules())
    md.inline.ruler2.enableOnly(usual.ruler2.get_active_rules())
    md.enable(["table", "strikethrough"])
    md.disable(["reference", "html_block", "html_inline"])
    add_rules(md)
    add_citations(md)
    add_footnotes(md)
    return md


def parse(text: str) -> list[Token]:
    """Return the safe tokens of a whole text."""
    return _marked(parser().parse(strip_controls(text)))


def blocks(source: str) -> list[Token]:
    """Return the tokens of a text without control characters; what is inside a block is source."""
    md = parser()
    return md.block.parse(source, md, {}, []) or []


def safe(tokens: list[Token]) -> list[Token]:
    """Return the safe tokens of some of `blocks`."""
    state = StateCore("", parser(), {}, tokens)
    inline(state)
    text_join(state)
    return _marked(tokens)


def _marked(tokens: list[Token]) -> list[Token]:
    mark(tokens)
    tokens = label(tokens)
    for token in tokens:
        _without_citations(token)
    return [_safe_block(token) for token in tokens]


def top_level(tokens: Iterable[Token]) -> Iterator[list[Token]]:
    """Group tokens by the outermost block that they belong to."""
    depth = 0
    block: list[Token] = []
    for token in tokens:
        block.append(token)
        depth += token.nesting
        if depth == 0:
            yield block
            block = []


def _without_citations(token: Token) -> None:
    """Take citations out of code, formulas and addresses; they were not parsed there."""
    for inner in (token, *(token.children or ())):
        if inner.type not in {"inline", "text"}:
            inner.content = without_citations(inner.content)


def _safe_block(token: Token) -> Token:
    if token.type == "inline":
        token.children = list(_safe_inline(token.children or ()))
    elif token.type in _FORMULAS:
        return _safe_formula(token)
    return token


def _safe_inline(tokens: Iterable[Token], *, linked: bool = False) -> Iterator[Token]:
    rest = iter(_joined(list(tokens)))
    for token in rest:
        if token.type == "link_open":
            yield from _safe_link(token, list(takewhile(lambda t: t.type != "link_close", rest)))
        elif token.type == "image":
            yield from _safe_image(token, linked=linked)
        elif token.type in _FORMULAS:
            yield _safe_formula(token)
        elif token.type == "text" and not linked:
            yield from _with_links(token.content)
        elif token.type == "citation" and linked:
            token.attrs.pop("href", None)
            yield token
        else:
            yield token


def _joined(tokens: list[Token]) -> Iterator[Token]:
    """Leave out the line ends that are no spaces: those between Chinese or Japanese characters."""
    beside = neighbours([token.content for token in tokens])
    for token, (before, after) in zip(tokens, beside, strict=True):
        if token.type == "softbreak" and before and after and joins_lines(before, after):
            continue
        yield token


def _safe_link(opening: Token, inner: list[Token]) -> Iterator[Token]:
    """Yield a link if it is safe; else its text, with the address in brackets."""
    href = str(opening.attrs.get("href", ""))
    url = safe_link(href)
    shown = list(_safe_inline(inner, linked=bool(url)))
    if url:
        yield from _link(url, shown or [_text(url)], opening.attrs.get("title"))
        return
    yield from shown
    if href and opening.info != "auto":
        yield _text(f" ({href})")


def _link(url: str, shown: list[Token], title: object = None) -> Iterator[Token]:
    attributes = {"href": url} | ({"title": strip_controls(str(title))} if title else {})
    attributes |= {"rel": "noopener noreferrer", "target": "_blank"}
    yield Token("link_open", "a", 1, attrs={**attributes})
    yield from shown
    yield Token("link_close", "a", -1)


def _safe_image(token: Token, *, linked: bool) -> Iterator[Token]:
    """Yield an image, or a link if it would be fetched: a request can carry data away."""
    source, alt = str(token.attrs.get("src", "")), _plain(token.children or ())
    if safe_image(source):
        yield Token("image", "img", 0, attrs={"src": source, "alt": strip_controls(alt)})
    elif linked:
        yield _text(f"{alt} ({source})")
    else:
        token.attrs["href"] = source
        yield from _safe_link(token, [_text(alt)] if alt else [])


def _safe_formula(token: Token) -> Token:
    tex = typesettable(token.content)
    if tex is not None:
        token.content = tex
        return token
    if token.block:
        return Token("fence", "code", 0, content=f"{token.content.strip()}\n", block=True)
    return Token("code_inline", "code", 0, content=" ".join(token.content.split()))


def _with_links(text: str) -> Iterator[Token]:
    for index, piece in enumerate(find_links(text)):
        url = safe_link(piece) if index % 2 else None
        if url:
            yield from _link(url, [_text(piece)])
        elif piece:
            yield _text(piece)


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _plain(tokens: Iterable[Token]) -> str:
    return "".join(
        _plain(t.children) if t.children else " " if t.type in _BREAKS else t.content
        for t in tokens
    )
