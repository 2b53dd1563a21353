"""Cards as HTML that reads well without styles, and looks calm with a few (pure).

These styles survive in an untrusted notebook. Opacity and translucent greys suit light and dark
themes alike.
"""

from __future__ import annotations

import html
import re
from itertools import groupby
from typing import TYPE_CHECKING, assert_never

from qwen_magic.conversation.chains.tree import counted
from qwen_magic.excerpt import whole
from qwen_magic.notebook.cards.parts import (
    Code,
    Links,
    Logs,
    Note,
    Picture,
    Raw,
    Rows,
    Value,
    Words,
)
from qwen_magic.notebook.cards.values import value_html
from qwen_magic.notebook.cards.wording import LONGEST
from qwen_magic.notebook.markdown.direction import is_right_to_left
from qwen_magic.notebook.markdown.escapes import escape
from qwen_magic.notebook.markdown.highlighting import highlight
from qwen_magic.notebook.markdown.links import safe_link

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qwen_magic.notebook.cards.cards import Card
    from qwen_magic.notebook.cards.parts import Part, Row

__all__ = ["card_html", "ending_html", "line_html", "part_html"]

_GREY = "rgba(128,128,128,.35)"
_FOLD = "margin:.3em 0"
_HEADING = "cursor:pointer;opacity:.7"
_PLAIN = "margin:.3em 0 .3em .95em;opacity:.7"  # in line with the words behind a triangle
_INSIDE = f"margin:.4em 0 .8em .3em;padding:0 0 0 .9em;border-left:2px solid {_GREY};opacity:.85"
_CODE = "margin:.4em 0"
_LOGS = "margin:.4em 0;white-space:pre-wrap;overflow-wrap:anywhere"
_IMAGE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+\Z")
_LINES = 30  # lines of logs that always show; the rest is folded below them
_LINKS = "margin:.4em 0;padding:0 0 0 1.3em"
_SMALL = "margin:.4em 0;font-size:.9em;opacity:.65"
_ANSWER = "margin:.8em 0"
_ENDING = f"margin:.8em 0;padding:0 0 0 .8em;border-left:2px solid {_GREY};opacity:.85"


def card_html(card: Card, *, is_open: bool = False) -> str:
    """Return a card: an answer is open, anything else folds behind its heading."""
    growing = card.state == "running"
    is_answer = card.kind == "answer"
    drawn = (part_html(part, growing=growing, is_aside=not is_answer) for part in card.parts)
    inside = "".join(drawn)
    if is_answer:
        return f'<div style="{_ANSWER}">\n{inside}</div>\n'
    if not inside:
        return f'<div style="{_PLAIN}">{escape(card.heading)}</div>\n'
    return (
        f'<details style="{_FOLD}"{" open" if is_open else ""}>'
        f'<summary style="{_HEADING}">{escape(card.heading)}</summary>\n'
        f'<div style="{_INSIDE}">\n{inside}</div></details>\n'
    )


def part_html(  # noqa: PLR0911 - one a part
    part: Part, *, growing: bool = False, is_aside: bool = True
) -> str:
    """Return one part of a card, growing or whole; outside an answer, sentences are small."""
    match part:
        case Words():
            return _words(part, growing=growing)
        case Code(text, language):
            return f'<div style="{_CODE}">{highlight(text, language)}</div>\n'
        case Logs(text):
            return _logs(text)
        case Links(links):
            rows = "".join(f"<li>{_link(*link)}</li>\n" for link in links)
            return f'<ul style="{_LINKS}">\n{rows}</ul>\n'
        case Rows(rows):
            return _rows(rows)
        case Value(value):
            return value_html(value)
        case Raw(text):
            return _folded("JSON", f'<div style="{_CODE}">{highlight(text, "json")}</div>\n')
        case Note(text):
            return line_html(text) if is_aside else ending_html(text)
        case Picture(url):
            return _picture(url)
        case _:
            assert_never(part)


def _picture(url: str) -> str:
    if not _IMAGE.match(url):
        return line_html("an image")
    return f'<img src="{escape(url)}" alt="image" style="max-width:100%"/>\n'


def _words(words: Words, *, growing: bool) -> str:
    from qwen_magic.notebook.markdown.markdown import growing_html, to_html

    return growing_html(words.cited) if growing else to_html(words.cited, words.scope)


def _folded(heading: str, inside: str) -> str:
    return (
        f'<details style="{_FOLD}"><summary style="{_HEADING}">{escape(heading)}</summary>\n'
        f"{inside}</details>\n"
    )


def _rows(rows: Iterable[Row]) -> str:
    """Return sources: a numbered list of those that are cited, then the others."""
    kinds = groupby(rows, lambda row: row.number > 0)
    lists = (("ol" if cited else "ul", "".join(map(_row, found))) for cited, found in kinds)
    return "".join(f'<{tag} style="{_LINKS}">\n{inside}</{tag}>\n' for tag, inside in lists)


def _row(row: Row) -> str:
    site = f' <span style="opacity:.7">{escape(row.site)}</span>' if row.site else ""
    return f"<li>{_link(row.title, row.url)}{site}</li>\n"


def _logs(text: str) -> str:
    beginning = whole("".join(text.splitlines(keepends=True)[:_LINES]), LONGEST)
    rest = text[len(beginning) :]
    openly = _pre(beginning.removesuffix("\n"))
    if not rest:
        return openly
    lines = len(rest.splitlines())
    more = counted(lines, "more line") if lines > 1 else counted(len(rest), "more character")
    return (
        f'{openly}<details style="{_FOLD}"><summary style="{_HEADING}">Show all: {more}</summary>\n'
        f"{_pre(rest)}</details>\n"
    )


def _pre(text: str) -> str:
    return f"<pre {_styled(_LOGS, text)}>{escape(text)}</pre>\n"


def _styled(style: str, text: str) -> str:
    right = is_right_to_left(text)
    return f'dir="rtl" style="{style};text-align:right"' if right else f'style="{style}"'


def line_html(text: str) -> str:
    """Return a line beside the answer, smaller and fainter than it."""
    return f"<div {_styled(_SMALL, text)}>{escape(text)}</div>\n" if text else ""


def ending_html(text: str) -> str:
    """Return how the turn ended, if not as it should."""
    return f'<div style="{_ENDING}">{escape(text)}</div>\n' if text else ""


def _link(label: str, url: str) -> str:
    safe = safe_link(url)
    if safe is None:
        return escape(label)
    return f'<a href="{html.escape(safe)}" target="_blank" rel="noopener noreferrer">{escape(label)}</a>'
