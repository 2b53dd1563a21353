"""`%qwen_fix`: asks for the cause of the last error and for a corrected cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.core.magic import line_magic, magics_class, no_var_expand

from qwen_magic.errors import CellError
from qwen_magic.notebook.helping.question import question_about
from qwen_magic.notebook.magics.brief import brief_errors
from qwen_magic.notebook.magics.cell import Cell, parse_cell
from qwen_magic.notebook.magics.sisters import Sister

if TYPE_CHECKING:
    from qwen_magic.notebook.failing.last import LastError

__all__ = ["FixMagics"]

_RECENT = 20  # cells that tell the notebook's language


@magics_class
class FixMagics(Sister):
    """Explain errors."""

    @no_var_expand
    @line_magic
    def qwen_fix(self, line: str) -> None:
        """Ask why the last cell failed, and for a corrected cell.

          %qwen_fix                        the last error that left a cell
          %qwen_fix it should sum by day   the same, with a word on what was meant
          %qwen_fix --dry-run              show what would be sent, send nothing

        It takes the options of %%qwen, before the text. Sent are the failing cell, the notebook's
        own lines in the traceback, the error's words, and the types and shapes of the variables on
        those lines; no values, no environment, and nothing that looks secret.
        """
        with brief_errors():
            given = parse_cell(line)
            report = self._last().report()
            cells = [str(cell) for cell in self._shell.user_ns.get("In", ())[-_RECENT:]]
            text = question_about(report, given.text, cells)
            if given.options.get("dry_run"):
                print(f"{text}\n\n{report.note}. Nothing was sent.")
            else:
                told = (f"{report.note} · %qwen_fix --dry-run shows it",)
                self._qwen.answer(Cell(text, {**given.options, "raw": True}), told)

    def _last(self) -> LastError:
        """Return the last error.

        Raises:
            CellError: No cell has failed.
        """
        if last := self._qwen.failures.last():
            return last
        if own := self._qwen.failures.own:
            told = str(own.args[0])
            raise CellError(f"no cell has failed but our own: {told}", hint=own.hint)
        raise CellError("no cell has failed yet", hint="run the cell that fails, then %qwen_fix")
