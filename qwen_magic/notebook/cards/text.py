"""Cards as plain text and as Markdown: reasoning quoted, a tool call in one line (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwen_magic.notebook.cards.parts import Note, Words
from qwen_magic.notebook.markdown.escapes import escape_markdown, indented, strip_controls

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qwen_magic.notebook.cards.cards import Card
    from qwen_magic.notebook.cards.parts import Part

__all__ = ["card_markdown", "card_plain", "line_markdown", "quote", "said", "stack"]


def said(card: Card) -> str:
    """Return what an answer or the reasoning says, as the model wrote it."""
    texts = (part.text for part in card.parts if isinstance(part, Words | Note))
    return "\n\n".join(texts)


def quote(text: str) -> str:
    """Return the text with a bar before each line."""
    return "\n".join(f"│ {line}".rstrip() for line in text.split("\n"))


def card_plain(card: Card) -> str:
    """Return a card as plain text."""
    match card.kind:
        case "answer":
            return strip_controls(said(card)).strip("\n")
        case "reasoning":
            return quote(strip_controls(said(card)).strip("\n"))
        case _:
            return f"• {strip_controls(card.heading)}"


def card_markdown(card: Card) -> str:
    """Return a card as Markdown that contains no HTML.

    A `+` marks a tool call. A list that begins an answer has another marker, so they stay apart.
    """
    if card.kind == "tool":
        return f"+ {escape_markdown(card.heading)}"
    growing = card.state == "running"
    words = "\n\n".join(_part_markdown(part, growing=growing) for part in card.parts)
    if card.kind == "answer":
        return words
    return indented(f"**{escape_markdown(card.heading)}**\n\n{words}", "> ", "> ")


def _part_markdown(part: Part, *, growing: bool) -> str:
    from qwen_magic.notebook.markdown.markdown import growing_markdown, to_markdown

    match part:
        case Words(text):
            return growing_markdown(text) if growing else to_markdown(text).rstrip("\n")
        case Note(text):
            return line_markdown(text)
        case _:
            return ""


def line_markdown(text: str) -> str:
    """Return a line beside the answer, in italics."""
    return f"*{escape_markdown(' '.join(text.split()))}*"


def stack(shown: Iterable[Card], drawn: Iterable[str]) -> str:
    """Join drawn cards with blank lines between them, but none between two tool calls."""
    text, before = "", ""
    for card, lines in zip(shown, drawn, strict=True):
        gap = "\n" if before == card.kind == "tool" else "\n\n"
        text += f"{gap if text else ''}{lines}"
        before = card.kind
    return text
