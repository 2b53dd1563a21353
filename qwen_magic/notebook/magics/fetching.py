"""What a fetched response was asked, in a few lines (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qwen_magic.notebook.cards.wording import line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["told"]

_MOST = 20
_LONG = 200


def told(inputs: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return a line for each input item; of many, for the last ones."""
    left = len(inputs) - _MOST
    more = (f"{left:,} earlier input items",) if left > 0 else ()
    return (*more, *map(_line, inputs[-_MOST:]))


def _line(item: Mapping[str, Any]) -> str:
    who = item.get("role") or str(item.get("type") or "item").replace("_", " ")
    return f"{line(str(who)).capitalize()}: {line(_text(item), _LONG)}"


def _text(item: Mapping[str, Any]) -> str:
    """Return what an item says, or the kinds of its parts that are no text."""
    content = item.get("content", item.get("output", item.get("arguments", "")))
    if not isinstance(content, list | tuple):
        return str(content)
    parts = [part for part in content if isinstance(part, dict)]
    return " ".join(str(part.get("text") or f"[{part.get('type')}]") for part in parts)
