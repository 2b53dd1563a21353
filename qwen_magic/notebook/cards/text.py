"""Cards as plain text and as Markdown: reasoning quoted, a tool call in one line (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwen_magic.notebook.cards.citing import with_numbers
from qwen_magic.notebook.cards.parts import Note, Rows, Value, Words
from qwen_magic.notebook.cards.values import value_markdown, value_plain
from qwen_magic.notebook.markdown.escapes import escape_markdown, indented, strip_controls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qwen_magic.notebook.cards.cards import Card
    from qwen_magic.notebook.cards.parts import Part, Row

__all__ = ["card_markdown", "card_plain", "line_markdown", "quote", "said", "stack", "written"]

_OTHERS = 5  # sources that are not cited, where nothing folds


def written(card: Card) -> str:
    """Return what an answer or the reasoning says, as the model wrote it."""
    parts = (part for part in card.parts if isinstance(part, Words | Note | Value))
    return "\n\n".join(value_plain(p.value) if isinstance(p, Value) else p.text for p in parts)


def said(card: Card, begin: int = 0, end: int | None = None) -> str:
    """Return what was `written`, or a piece of it, with the numbers of what it cites."""
    marks = [mark for part in card.parts if isinstance(part, Words) for mark in part.marks]
    return with_numbers(written(card)[begin:end], marks, begin)


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
        case "sources":
            return "\n".join((card.heading, *_rows_plain(list(_rows(card)))))
        case _:
            return f"• {strip_controls(card.heading)}"


def card_markdown(card: Card) -> str:
    """Return a card as Markdown that contains no HTML.

    A `+` marks a tool call. A list that begins an answer has another marker, so they stay apart.
    """
    if card.kind == "tool":
        return f"+ {escape_markdown(card.heading)}"
    if card.kind == "sources":
        return "\n\n".join(
            (line_markdown(card.heading), "\n".join(map(_row_markdown, _rows(card))))
        )
    growing = card.state == "running"
    drawn = (_part_markdown(part, growing=growing) for part in card.parts)
    words = "\n\n".join(filter(None, drawn))
    if card.kind == "answer":
        return words
    return indented(f"**{escape_markdown(card.heading)}**\n\n{words}", "> ", "> ")


def _part_markdown(part: Part, *, growing: bool) -> str:
    from qwen_magic.notebook.markdown.markdown import growing_markdown, to_markdown

    match part:
        case Words(cited=text):
            return growing_markdown(text) if growing else to_markdown(text).rstrip("\n")
        case Note(text):
            return line_markdown(text)
        case Value(value):
            return value_markdown(value)
        case _:
            return ""


def _rows(card: Card) -> Iterator[Row]:
    return (row for part in card.parts if isinstance(part, Rows) for row in part.rows)


def _rows_plain(rows: list[Row]) -> Iterator[str]:
    """Yield a line for each source that is cited, and for the first of the others."""
    shown = [row for row in rows if row.number]
    others = rows[len(shown) :]
    for row in (*shown, *others[:_OTHERS]):
        mark = f"[{row.number}]" if row.number else "•"
        named = f"{row.title} · {row.url}" if row.site and row.url else row.url or row.title
        yield strip_controls(f"{mark} {named}")
    if len(others) > _OTHERS:
        yield f"… {len(others) - _OTHERS:,} more"


def _row_markdown(row: Row) -> str:
    from qwen_magic.notebook.markdown.markdown import link, safe_link

    mark = f"{row.number}." if row.number else "-"
    url = safe_link(row.url)
    linked = link(row.title, url) if url else escape_markdown(row.title)
    return f"{mark} {linked}{f' · {escape_markdown(row.site)}' if row.site else ''}"


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
