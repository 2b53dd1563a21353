"""Runs the shipped notebooks and saves them with their outputs: `poe save-notebooks`.

Give the names of notebooks to save, without `.ipynb`; without a name, it saves all. A notebook
saved again stays the same to the byte: what differs between runs (ids, durations, the version of
Python) is left out or counted.
"""

from __future__ import annotations

import os
import sys
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

from qwen_magic.conversation.turn.records import JOINED
from tests.notebook.kernels import sockets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbformat import NotebookNode

__all__ = ["FOLDER", "NOTEBOOKS", "executed", "read", "text_of"]

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = tuple(sorted(FOLDER.glob("*.ipynb")))

_METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}
_DEPENDS = "nbval-skip"  # the tag of a cell whose output depends on what else is installed
_OTHERS = ("DASHSCOPE_", "QWEN_MAGIC_", "JPY_", "IPYTHON")


def read(path: Path) -> NotebookNode:
    """Return a notebook."""
    return nbformat.read(path, as_version=4)  # type: ignore[no-any-return,no-untyped-call]


def executed(
    notebook: NotebookNode, home: Path, environment: Mapping[str, str] | None = None
) -> NotebookNode:
    """Run a notebook in the shipped ones' folder, in an environment without the user's settings.

    Args:
        notebook: What to run; it gets its outputs.
        home: The folder for chains.
        environment: More variables for the kernel's environment.
    """
    for cell in _code(notebook):
        cell.outputs, cell.execution_count = [], None
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OTHERS)}
    with sockets() as where:
        client = NotebookClient(
            notebook,
            kernel_name="python3",
            config=Config({"KernelManager": where}),
            record_timing=False,
            coalesce_streams=True,
            resources={"metadata": {"path": str(FOLDER)}},
        )
        client.execute(env=kept | {"QWEN_MAGIC_HOME": str(home)} | dict(environment or {}))
    return notebook


def text_of(notebook: NotebookNode, name: str) -> str:
    """Return the text of a notebook's file."""
    notebook.metadata = nbformat.from_dict(_METADATA)  # type: ignore[no-untyped-call]
    ids, numbers = dict[str, str](), count(1)
    for cell in _code(notebook):
        cell.outputs = [] if _DEPENDS in cell.metadata.get("tags", ()) else cell.outputs
        for told in _told(cell):
            told["seconds"] = None
            for key in ("previous_response_id", "response_id"):
                if (known := told[key]) and known not in ids:
                    ids[known] = str(uuid5(NAMESPACE_URL, f"{name}/{next(numbers)}"))
                told[key] = ids.get(known)
            if told["chain"].startswith(JOINED):
                told["chain"] = JOINED.strip()
    return f"{nbformat.writes(notebook)}\n"  # type: ignore[no-untyped-call]


def _code(notebook: NotebookNode) -> Iterator[NotebookNode]:
    return (cell for cell in notebook.cells if cell.cell_type == "code")


def _told(cell: NotebookNode) -> Iterator[dict[str, Any]]:
    """Yield what the outputs' metadata say about their turns."""
    for output in cell.outputs:
        if told := output.get("metadata", {}).get("qwen_magic"):
            yield told


def _save(path: Path) -> None:
    with TemporaryDirectory() as folder:
        notebook = executed(read(path), Path(folder) / "home")
    path.write_text(text_of(notebook, path.stem), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    for notebook_path in NOTEBOOKS:
        if notebook_path.stem in (sys.argv[1:] or notebook_path.stem):
            _save(notebook_path)
            sys.stdout.write(f"saved {notebook_path.name}\n")
