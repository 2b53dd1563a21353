"""What front ends send with a cell, and a notebook that is edited, saved and opened in one of them.

| front end | tells a cell from others by | its file | source |
|---|---|---|---|
| JupyterLab, Notebook 7 | `metadata.cellId`: the id in the file (nbformat 4.5), else a new UUID at each opening | `JPY_SESSION_NAME` | jupyterlab, `CodeCell.execute` in packages/cells/src/widget.ts; `fromJSON`, `toJSON` of @jupyter/ydoc; looked at in 4.6.6 |
| VS Code | `metadata.cellId`: the notebook's URI and a handle, counted over all cells at each opening, then by creation | `__vsc_ipynb_file__` | microsoft/vscode-jupyter, src/kernels/execution/cellExecution.ts; microsoft/vscode, `CellUri.generate`, `NotebookTextModel._cellhandlePool` |
| VS Code, Interactive Window | the same, with a new handle for each run | none | the same; URIs end in `.interactive` |
| Colab | `metadata.colab.cell_id` | none on the disk | its users' code: `get_ipython().get_parent()["metadata"]["colab"]["cell_id"]` |
| Spyder | the line `%runcell -i N FILE` in place of the source | none | spyder-ide/spyder-kernels, spyder_kernels/customize/code_runner.py |
| jupyter console, qtconsole, Emacs | nothing | none | jupyter/jupyter_console, jupyter_console/ptshell.py; emacs-jupyter/jupyter, jupyter-messages.el |
"""

from __future__ import annotations

import json
import time
from base64 import b64encode
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import jupytext
import nbformat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tests.notebook.kernels import Kernel

__all__ = ["FRONT_ENDS", "FrontEnd", "Page", "handle_uri"]

ANSWERS = """
import json
_s = get_ipython().magics_manager.registry["QwenMagics"].session
_t = _s.store.tree(_s.chain)
print(json.dumps([[turn.prompt for turn in _s.path()], len(_t.nodes)]))
"""


def handle_uri(path: Path, handle: int) -> str:
    """Return VS Code's URI of a cell: its handle in base 7, behind a letter for its length."""
    digits = ""
    while True:
        digits = f"{handle % 7}{digits}"
        handle //= 7
        if not handle:
            break
    scheme = b64encode(b"file").decode().replace("=", "%3D")
    return f"vscode-notebook-cell:{path}#{'WXYZabcdef'[len(digits) - 1]}{digits}s{scheme}"


@dataclass(frozen=True)
class FrontEnd:
    """How a front end keeps a notebook and sends its cells.

    Attributes:
        suffix: Of the notebook's file; empty if the kernel sees none.
        minor: The file's format, if it is an .ipynb.
        metadata: What a request holds beside the source.
        code: What it sends for the source.
        environment: What the kernel is started with.
        setup: What the kernel runs first.
    """

    suffix: str
    minor: int = 5
    metadata: Callable[[Page, Cell], dict[str, Any]] = lambda _page, _cell: {}
    code: Callable[[Page, Cell], str] = lambda _page, cell: cell.source
    environment: Callable[[Path], dict[str, str]] = lambda path: {"JPY_SESSION_NAME": str(path)}
    setup: Callable[[Path], str] = lambda _path: ""


@dataclass
class Cell:
    """A cell in a page: its id there, its number by creation, and its source."""

    id: str
    handle: int
    source: str


@dataclass
class Page:
    """A notebook, open in a front end."""

    app: FrontEnd
    path: Path
    cells: list[Cell] = field(default_factory=list)
    handles: Iterable[int] = field(default_factory=count)
    notes: list[str] = field(default_factory=list)

    @classmethod
    def new(cls, app: FrontEnd, folder: Path, sources: Iterable[str]) -> Page:
        """Open a new notebook with cells, and save it."""
        page = cls(app, folder / f"lesson{app.suffix or '.ipynb'}")
        for source in sources:
            page.insert(len(page.cells), source)
        page.save()
        return page

    def insert(self, place: int, source: str) -> None:
        self.cells.insert(place, Cell(uuid4().hex, next(iter(self.handles)), source))

    def edit(self, place: int, source: str) -> None:
        self.cells[place].source = source

    def delete(self, place: int) -> None:
        del self.cells[place]

    def move(self, place: int, to: int) -> None:
        self.cells.insert(to, self.cells.pop(place))

    @property
    def has_file(self) -> bool:
        return bool(self.app.suffix)

    @property
    def asks(self) -> list[str]:
        return [cell.source.partition("\n")[2] for cell in self.cells if "qwen" in cell.source]

    def save(self) -> None:
        """Write the file, at a time of its own."""
        if not self.app.suffix:
            return
        new: Any = nbformat.v4
        cells = [new.new_code_cell(cell.source, id=cell.id) for cell in self.cells]
        notebook = new.new_notebook(cells=[new.new_markdown_cell("# Lesson"), *cells])
        if self.app.suffix == ".ipynb":
            notebook.nbformat_minor = self.app.minor
            if self.app.minor < 5:
                for cell in notebook.cells:
                    del cell["id"]
            self.path.write_text(json.dumps(notebook))
        else:
            jupytext.write(notebook, self.path, fmt=self.app.suffix[1:])
        saved = time.time()
        while time.time() <= saved:  # what is asked from now on is asked later
            pass

    def reopen(self) -> None:
        """Open the saved file anew: what is not kept there gets new ids."""
        self.handles = count(len(self.cells) + 1)
        for place, cell in enumerate(self.cells):
            cell.handle = place + 1  # the first one is no code
            if not (self.app.suffix == ".ipynb" and self.app.minor >= 5):
                cell.id = uuid4().hex

    def become(self, sources: Iterable[str]) -> None:
        """Change the cells into these, and save."""
        wanted = list(sources)
        for place in reversed(range(len(self.cells))):
            if self.cells[place].source not in wanted or place >= len(wanted):
                self.delete(place)
        for place, source in enumerate(wanted):
            if [cell.source for cell in self.cells[place : place + 1]] != [source]:
                self.insert(place, source)
        self.save()

    def copied(self, path: Path) -> Page:
        """Return the saved notebook as a copy of its file, opened."""
        path.write_bytes(self.path.read_bytes())
        copy = Page(self.app, path, [Cell(cell.id, 0, cell.source) for cell in self.cells])
        copy.reopen()
        return copy

    def run(self, kernel: Kernel, *places: int) -> None:
        """Run cells; all without places."""
        for cell in [self.cells[n] for n in places] if places else list(self.cells):
            ran = kernel.run(self.app.code(self, cell), metadata=self.app.metadata(self, cell))
            assert ran.status == "ok", ran
            self.notes.append(f"{ran.updates or ran.outputs} {ran.printed}")

    def path_of(self, kernel: Kernel) -> tuple[list[str], int]:
        """Return the questions on the path, and how many turns are stored."""
        prompts, stored = json.loads(kernel.run(ANSWERS).printed)
        return prompts, stored


def _lab(_page: Page, cell: Cell) -> dict[str, Any]:
    return {"trusted": True, "deletedCells": [], "recordTiming": False, "cellId": cell.id}


def _vscode(page: Page, cell: Cell) -> dict[str, Any]:
    return {"cellId": handle_uri(page.path, cell.handle)}


def _interactive(page: Page, _cell: Cell) -> dict[str, Any]:
    scheme = b64encode(b"untitled").decode().replace("=", "%3D")
    handle = next(iter(page.handles))
    return {"cellId": f"vscode-notebook-cell:/Interactive-1.interactive#W{handle}s{scheme}"}


def _colab(_page: Page, cell: Cell) -> dict[str, Any]:
    return {"colab": {"cell_id": cell.id[:12]}}


def _spyder(page: Page, cell: Cell) -> str:
    """Return the line; the source, which Spyder sends on another way, is in a file beside."""
    place = page.cells.index(cell)
    page.path.with_name(f"cell{place}").write_text(cell.source)
    return f"%runcell -i {place} {page.path}"


def _vscode_file(path: Path) -> str:
    return f"__vsc_ipynb_file__ = {str(path)!r}"


def _nothing(_path: Path) -> dict[str, str]:
    return {}


_RUNCELL = """
def _runcell(line):
    _, place, file = line.split()
    with open(f"{file.rpartition('/')[0]}/cell{place}") as source:
        exec(get_ipython().transform_cell(source.read()), get_ipython().user_ns)
get_ipython().register_magic_function(_runcell, magic_name="runcell")
"""

FRONT_ENDS = {
    "4.5 in JupyterLab": FrontEnd(".ipynb", 5, _lab),
    "4.4 in JupyterLab": FrontEnd(".ipynb", 4, _lab),
    "jupytext .py in JupyterLab": FrontEnd(".py", 5, _lab),
    "jupytext .md in JupyterLab": FrontEnd(".md", 5, _lab),
    "4.5 in VS Code": FrontEnd(".ipynb", 5, _vscode, environment=_nothing, setup=_vscode_file),
    "4.4 in VS Code": FrontEnd(".ipynb", 4, _vscode, environment=_nothing, setup=_vscode_file),
    "Interactive Window": FrontEnd("", 5, _interactive, environment=_nothing),
    "Colab": FrontEnd("", 5, _colab, environment=_nothing),
    "Spyder": FrontEnd("", 5, code=_spyder, environment=_nothing, setup=lambda _: _RUNCELL),
    "jupyter console": FrontEnd("", 5, environment=_nothing),
}
