"""Which notebook asks, and which of its cells, from one question to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from qwen_magic.conversation.chains.identity import Seen
from qwen_magic.conversation.chains.placement import Asked
from qwen_magic.notebook.kernel.document import cells_in, ids_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qwen_magic.conversation.store.notebook_rows import Notebook
    from qwen_magic.conversation.store.store import ChainStore
    from qwen_magic.notebook.kernel.frontend import Frontend

__all__ = ["Whereabouts", "placed"]


class Whereabouts:
    """What a kernel knows of the notebook it works for.

    Attributes:
        notebook: The notebook's id in the store; empty if there is no notebook.
        chain: The name of its current chain.
    """

    def __init__(self) -> None:
        self.notebook = ""
        self.chain = "main"
        self._run: tuple[str, int] = ("", 0)
        self._asks = 0

    def enter(self, store: ChainStore, frontend: Frontend, run: int) -> Asked:
        """Note that a cell asks; return where it stands.

        Args:
            store: Knows earlier notebooks.
            frontend: The front end that asked.
            run: The number of the cell's run; all questions of one run share it.
        """
        here = (frontend.cell, run)
        self._asks = self._asks + 1 if here == self._run else 1
        self._run = here
        return self.find(store, frontend, self._asks)

    def find(self, store: ChainStore, frontend: Frontend, ask: int = 1) -> Asked:
        """Note which notebook and chain are current; return where the cell stands."""
        if not frontend.notebook:
            return Asked(frontend.cell, ask)
        cells = cells_in(frontend.notebook)
        seen = Seen(frontend.notebook, cells or None, frontend.cell)
        found = store.notebook(seen, ids_at, held=self.notebook)
        found = self._without_deleted(store, found, frontend)
        self.notebook, self.chain = found.id, found.chain
        return Asked(frontend.cell, ask, document=cells or (), deleted=found.deleted)

    def _without_deleted(self, store: ChainStore, found: Notebook, frontend: Frontend) -> Notebook:
        return store.delete_cells(found.id, frontend.deleted) if frontend.deleted else found


def placed(asked: Asked, options: Mapping[str, Any], current: str) -> Asked:
    """Return where a cell's turn goes, by its options.

    Args:
        asked: Where it goes without them.
        options: The cell's options.
        current: The name of the chain that it joins without them.
    """
    chain = options.get("chain", current)
    asked = replace(asked, chain="" if chain == current else chain)
    if "from_turn" in options:
        return replace(asked, how="from", number=options["from_turn"])
    return replace(asked, how="append") if options.get("append") else asked
