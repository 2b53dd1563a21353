"""The last error that left a cell: noted when it happens, told as `{{error}}` and to `%qwen_fix`."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qwen_magic.errors import QwenError
from qwen_magic.notebook.failing.failure import Failure
from qwen_magic.notebook.kernel.frontend import frontend_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from IPython.core.interactiveshell import ExecutionResult, InteractiveShell

    from qwen_magic.notebook.failing.report import Report

__all__ = ["LastError", "LastFailure"]

_EVENT = "post_run_cell"


@dataclass(frozen=True, slots=True, eq=False)
class LastError:
    """The last error, to be told; it is read when it is needed.

    Attributes:
        failure: The error.
        namespace: The notebook's variables.
        own: Those of them that are not IPython's.
    """

    failure: Failure
    namespace: Mapping[str, Any]
    own: Mapping[str, object]

    def report(self) -> Report:
        """Return what is sent of it."""
        from qwen_magic.notebook.failing.report import Around, report_of

        around = Around(self.namespace, {**os.environ}, _home(), _version, self.own)
        return report_of(self.failure, around)


class LastFailure:
    """Notes which error left a cell last; errors of our own magics say themselves what to do.

    Args:
        shell: Runs the cells.

    Attributes:
        own: The last error of our own magics; None if there was none.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self.own: QwenError | None = None
        self._shell = shell
        self._noted: Failure | None = None
        self._has_noted = False

    def start(self) -> None:
        """Note errors from now on."""
        self._shell.events.register(_EVENT, self._ran)

    def stop(self) -> None:
        """Note no more errors."""
        with suppress(ValueError):  # it was not started
            self._shell.events.unregister(_EVENT, self._ran)

    def last(self) -> LastError | None:
        """Return the last error; one from before the extension was loaded, too."""
        failure = self._noted if self._has_noted else self._earlier()
        names, hidden = self._shell.user_global_ns, self._shell.user_ns_hidden
        own = {name: value for name, value in names.copy().items() if hidden.get(name) is not value}
        return LastError(failure, names, own) if failure else None

    def _ran(self, result: ExecutionResult) -> None:
        error = result.error_before_exec or result.error_in_exec
        cell = frontend_of(self._shell).cell
        if error is None:
            if cell and self._noted and self._noted.cell == cell:  # it runs well now
                self._noted = None
        elif _is_ours(error):
            self.own = error if isinstance(error, QwenError) else self.own
        else:
            source = str(getattr(result.info, "raw_cell", ""))
            self._has_noted = True
            self._noted = Failure(error, source, result.execution_count or 0, cell)

    def _earlier(self) -> Failure | None:
        """Return what Python keeps as the last error that nobody caught."""
        error = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
        if not isinstance(error, BaseException) or _is_ours(error):
            return None
        text = (error.text or "").strip() if isinstance(error, SyntaxError) else ""
        cells = [cell for cell in self._shell.user_ns.get("In", ()) if isinstance(cell, str)]
        found = (cell for cell in reversed(cells) if text and text in cell)
        return Failure(error, next(found, ""))


def _is_ours(error: BaseException) -> bool:
    """Return whether an error left one of our magics, or only says that a turn was stopped."""
    if isinstance(error, QwenError):
        return "_render_traceback_" in vars(error)
    return type(error).__module__.startswith("qwen_magic.")


def _home() -> str:
    with suppress(RuntimeError):
        return str(Path.home())
    return ""


def _version(library: str) -> str:
    """Return a library's version; empty if it does not tell."""
    told = getattr(sys.modules.get(library), "__version__", None)
    if isinstance(told, str):
        return told
    with suppress(importlib.metadata.PackageNotFoundError, ValueError):
        return importlib.metadata.version(library)
    return ""
