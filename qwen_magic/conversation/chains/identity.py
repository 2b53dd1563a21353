"""Which notebook asks: known by its file's path and by the ids of its cells (pure).

A path alone says too little: files are renamed, copied, and deleted, and a new Untitled.ipynb must
not get a stranger's conversation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["CellsAt", "Copied", "Fresh", "Identity", "Known", "Renamed", "Same", "Seen", "identify"]

CellsAt: TypeAlias = "Callable[[str], frozenset[str] | None]"
"""Reads the cell ids of the notebook at a path: None if there is no such file, no ids if the file
cannot be read."""


class Seen(Struct, frozen=True):
    """What can be seen of the notebook that asks.

    Attributes:
        path: Where its file is.
        cells: The ids of the cells in the file, in their order; None if they cannot be read.
        asking: The id of the cell that asks, which the file may not have yet.
    """

    path: str
    cells: tuple[str, ...] | None = None
    asking: str = ""

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all cells that are known to be in it."""
        return frozenset(self.cells or ()) | ({self.asking} if self.asking else frozenset())


class Known(Struct, frozen=True):
    """A notebook seen before, at the same path or with some of the same cells.

    Attributes:
        shared: How many cells it shares with the one that asks.
        saved: Whether its file had cells.
    """

    id: str
    path: str
    shared: int
    saved: bool


class Same(Struct, frozen=True):
    """It is a notebook seen before."""

    id: str


class Renamed(Struct, frozen=True):
    """It is a notebook seen before, under another path."""

    id: str


class Copied(Struct, frozen=True):
    """It is a copy of a notebook that is still there."""

    id: str


class Fresh(Struct, frozen=True):
    """It was never seen before."""


Identity: TypeAlias = Same | Renamed | Copied | Fresh


def identify(seen: Seen, known: Sequence[Known], cells_at: CellsAt) -> Identity:
    """Return which notebook asks; `known` holds those that may be meant, the last used first."""
    here = [notebook for notebook in known if notebook.path == seen.path]
    shared = [notebook for notebook in here if notebook.shared]
    if shared:
        return Same(max(shared, key=lambda notebook: notebook.shared).id)
    if here and seen.cells is None:
        return Same(here[0].id)
    if here and not (here[0].saved or seen.cells):  # its file was never saved with a cell
        return Same(here[0].id)
    elsewhere = [n for n in known if n.path != seen.path and n.shared]
    if not elsewhere:
        return Fresh()
    origin = max(elsewhere, key=lambda notebook: notebook.shared)
    found = cells_at(origin.path)
    is_gone = found is None or bool(found and not found & seen.ids)
    return Renamed(origin.id) if is_gone else Copied(origin.id)
