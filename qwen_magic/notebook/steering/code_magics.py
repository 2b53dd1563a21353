"""`%qwen_code`: code from the last answer into the next cell, or into this one.

A kernel may put text into the next input (messaging specification, "Payloads"); so may a terminal.
More it may not: nothing runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from IPython.core.magic import line_magic, magics_class, no_var_expand

from qwen_magic.errors import CellError
from qwen_magic.notebook.magics.brief import brief_errors
from qwen_magic.notebook.magics.chain_flags import CODE_FLAGS, code_help
from qwen_magic.notebook.magics.sisters import Sister
from qwen_magic.notebook.steering.chain_commands import read_words
from qwen_magic.snippet import is_python, typed_in
from qwen_magic.typed import plain

if TYPE_CHECKING:
    from collections.abc import Sequence


__all__ = ["CodeCommand", "CodeMagics", "block", "parse_code"]


@dataclass(frozen=True, slots=True)
class CodeCommand:
    """What a line of `%qwen_code` asks for.

    Attributes:
        number: Which block, from 1; from the end if it is negative. None for the first one that is
            Python, or else the first.
        replace: Whether it takes the place of the cell that asks.
        chain: The chain whose last answer has it; empty for the last answer of all.
    """

    number: int | None = None
    replace: bool = False
    chain: str = ""


@magics_class
class CodeMagics(Sister):
    """Put code from answers into cells."""

    @no_var_expand
    @line_magic
    def qwen_code(self, line: str) -> None:  # noqa: D102 - set below
        with brief_errors():
            command = parse_code(line)
            fences = self._fences(command.chain)
            codes = [code for _, code in fences]
            place, code = block(codes, _first(fences) if command.number is None else command.number)
            self._shell.set_next_input(code, replace=command.replace)
            if len(codes) > 1:
                print(f"Block {place} of {len(codes)}")

    qwen_code.__doc__ = code_help()

    def _fences(self, chain: str) -> Sequence[tuple[str, str]]:
        """Return the blocks of the last answer: of `_qwen`, or of a chain's last turn."""
        from qwen_magic.conversation.turn.saying import fences_of
        from qwen_magic.conversation.turn.turn import Turn

        session, last = self._qwen.join(chain), self._shell.user_ns.get("_qwen")
        if chain or not isinstance(last, Turn):
            last = next(reversed(session.path()), None)
        self._qwen.tell_of_store()
        if not isinstance(last, Turn):
            raise CellError("there is no answer yet", hint="ask first, with %%qwen")
        return fences_of(last.text)


def parse_code(line: str) -> CodeCommand:
    """Read the line of `%qwen_code`.

    Raises:
        CellError: A flag is unknown, lacks its value or comes twice; there is an extra word, or one
            that is no number.
    """
    found, rest = read_words("%qwen_code", line, CODE_FLAGS)
    if rest[1:]:
        raise CellError(f"unexpected {rest[1]!r}", hint="%qwen_code N puts one block")
    try:
        number = int(plain(rest[0])) if rest else None
    except ValueError:
        raise CellError(f"{rest[0]!r} is no block's number", hint="%qwen_code 2") from None
    return CodeCommand(number, "replace" in found, *found.get("chain", ()))


def block(codes: Sequence[str], number: int) -> tuple[int, str]:
    """Return the place of a block, from 1, and its code, in which nothing is hidden.

    Of an interactive session, it is what was typed.

    Raises:
        CellError: There is no such block.
    """
    from qwen_magic.notebook.markdown.escapes import strip_controls

    if not codes:
        raise CellError("the last answer has no code", hint="%qwen_code -c NAME looks in a chain")
    place = number + len(codes) + 1 if number < 0 else number
    if not 1 <= place <= len(codes):
        found = f"1 to {len(codes)}" if len(codes) > 1 else "1 alone"
        raise CellError(f"the last answer has no block {number}", hint=f"it has {found}")
    return place, typed_in(strip_controls(codes[place - 1]).rstrip("\n"))


def _first(fences: Sequence[tuple[str, str]]) -> int:
    """Return the place of the first block that is Python; without one, of the first."""
    found = (at for at, (info, code) in enumerate(fences, 1) if is_python(code, info))
    return next(found, 1)
