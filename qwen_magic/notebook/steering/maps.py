"""The maps that a notebook has begun: how far each is, how to go on with one, what they keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.asking.maps import answers_of
from qwen_magic.conversation.chains.tree import counted
from qwen_magic.conversation.mapping.listing import Map, forget_maps, maps_of
from qwen_magic.errors import CellError
from qwen_magic.notebook.cards.wording import line as shortened
from qwen_magic.notebook.magics.cell import Cell
from qwen_magic.notebook.magics.mapping import is_found

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qwen_magic.conversation.asking.session import Session

__all__ = ["Maps"]

_NAME = 24  # characters
_NONE = "No map of this notebook is known. %%qwen --map NAME asks for each row of a table."
_STATES = {"running": "cut off", "budget": "stopped at its budget"}


class Maps:
    """The maps of one notebook, counted from 1; those that were run last come first."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known = maps_of(answers_of(session), session.notebook)

    def check(self, number: int | None) -> None:
        """Refuse the number of a map that there is not.

        Raises:
            CellError: There is no such map.
        """
        if number is not None:
            self._of(number)

    def listed(self) -> str:
        """Return a line for each map."""
        if not self._known:
            return _NONE
        rows = [_row(number, known) for number, known in enumerate(self._known, 1)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
        end = "%qwen_map N runs a map again: only what is missing is asked."
        return "\n".join([*lines, "", end])

    def cell(self, number: int, variables: Mapping[str, object]) -> Cell:
        """Return the cell that began a map; it asks only for what is missing.

        Raises:
            CellError: There is no such map, no cell began it, or its table is not there.
        """
        cell = _cell(self._of(number))
        if not is_found(cell.options, variables):
            name = cell.options["map"]
            raise CellError(
                f"map {number} asked the rows of `{name}`, which is no variable now",
                hint=f"run the cell that makes `{name}`, then %qwen_map {number}",
            )
        return cell

    def forgotten(self, number: int | None) -> str:
        """Delete what a map keeps, or what all do, and say how much that was."""
        some = self._known if number is None else (self._of(number),)
        count = forget_maps(answers_of(self._session), some)
        return f"Deleted {counted(count, 'answer')}; they would be asked and paid again."

    def _of(self, number: int) -> Map:
        if 1 <= number <= len(self._known):
            return self._known[number - 1]
        hint = "%qwen_map lists the maps of this notebook"
        raise CellError(f"there is no map {number}", hint=hint)


def _cell(run: Map) -> Cell:
    """Return the cell that began a map; it asks only for what is missing."""
    options = dict(run.about.get("options") or {})
    if not options.get("map") or not isinstance(run.about.get("text"), str):
        raise CellError(
            "that map was begun by Python code, not by a cell", hint="run that code again"
        )
    options.pop("fresh", None)
    options["source"] = run.about.get("source", "")
    known = {name: tuple(one) if isinstance(one, list) else one for name, one in options.items()}
    return Cell(run.about["text"], known)


def _name(name: str) -> str:
    """Return a table's name; of a path, its end."""
    return name if len(name) <= _NAME else f"…{name[1 - _NAME :]}"


def _row(number: int, run: Map) -> tuple[str, ...]:
    counts: Mapping[str, Any] = run.counts
    good = counts.get("done", 0) - counts.get("failed", 0) - counts.get("refused", 0)
    told = [f"{good:,} of {counts['rows']:,} rows" if counts else "not counted"]
    told += [f"{counts[name]:,} {name}" for name in ("failed", "refused") if counts.get(name)]
    text = str(run.about.get("text", ""))
    state = _STATES.get(run.state, run.state)
    return (str(number), _name(run.name), shortened(text, 40), ", ".join(told), state)
