"""What was used before, for whoever completes a name; each function reads its tables once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from qwen_magic.conversation.store.schema import Rows

__all__ = ["Used", "used"]

_MOST = 100  # names; nobody reads more
_MODELS = """
    SELECT model FROM turns JOIN contents ON uid = content
    WHERE status IN ('completed', 'incomplete') AND model != ''
    GROUP BY model ORDER BY max(begun) DESC LIMIT ?
"""
_CHAINS = """
    SELECT DISTINCT c.name FROM notebooks n JOIN chains c ON c.notebook IN (n.id, 'demo:' || n.id)
    WHERE n.path = ? ORDER BY c.name LIMIT ?
"""


class Used(Struct, frozen=True):
    """Names that were used before.

    Attributes:
        models: The models that answered, the last one first.
        chains: The chains of the notebooks at one path, sorted.
    """

    models: tuple[str, ...] = ()
    chains: tuple[str, ...] = ()


def used(rows: Rows, path: str) -> Used:
    """Return what was used; chains are those of the notebook at a path, none if it is empty."""
    models = tuple(name for (name,) in rows.execute(_MODELS, (_MOST,)))
    found = rows.execute(_CHAINS, (path, _MOST)) if path else ()
    return Used(models, tuple(name for (name,) in found))
