"""`%qwen_map`: the notebook's maps, listed, run again, forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_magic, magics_class, no_var_expand

from qwen_magic.conversation.asking.maps import answers_of
from qwen_magic.conversation.chains.tree import counted
from qwen_magic.conversation.mapping.listing import forget_maps, maps_of
from qwen_magic.errors import CellError
from qwen_magic.notebook.cards.wording import line as shortened
from qwen_magic.notebook.magics.brief import brief_errors
from qwen_magic.notebook.magics.cell import Cell
from qwen_magic.notebook.magics.chain_flags import MAP_FLAGS, map_help
from qwen_magic.notebook.magics.mapping import is_found
from qwen_magic.notebook.magics.sisters import Sister
from qwen_magic.notebook.steering.chain_commands import read_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qwen_magic.conversation.mapping.listing import Map

__all__ = ["MapMagics"]

_NAME = 24  # characters
_NONE = "No map of this notebook is known. %%qwen --map NAME asks for each row of a table."
_STATES = {"running": "cut off", "budget": "stopped at its budget"}


@dataclass(frozen=True, slots=True)
class _Command:
    """What a line asks for: to list, to run map N again, or to forget."""

    number: int | None = None
    forget: bool = False
    force: bool = False


@magics_class
class MapMagics(Sister):
    """List maps, go on with them, forget what they keep."""

    @no_var_expand
    @line_magic
    def qwen_map(self, line: str) -> None:  # noqa: D102 - set below
        with brief_errors():
            command = _parse(line)
            session = self._qwen.join()
            runs = maps_of(answers_of(session), session.notebook)
            if command.forget:
                self._forget(command, runs)
            elif command.number is None:
                print(_listed(runs))
            else:
                self._go_on(_of(runs, command.number), command.number)
            self._qwen.tell_of_store()

    qwen_map.__doc__ = map_help()

    def _go_on(self, run: Map, number: int) -> None:
        """Run a map again, where its table can still be found."""
        cell = _cell(run)
        if not is_found(cell.options, self._qwen.variables()):
            name = cell.options["map"]
            raise CellError(
                f"map {number} asked the rows of `{name}`, which is no variable now",
                hint=f"run the cell that makes `{name}`, then %qwen_map {number}",
            )
        self._qwen.answer(cell)

    def _forget(self, command: _Command, runs: Sequence[Map]) -> None:
        some = runs if command.number is None else (_of(runs, command.number),)
        which = (
            f"map {command.number} keeps" if command.number else "all maps of this notebook keep"
        )
        if not command.force and not self._agrees(f"Delete the answers that {which}?"):
            print("Nothing was deleted.")
            return
        count = forget_maps(answers_of(self._qwen.session), some)
        print(f"Deleted {counted(count, 'answer')}; they would be asked and paid again.")

    def _agrees(self, question: str) -> bool:
        try:
            return input(f"{question} [y]es, [n]o: ").strip().lower() in {"y", "yes"}
        except EOFError:  # Ctrl-D
            return False
        except RuntimeError:  # ipykernel's StdinNotImplementedError: nobody is there
            raise CellError(
                "nobody is there to agree", hint="--force deletes without asking"
            ) from None


def _parse(line: str) -> _Command:
    """Read the line.

    Raises:
        CellError: It cannot be read.
    """
    found, rest = read_words("%qwen_map", line, MAP_FLAGS)
    if "force" in found and "forget" not in found:
        raise CellError("--force goes with --forget only", hint="%qwen_map --forget N --force")
    words = [*rest, *found.get("forget", ())]
    if len(words) > 1:
        raise CellError(f"unexpected {words[1]!r}", hint="one map at a time; see %qwen_map?")
    return _Command(_whole(words[0]) if words else None, "forget" in found, "force" in found)


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise CellError(f"{text!r} is no map's number", hint="%qwen_map shows them") from None


def _of(runs: Sequence[Map], number: int) -> Map:
    if 1 <= number <= len(runs):
        return runs[number - 1]
    raise CellError(f"there is no map {number}", hint="%qwen_map lists the maps of this notebook")


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


def _listed(runs: Sequence[Map]) -> str:
    if not runs:
        return _NONE
    rows = [_row(number, run) for number, run in enumerate(runs, 1)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return "\n".join([*lines, "", "%qwen_map N runs a map again: only what is missing is asked."])


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
