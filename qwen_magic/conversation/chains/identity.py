"""Which notebook asks: known by its file's path and by its cells (pure).

A path alone says too little: files are renamed, copied, and deleted, and a new Untitled.ipynb must
not get a stranger's conversation. Cells are known by their ids; where the ids say nothing, by what
they ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["CellsAt", "Copied", "Fresh", "Identity", "Known", "Renamed", "Same", "Seen", "identify"]

CellsAt: TypeAlias = "Callable[[str], frozenset[str] | None]"
"""Reads the marks of the notebook at a path (see `Seen.marks`): None if there is no such file, none
if the file cannot be read."""


class Seen(Struct, frozen=True):
    """What can be seen of the notebook that asks.

    Attributes:
        path: Where its file is.
        cells: The ids of the cells in the file, in their order; None if they cannot be read.
        asking: The id of the cell that asks, which the file may not have yet.
        sources: The digests of the cells in the file that ask.
    """

    path: str
    cells: tuple[str, ...] | None = None
    asking: str = ""
    sources: frozenset[str] = frozenset()

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all cells that are known to be in it."""
        return frozenset(self.cells or ()) | ({self.asking} if self.asking else frozenset())

    @property
    def marks(self) -> frozenset[str]:
        """All by which it can be told from other notebooks."""
        return self.ids | self.sources


class Known(Struct, frozen=True):
    """A notebook seen before, at the same path or with some of the same cells.

    Attributes:
        shared: How many cells it shares with the one that asks, by their ids.
        saved: Whether its file had cells.
        alike: How many of the texts that the one that asks has it has asked before.
        askers: How many of its cells have asked, if it is elsewhere.
    """

    id: str
    path: str
    shared: int
    saved: bool
    alike: int = 0
    askers: int = 0


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
    if alike := [notebook for notebook in here if notebook.alike]:  # all ids were rewritten
        return Same(max(alike, key=lambda notebook: notebook.alike).id)
    if here and seen.cells is None:
        return Same(here[0].id)
    if here and not (here[0].saved or seen.cells):  # its file was never saved with a cell
        return Same(here[0].id)
    elsewhere = [n for n in known if n.path != seen.path and (n.shared or _is_alike(n, seen))]
    if not elsewhere:
        return Fresh()
    origin = max(elsewhere, key=lambda notebook: (notebook.shared, notebook.alike))
    found = cells_at(origin.path)
    is_gone = found is None or bool(found and not found & seen.marks)
    return Renamed(origin.id) if is_gone else Copied(origin.id)


def _is_alike(notebook: Known, seen: Seen) -> bool:
    """Return whether most that both notebooks ask is the same: a greeting in common says nothing."""
    return 2 * notebook.alike > max(notebook.askers, len(seen.sources))
