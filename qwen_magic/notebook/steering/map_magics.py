"""`%qwen_map`: the notebook's maps, listed, run again, forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from IPython.core.magic import line_magic, magics_class, no_var_expand

from qwen_magic.errors import CellError
from qwen_magic.notebook.kernel.frontend import frontend_of
from qwen_magic.notebook.magics.brief import brief_errors
from qwen_magic.notebook.magics.chain_flags import MAP_FLAGS, map_help
from qwen_magic.notebook.magics.sisters import Sister
from qwen_magic.notebook.steering.chain_commands import read_words

if TYPE_CHECKING:
    from qwen_magic.notebook.steering.maps import Maps

__all__ = ["MapMagics"]


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
            self._follow(command)
            self._qwen.tell_of_store()
            from qwen_magic.conversation.asking.maps import answers_of

            if note := answers_of(self._qwen.session).told():
                print(note)

    qwen_map.__doc__ = map_help()

    def _follow(self, command: _Command) -> None:
        from qwen_magic.notebook.magics.rows import keep_in_memory
        from qwen_magic.notebook.steering.maps import Maps

        session = self._qwen.join()
        keep_in_memory(session, frontend_of(self._shell))
        maps = Maps(session)
        if command.forget:
            self._forget(maps, command)
        elif command.number is None:
            print(maps.listed())
        else:
            self._qwen.answer(maps.cell(command.number, self._qwen.variables()))

    def _forget(self, maps: Maps, command: _Command) -> None:
        maps.check(command.number)
        which = (
            f"map {command.number} keeps" if command.number else "all maps of this notebook keep"
        )
        if command.force or self._agrees(f"Delete the answers that {which}?"):
            print(maps.forgotten(command.number))
        else:
            print("Nothing was deleted.")

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
