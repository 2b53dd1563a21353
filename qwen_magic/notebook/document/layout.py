"""A notebook's cells under the names that their turns have (pure)."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct

from qwen_magic.conversation.chains.recognition import Asker, Known, given_name, recognised
from qwen_magic.notebook.document.memory import Place

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from qwen_magic.notebook.document.file import Document

__all__ = ["Layout", "layout"]


class Layout(Struct, frozen=True):
    """Where the cells are that ask.

    Attributes:
        in_file: The cells in the notebook's file, in its order.
        elsewhere: Cells that asked and that the file has not, or not yet.
        renamed: The new names of cells whose ids in the file are new, by the old ones.
        unnamed: The names given to cells in the file that have none of their own.
    """

    in_file: tuple[Place, ...]
    elsewhere: tuple[Place, ...]
    renamed: dict[str, str]
    unnamed: frozenset[str]

    @property
    def places(self) -> tuple[Place, ...]:
        """All cells that ask."""
        return self.in_file + self.elsewhere

    def order(self, asker: Asker, name: str) -> tuple[str, ...]:
        """Return the names in the file's order, once it is known which cell asks."""
        names = [place.name for place in self.in_file]
        equal = [n for n, place in enumerate(self.in_file) if place.asker.source == asker.source]
        if equal and not any(names[n] == name for n in equal):
            names = ["" if known == name else known for known in names]
            names[equal[0]] = name
        return tuple(names)

    def ids(self, known: Sequence[str], order: Sequence[str]) -> tuple[str, ...]:
        """Return the file's ids; where the cell that asks is taken for another one's, its name."""
        names = dict(zip((place.name for place in self.in_file), order, strict=True))
        return tuple(names.get(one) or one for one in known)


def layout(
    document: Document,
    path: Sequence[Known],
    asking: Asker,
    *,
    unsaved: frozenset[str] = frozenset(),
    remembered: Sequence[Place] = (),
) -> Layout:
    """Return where the cells of a notebook are.

    Args:
        document: What its file tells.
        path: The cells with turns on the path.
        asking: The cell that asks.
        unsaved: The names of those that the file may not have yet.
        remembered: The cells that have asked in this kernel, in their order.
    """
    asked = {known.source for known in path} | {asking.source}
    cells = [cell for cell in document.code if cell.asks or cell.asker.source in asked]
    names = _names([cell.asker for cell in cells], path, unsaved, remembered)
    taken = {known.name for known in path} | {place.name for place in remembered}
    in_file, renamed, unnamed = list[Place](), dict[str, str](), set[str]()
    for cell, name in zip(cells, names, strict=True):
        if cell.asker.id and name not in {"", cell.asker.id}:
            renamed[name] = cell.asker.id
        own = cell.asker.id or name
        if not own:
            own = given_name(cell.asker, taken)
            unnamed.add(own)
        taken.add(own)
        in_file.append(Place(own, cell.asker, cell.text))
    others = (Place(known.name, Asker(source=known.source)) for known in path)
    found = {place.name for place in in_file} | renamed.keys()
    elsewhere = tuple(_others(chain(remembered, others), found))
    return Layout(tuple(in_file), elsewhere, renamed, frozenset(unnamed))


def _names(
    cells: Sequence[Asker],
    path: Sequence[Known],
    unsaved: frozenset[str],
    remembered: Sequence[Place],
) -> list[str]:
    """Return the names of cells on the path; else those by which they are remembered, or none."""
    ids = {cell.id for cell in cells}
    if ids != {""}:  # what the file does not have yet is another cell, whatever it asks
        path = [known for known in path if known.name in ids or known.name not in unsaved]
    on_path = {known.name for known in path}
    by_place = not any(cell.id in on_path for cell in cells)  # else an unknown id is a new cell
    names = list(recognised(cells, path, unsaved, by_place=by_place))
    left = [n for n, name in enumerate(names) if not (name or cells[n].id)]
    aside = [Known(p.name, p.asker.source) for p in remembered if p.name not in on_path]
    others = recognised([cells[n] for n in left], aside, by_place=False)
    for n, name in zip(left, others, strict=True):
        names[n] = name
    return names


def _others(places: Iterable[Place], known: Collection[str]) -> Iterable[Place]:
    seen = set(known)
    for place in places:
        if place.name not in seen:
            seen.add(place.name)
            yield place
