"""Cells that fail, run in a shell; what is sent of their errors."""

from __future__ import annotations

import os
from contextlib import redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING
from warnings import catch_warnings

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from qwen_magic.notebook.failing.failure import Failure
from qwen_magic.notebook.failing.report import Around, Report, report_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["HOME", "failure", "new_shell", "report"]

HOME = "/home/ada"


def new_shell() -> Iterator[InteractiveShell]:
    """Yield a shell without a front end, and forget it afterwards."""
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    # They take most of the time, above all where a function calls itself a thousand times.
    for name in ("showtraceback", "showsyntaxerror", "_format_exception_for_storage"):
        setattr(shell, name, lambda *_, **__: None)
    yield shell
    InteractiveShell.clear_instance()


def failure(shell: InteractiveShell, *cells: str) -> Failure:
    """Run cells, of which the last one fails; return its error."""
    with redirect_stdout(StringIO()), catch_warnings(action="ignore"):
        for cell in cells:
            result = shell.run_cell(cell, store_history=True)
    error = result.error_before_exec or result.error_in_exec
    assert error is not None, cells[-1]
    return Failure(error, cells[-1], 2, "a")


def report(
    shell: InteractiveShell, *cells: str, environment: Mapping[str, str] | None = None
) -> Report:
    """Run cells, of which the last one fails; return what is sent of its error."""
    around = Around(
        shell.user_global_ns,
        {**os.environ} if environment is None else environment,
        HOME,
        {"pandas": "2.2"}.get,  # type: ignore[arg-type]
    )
    return report_of(failure(shell, *cells), around)
