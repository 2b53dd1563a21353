"""The list of what an answer relies on, below it (pure)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qwen_magic.notebook.cards.cards import Card
from qwen_magic.notebook.cards.parts import Part, Row, Rows, as_note
from qwen_magic.notebook.cards.wording import address, line
from qwen_magic.responses.items import Message

if TYPE_CHECKING:
    from qwen_magic.conversation.turn.sources import Source
    from qwen_magic.conversation.turn.turn import Turn

__all__ = ["sources_card"]

_SHOWN = 50
_TITLE = 120
_HOST = re.compile(r"https?://(?:[^/?#@]*@)?(?:www\.)?([^/?#:]+)", re.IGNORECASE)


def sources_card(turn: Turn) -> Card | None:
    """Return the list of sources, once an answer has begun that has some."""
    if not any(Message in slot.place.types for slot in turn.output):
        return None
    found = turn.sources
    cited = sum(source.number > 0 for source in found)
    told = [f"{cited:,} cited"] if cited else []
    more = len(found) - cited
    if more:
        told.append(f"{more:,} more found" if cited else f"{more:,} found")
    shown = Rows(tuple(map(_row, found[:_SHOWN])))
    left = len(found) - _SHOWN
    parts: tuple[Part, ...] = (shown, *as_note(f"… {left:,} more" if left > 0 else ""))
    return Card(f"Sources · {' · '.join(told)}", "done", parts, "sources") if found else None


def _row(source: Source) -> Row:
    host = _HOST.match(source.url)
    title = line(source.title, _TITLE) or address(source.url) or line(source.file_id)
    site = line(source.site) or (line(host[1]) if host and source.title else "")
    return Row(source.number, title, source.url, site)
