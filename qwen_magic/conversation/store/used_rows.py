"""What was used before, for whoever completes a name; each function reads its tables once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from qwen_magic.conversation.store.schema import Rows

__all__ = ["Used", "used"]

_MOST = 100  # names; nobody reads more
_MODELS = """
    WITH RECURSIVE named (model) AS (
        SELECT min(model) FROM contents WHERE model > ''
        UNION ALL
        SELECT (SELECT min(model) FROM contents WHERE model > named.model) FROM named
        WHERE model IS NOT NULL
    ),
    answered (model, last) AS (
        SELECT model, (
            SELECT begun FROM contents INDEXED BY contents_by_model WHERE model = named.model
            AND EXISTS (SELECT 1 FROM turns
                WHERE content = uid AND status IN ('completed', 'incomplete'))
            ORDER BY begun DESC LIMIT 1
        ) FROM named WHERE model IS NOT NULL
    )
    SELECT model FROM answered WHERE last IS NOT NULL ORDER BY last DESC LIMIT ?
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
