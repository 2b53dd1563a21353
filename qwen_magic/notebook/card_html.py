"""Cards as HTML that reads well without any style, and calmly with few (pure).

The styles are those that survive an untrusted notebook; opacity and translucent greys suit light
and dark themes alike.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, assert_never

from qwen_magic.notebook.escapes import escape
from qwen_magic.notebook.highlighting import highlight
from qwen_magic.notebook.links import safe_link
from qwen_magic.notebook.parts import Code, Links, Logs, Note, Words

if TYPE_CHECKING:
    from qwen_magic.notebook.cards import Card
    from qwen_magic.notebook.parts import Part

__all__ = ["card_html", "line_html", "part_html"]

_GREY = "rgba(128,128,128,.35)"
_FOLD = "margin:.3em 0"
_HEADING = "cursor:pointer;opacity:.7"
_PLAIN = "margin:.3em 0;opacity:.7"
_INSIDE = f"margin:.4em 0 .8em .3em;padding:0 0 0 .9em;border-left:2px solid {_GREY};opacity:.85"
_LOGS = "margin:.4em 0;white-space:pre-wrap;overflow-wrap:anywhere"
_SMALL = "margin:.4em 0;font-size:.9em;opacity:.65"


def card_html(card: Card, *, is_open: bool = False) -> str:
    """Return a card: an answer openly, anything else folded up behind its heading."""
    inside = "".join(map(part_html, card.parts))
    if card.kind == "answer":
        return inside
    if not inside:
        return f'<div style="{_PLAIN}">{escape(card.heading)}</div>\n'
    return (
        f'<details style="{_FOLD}"{" open" if is_open else ""}>'
        f'<summary style="{_HEADING}">{escape(card.heading)}</summary>\n'
        f'<div style="{_INSIDE}">\n{inside}</div></details>\n'
    )


def part_html(part: Part) -> str:
    """Return one part of a card."""
    match part:
        case Words(text):
            from qwen_magic.notebook.markdown import to_html

            return to_html(text)
        case Code(text, language):
            return highlight(text, language)
        case Logs(text):
            return f'<pre style="{_LOGS}">{escape(text)}</pre>\n'
        case Links(links):
            return f"<ul>{''.join(f'<li>{_link(*link)}</li>' for link in links)}</ul>\n"
        case Note(text):
            return line_html(text)
        case _:
            assert_never(part)


def line_html(text: str) -> str:
    """Return a line beside the answer, smaller and fainter than it."""
    return f'<div style="{_SMALL}">{escape(text)}</div>\n'


def _link(label: str, url: str) -> str:
    safe = safe_link(url)
    if safe is None:
        return escape(label)
    return f'<a href="{html.escape(safe)}" target="_blank" rel="noopener noreferrer">{escape(label)}</a>'
