"""`%qwen --fetch`: a response that the server keeps is shown, and what it was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.asking.keeping import fetched
from qwen_magic.errors import CellError
from qwen_magic.notebook.cards.wording import line
from qwen_magic.notebook.live.live import view_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qwen_magic.conversation.asking.session import Session
    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.notebook.kernel.frontend import Frontend
    from qwen_magic.notebook.magics.cell import Cell

__all__ = ["fetch", "told"]

_MOST = 20
_LONG = 200


def fetch(cell: Cell, session: Session, frontend: Frontend) -> Turn:
    """Show the response that a cell names, below what it was asked; return its turn.

    Raises:
        CellError: The cell asks something, too.
        QwenError: There is no such response, or the server is not reached.
    """
    if cell.text.strip():
        raise CellError("--fetch asks nothing", hint="leave the text out, or --fetch")
    found = fetched(session, cell.options["fetch"])
    view_for(frontend, session.settings, told(found.inputs)).settle(found.turn)
    return found.turn


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
