"""Where a question was asked: which front end, which cell, and what it can show.

What front ends send: Jupyter's messaging specification, "execute" (`allow_stdin`), and what they add
to a request's metadata: JupyterLab, Notebook 7 and VS Code a `cellId`, Colab `colab.cell_id`.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from io import IOBase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["Display", "Frontend", "Ids", "frontend_of", "notebook_of"]

Display: TypeAlias = Literal["live", "headless", "terminal"]
Ids: TypeAlias = Literal["lasting", "numbered"]

_SPYDER_CELL = re.compile(r"%?runcell\b.*")
_VSCODE = "vscode-notebook-cell:"
_INTERACTIVE = ".interactive#"
_TEXT_NOTEBOOKS = (".py", ".md", ".qmd", ".Rmd")
_LOADED = re.compile(rb"%qwen|load_ext qwen_magic|^# +jupytext:|^jupytext:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Frontend:
    """The front end that asked.

    Attributes:
        display: `live` redraws an output in place, `headless` shows it once at the end, `terminal`
            prints what is finished.
        cell: The cell's id; empty if the front end has none.
        notebook: The path of the notebook's file; empty if the front end does not tell.
        deleted: The ids of the cells that were deleted since the last request.
        has_subshells: Whether a click can be handled while a cell runs (ipykernel ≥ 7).
        can_ask: Whether `input()` reaches a person.
        in_kernel: Whether a kernel runs the cell; if not, IPython does, in a terminal.
        place: What tells the cell from others; empty if nothing does.
        ids: Whether a place is one cell's for good, or may be another's once the notebook is opened
            again.
        app: What numbers the places.
        connection: Another one for each page that is loaded.
        source: The cell's source; empty if the front end does not send it.
        is_dashboard: Whether visitors see what the cells made, while the kernel lives (Voilà).
    """

    display: Display
    cell: str = ""
    notebook: str = ""
    deleted: tuple[str, ...] = ()
    can_ask: bool = False
    in_kernel: bool = True
    has_subshells: bool = False
    place: str = ""
    ids: Ids = "lasting"
    app: str = ""
    connection: str = ""
    source: str = ""
    is_dashboard: bool = False

    @property
    def is_attended(self) -> bool:
        """Whether a person is there."""
        return self.display == "live" or self.can_ask

    @property
    def has_widgets(self) -> bool:
        """Whether somebody can press what a cell shows after it has ended."""
        return self.in_kernel and (self.is_attended or self.is_dashboard)

    @property
    def has_cells(self) -> bool:
        """Whether a question may be asked again by the cell that asked it before."""
        return self.in_kernel and self.is_attended


def frontend_of(shell: InteractiveShell) -> Frontend:
    """Return the front end whose request is being executed."""
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return Frontend("terminal", can_ask=_has_person(shell), in_kernel=False)
    request, notebook = _parent(kernel), notebook_of(shell)
    metadata, content = _object(request.get("metadata")), _object(request.get("content"))
    attended = bool(content.get("allow_stdin", False))
    place, ids, app = _place(metadata, source := _text(content.get("code")))
    known: dict[str, Any] = {
        "notebook": notebook,
        "place": place,
        "ids": ids,
        "app": app,
        "connection": _text(_object(request.get("header")).get("session")),
        "source": "" if app == "Spyder" else source,
    }
    if cell := _text(metadata.get("cellId")):
        deleted = metadata.get("deletedCells")
        return Frontend(
            "live",
            cell,
            deleted=tuple(filter(_text, deleted)) if isinstance(deleted, list) else (),
            can_ask=attended,
            has_subshells=bool(getattr(kernel, "_supports_kernel_subshells", False)),
            **known,
        )
    if not attended:  # a path in the environment is that of whoever started this kernel
        return Frontend("headless", is_dashboard=is_served())
    return Frontend("terminal", can_ask=True, **known)


def _has_person(shell: InteractiveShell) -> bool:
    """Return whether somebody may answer: IPython reads what they type, or a terminal is there.

    A script that cron runs has neither. A console that puts an object of its own in the place of
    `sys.stdin` (PyCharm's) has somebody.
    """
    if getattr(shell.parent, "interact", False):
        return True
    stdin = sys.stdin
    if not isinstance(stdin, IOBase):
        return stdin is not None
    return not stdin.closed and stdin.isatty()


def is_served() -> bool:
    """Return whether visitors of a dashboard see what this kernel's cells made."""
    served = os.environ.get("SERVER_SOFTWARE", "")  # Voilà tells its kernels, as CGI does
    return served.startswith("voila/")


def _place(metadata: dict[str, Any], source: str) -> tuple[str, Ids, str]:
    """Return what tells a cell from others, for how long, and what numbers it.

    Sources: `CellUri` of VS Code, whose handles count from 0 at each opening; the lines that Spyder
    sends in place of a cell. An Interactive Window numbers each run.
    """
    cell = _text(metadata.get("cellId"))
    if cell.startswith(_VSCODE):
        return ("", "numbered", "") if _INTERACTIVE in cell else (cell, "numbered", "VS Code")
    if not cell and _SPYDER_CELL.fullmatch(source.strip()):
        return source.strip(), "numbered", "Spyder"
    colab = _text(_object(metadata.get("colab")).get("cell_id"))
    return cell or colab, "lasting", ""


def notebook_of(shell: InteractiveShell) -> str:
    """Return the notebook's path: a variable in VS Code, in the environment elsewhere."""
    told = shell.user_ns.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME", "")
    if not isinstance(told, str):
        return ""
    if told.endswith(".ipynb") or (told.endswith(_TEXT_NOTEBOOKS) and _is_notebook(told)):
        return told
    return ""


def _is_notebook(path: str) -> bool:
    """Return whether a text is a notebook; JupyterLab's consoles run any script."""
    try:
        return bool(_LOADED.search(Path(path).read_bytes()))
    except (OSError, ValueError):
        return False


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _parent(kernel: Any) -> dict[str, Any]:  # noqa: ANN401 - ipykernel is optional, so untyped here
    parent = kernel.get_parent() if hasattr(kernel, "get_parent") else kernel._parent_header  # noqa: SLF001 - ipykernel 5
    return _object(parent)
