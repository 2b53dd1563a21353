"""Where a question was asked: which front end, which cell, and what it can show.

What front ends send: Jupyter's messaging specification, "execute" (`allow_stdin`), and the
`cellId` that JupyterLab, Notebook 7 and VS Code put into a request's metadata.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["Display", "Frontend", "frontend_of"]

Display: TypeAlias = Literal["live", "headless", "terminal"]


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
    """

    display: Display
    cell: str = ""
    notebook: str = ""
    deleted: tuple[str, ...] = ()
    can_ask: bool = False
    in_kernel: bool = True
    has_subshells: bool = False

    @property
    def is_attended(self) -> bool:
        """Whether a person is there."""
        return self.display != "headless"


def frontend_of(shell: InteractiveShell) -> Frontend:
    """Return the front end whose request is being executed."""
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return Frontend("terminal", can_ask=True, in_kernel=False)
    request, notebook = _parent(kernel), _notebook(shell)
    metadata = request.get("metadata", {})
    attended = bool(request.get("content", {}).get("allow_stdin", False))
    cell, deleted = metadata.get("cellId"), metadata.get("deletedCells")
    if isinstance(cell, str) and cell:
        return Frontend(
            "live",
            cell,
            notebook,
            deleted=tuple(filter(_is_text, deleted)) if isinstance(deleted, list) else (),
            can_ask=attended,
            has_subshells=bool(getattr(kernel, "_supports_kernel_subshells", False)),
        )
    if not attended:  # a path in the environment is that of whoever started this kernel
        return Frontend("headless")
    return Frontend("terminal", notebook=notebook, can_ask=True)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _notebook(shell: InteractiveShell) -> str:
    """Return the notebook's path: a variable in VS Code, in the environment elsewhere."""
    told = shell.user_ns.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME", "")
    return told if isinstance(told, str) and told.endswith(".ipynb") else ""


def _parent(kernel: Any) -> dict[str, Any]:  # noqa: ANN401 - ipykernel is optional, so untyped here
    parent = kernel.get_parent() if hasattr(kernel, "get_parent") else kernel._parent_header  # noqa: SLF001 - ipykernel 5
    return parent if isinstance(parent, dict) else {}
