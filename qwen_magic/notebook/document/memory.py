"""What a kernel remembers of the cells that asked: which id is which cell (pure)."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from qwen_magic.conversation.chains.recognition import Asker, is_given

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["Found", "Memory", "Place", "Running"]


class Running(Struct, frozen=True):
    """The cell that runs.

    Attributes:
        id: What the front end calls it; empty if it sends no id.
        is_lasting: Whether no other cell ever gets this id.
        asker: The cell as one that asks.
        text: How its source begins.
        by_text: Whether it may be known by what it asks.
    """

    id: str
    is_lasting: bool
    asker: Asker
    text: str = ""
    by_text: bool = True


class Place(Struct, frozen=True):
    """A cell where the notebook has it.

    Attributes:
        name: Its name on the path; a free one if it has none there.
        asker: The cell as one that asks.
        text: How its source begins, if that is known.
    """

    name: str
    asker: Asker
    text: str = ""


class Found(Struct, frozen=True):
    """The name of the cell that runs, and whether what it asks told it."""

    name: str
    by_text: bool = False


class _Met(Struct, frozen=True):
    name: str
    place: Place


class Memory:
    """Which cells this kernel has met, under which ids.

    Ids may change while the kernel lives: the page is loaded anew, the notebook is opened again.
    Then no id that was met before belongs to a cell any more.

    Args:
        order: The cells that asked before, in their order.
    """

    def __init__(self, order: Iterable[Place] = ()) -> None:
        self._met: dict[str, _Met] = {}
        self._holders: dict[str, str] = {}
        self._connection = ""
        self._last = ""
        self._order = list(order)

    def connect(self, connection: str) -> None:
        """Note which connection of a front end is heard; each page has its own."""
        if connection != self._connection:
            self._holders.clear()
        self._connection = connection

    def rename(self, names: Mapping[str, str]) -> None:
        """Note that cells got other names, by their old ones."""
        self._met = {
            key: _Met(names.get(met.name, met.name), met.place) for key, met in self._met.items()
        }
        given = {old: key for old, key in self._holders.items() if old in names and is_given(old)}
        kept = {name: key for name, key in self._holders.items() if name not in names}
        self._holders = kept | {names[old]: key for old, key in given.items()}
        order = {names.get(place.name, place.name): place for place in reversed(self._order)}
        self._order = [replace(place, name=name) for name, place in reversed(order.items())]
        self._last = names.get(self._last, self._last)

    def name_of(self, cell: str) -> str:
        """Return the name of the cell with an id; the id itself if it was never met."""
        return self._met[cell].name if cell in self._met else cell

    @property
    def order(self) -> tuple[Place, ...]:
        """The cells that asked, in their order, as far as it shows."""
        return tuple(self._order)

    def find(
        self, running: Running, places: Sequence[Place], others: Sequence[Place] = ()
    ) -> Found | None:
        """Return which cell runs; None if it is a new one.

        Args:
            running: The cell.
            places: The cells that it may be, in the notebook's order.
            others: Cells that it may be if it is none of them.
        """
        is_known = running.id in {place.name for place in (*places, *others)}
        if running.is_lasting and is_known and self._holder(running.id) in {"", running.id}:
            return Found(running.id)
        met = self._met.get(running.id)
        if met and not running.is_lasting and self._holders.get(met.name) != running.id:
            met = None  # its cell has another number by now
        if met and (running.is_lasting or _agrees(met, running, places)):
            return Found(met.name)
        if not running.by_text:
            return None
        if met and self._is_renumbered(running, (*places, *others)):
            self._holders.clear()
        if found := self._by_text(running, places) or self._by_text(running, others):
            return Found(found, by_text=True)
        is_nearest = met and _is_nearest(running, met, (*places, *others))
        return Found(met.name) if met and is_nearest else None

    def keep(self, running: Running, name: str) -> None:
        """Remember a cell under its name."""
        place = Place(name, running.asker, running.text)
        if running.id:
            self._met[running.id] = _Met(name, place)
            self._holders[name] = running.id
        names = [known.name for known in self._order]
        if name in names:
            self._order[names.index(name)] = place
        else:
            after = names.index(self._last) + 1 if self._last in names else len(names)
            self._order.insert(after, place)
        self._last = name

    def _is_renumbered(self, running: Running, places: Sequence[Place]) -> bool:
        """Return whether an id that was met names another cell now, which had another id before."""
        return any(place.name in self._holders for place in _equal(running, places))

    def _by_text(self, running: Running, places: Sequence[Place]) -> str:
        """Return the first cell after the last one that asks the same, else the first of all."""
        equal = list(_equal(running, places))
        free = [place.name for place in equal if self._may_be(running, place)]
        if not free and equal and self._is_reopened(running, places):
            self._holders.clear()
            free = [place.name for place in equal]
        names = [place.name for place in places]
        last = names.index(self._last) if self._last in names else -1
        return next((name for name in free if names.index(name) > last), free[0] if free else "")

    def _is_reopened(self, running: Running, places: Sequence[Place]) -> bool:
        """Return whether Run All has begun in a page that shows the same cells under new ids."""
        known, shown = ({p.name: p.asker.source for p in cells} for cells in (self._order, places))
        return known == shown and any(_equal(running, places[:1]))

    def _holder(self, name: str) -> str:
        """Return under which id a cell was met last; nothing if its ids may have changed."""
        return self._holders.get(name, "")

    def _may_be(self, running: Running, place: Place) -> bool:
        """Return whether the running cell may be a cell that asks the same."""
        holder = self._holder(place.name)
        if not running.id or holder in {"", running.id}:
            return True
        has_changed = self._met[holder].place.asker.source != place.asker.source
        return has_changed and not running.is_lasting


def _equal(running: Running, places: Sequence[Place]) -> Iterator[Place]:
    digests = {running.asker.source, running.asker.prompt} - {""}
    return (place for place in places if place.asker.source in digests)


def _is_nearest(running: Running, met: _Met, places: Sequence[Place]) -> bool:
    """Return whether a changed text is more like the one met under its id than like any other.

    An id that is only a number may name another cell once the notebook was opened again.
    """
    likeness = SequenceMatcher(b=running.text, autojunk=False)

    def like(text: str) -> float:
        likeness.set_seq1(text)
        return likeness.ratio()

    least = like(met.place.text)
    others = (place.text for place in places if place.name != met.name)
    return all(like(text) <= least for text in others if text)


def _agrees(met: _Met, running: Running, places: Sequence[Place]) -> bool:
    """Return whether neither the cell nor the file says that an id is another cell's by now."""
    equal = {place.name for place in _equal(running, places)}
    return met.place.asker.source == running.asker.source and (not equal or met.name in equal)
