"""Which cell asked which turns, when no id tells (pure).

A cell whose id is stored is known by that id. All other cells are aligned with the turns of the
path by what they ask and by their order, as `diff` aligns lines; a cell that changed between two
recognised neighbours is known by its place. Whatever stays in doubt is a new cell, so that no turn
is set aside by a guess.

    cells   one     two!    three   new     one
             │       │       │               │
    path    one     two     three           one
"""

from __future__ import annotations

import hashlib
from itertools import count
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from qwen_magic.conversation.chains.tree import Node

__all__ = [
    "Asker",
    "Known",
    "askers",
    "digest_of_prompt",
    "digest_of_source",
    "given_name",
    "is_given",
    "recognised",
]


class Asker(Struct, frozen=True):
    """A cell that asks, as the notebook's file has it.

    Attributes:
        id: Its id in the file; empty if the file keeps none.
        source: The digest of its source.
        prompt: The digest of its first question: turns that were stored by earlier versions are
            known by it.
    """

    id: str = ""
    source: str = ""
    prompt: str = ""


class Known(Struct, frozen=True):
    """A cell with turns on the path: its name there, and the digest of what it asked."""

    name: str
    source: str


def digest_of_source(source: str) -> str:
    """Return a digest that tells the sources of cells apart; white space around them is ignored."""
    return _digest(source, 16)


def digest_of_prompt(prompt: str) -> str:
    """Return a digest that tells questions apart, and that no source has."""
    return f"?{_digest(prompt, 15)}"


def askers(nodes: Iterable[Node]) -> tuple[Known, ...]:
    """Return the cells with turns on a path, in the path's order."""
    found = dict[str, str]()
    for node in nodes:
        if node.cell:
            found.setdefault(node.cell, node.source)
    return tuple(Known(name, source) for name, source in found.items())


def given_name(asker: Asker, taken: Collection[str]) -> str:
    """Return a name for a cell that has none; no id of a cell looks like it."""
    return next(name for n in count(1) if (name := f"{asker.source}.{n}") not in taken)


def is_given(name: str) -> bool:
    """Return whether a name was given to a cell that had none."""
    return "." in name


def recognised(
    document: Sequence[Asker],
    path: Sequence[Known],
    unsaved: frozenset[str] = frozenset(),
    *,
    by_place: bool = True,
) -> tuple[str, ...]:
    """Return under which name of the path each cell of a document is known; empty for a new cell.

    Args:
        document: The cells that ask, in the order of the notebook's file.
        path: The cells with turns on the path, in its order.
        unsaved: The names of cells that the file may not have yet: none is known by its place.
        by_place: Whether a changed cell may be known by its neighbours.
    """
    places = {known.name: place for place, known in enumerate(path)}
    pairs = {n: places[cell.id] for n, cell in enumerate(document) if cell.id in places}
    pairs |= _in_order(document, path, pairs)
    pairs |= _moved(document, path, pairs)
    if by_place:
        pairs |= _changed(len(document), path, pairs, unsaved)
    return tuple(path[pairs[n]].name if n in pairs else "" for n in range(len(document)))


def _in_order(
    document: Sequence[Asker], path: Sequence[Known], pairs: Mapping[int, int]
) -> dict[int, int]:
    """Pair cells by a longest common subsequence of what they ask.

    The rows of the usual table are numbers of one bit for each cell of the path (Hyyrö, "Bit-
    parallel LCS-length computation revisited", 2004), so 500 cells take a millisecond.
    """
    taken = set(pairs.values())
    left = [n for n in range(len(document)) if n not in pairs]
    right = [n for n in range(len(path)) if n not in taken]
    masks = dict[str, int]()
    for bit, place in enumerate(right):
        masks[path[place].source] = masks.get(path[place].source, 0) | 1 << bit
    masks[""] = 0  # not known
    every = (1 << len(right)) - 1
    row, rows = every, list[int]()
    for n in left:
        cell = document[n]
        same = row & (masks.get(cell.source, 0) | masks.get(cell.prompt, 0))
        row = ((row + same) | (row - same)) & every
        rows.append(row)
    found = dict[int, int]()
    above, bit = len(left) - 1, len(right) - 1
    while above >= 0 and bit >= 0:
        if rows[above] >> bit & 1:
            bit -= 1
        elif above and not rows[above - 1] >> bit & 1:
            above -= 1
        else:
            found[left[above]] = right[bit]
            above, bit = above - 1, bit - 1
    return found


def _moved(
    document: Sequence[Asker], path: Sequence[Known], pairs: Mapping[int, int]
) -> dict[int, int]:
    """Pair the cells that ask the same elsewhere; equal ones keep their order."""
    taken = set(pairs.values())
    places = dict[str, list[int]]()
    for place in reversed(range(len(path))):
        if path[place].source and place not in taken:
            places.setdefault(path[place].source, []).append(place)
    found = dict[int, int]()
    for n, cell in enumerate(document):
        free = places.get(cell.source) or places.get(cell.prompt)
        if free and n not in pairs:
            found[n] = free.pop()
    return found


def _changed(
    length: int, path: Sequence[Known], pairs: Mapping[int, int], unsaved: frozenset[str]
) -> dict[int, int]:
    """Pair a cell with the only turn between its neighbours' turns."""
    taken, ends = set(pairs.values()), {-1: -1, length: len(path)}
    places = {**ends, **pairs}
    found = dict[int, int]()
    for n in range(length):
        if n in pairs or not (n - 1 in pairs or n + 1 in pairs):
            continue
        place = places.get(n - 1, len(path)) + 1
        is_between = places.get(n + 1) == place + 1 and place not in taken
        if is_between and path[place].name not in unsaved:
            found[n] = place
    return found


def _digest(text: str, length: int) -> str:
    lines = text.replace("\r\n", "\n").strip()
    return hashlib.sha256(lines.encode("utf-8", "surrogatepass")).hexdigest()[:length]
