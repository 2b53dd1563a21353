"""A text that is drawn again and again while it grows: what is finished is rendered once (pure)."""

from __future__ import annotations

from functools import lru_cache

from qwen_magic.notebook.markdown.markdown import html_blocks, split_blocks, to_html, to_markdown

__all__ = ["growing_html", "growing_markdown"]

_KEPT = 512  # finished blocks of the answers that grow just now

_block_html = lru_cache(_KEPT)(to_html)
_block_markdown = lru_cache(_KEPT)(to_markdown)


def growing_html(text: str) -> str:
    """Return the text as HTML, its open end drawn so that little changes with what follows."""
    finished, rest = split_blocks(text)
    return "".join((*map(_block_html, finished), *html_blocks(rest, growing=True)))


def growing_markdown(text: str) -> str:
    """Return the text as safe Markdown."""
    finished, rest = split_blocks(text)
    blocks = (block.rstrip("\n") for block in (*map(_block_markdown, finished), to_markdown(rest)))
    return "\n\n".join(filter(None, blocks))
