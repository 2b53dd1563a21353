"""Records the cassettes that shipped notebooks replay: `poe record-lesson`.

Without an argument it asks the built-in demo what the cells of the teaching notebook ask, at a pace
that one can read. With the path of a GGUF file it asks that model what the cells of the local
notebook ask. Change nothing else by hand: after adding questions, record, then save the notebook.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.notebooks.save import FOLDER, executed, read

LESSON = FOLDER / "lesson.jsonl"
LOCAL = FOLDER / "local.jsonl"
_END = "## Record your own"


def record() -> None:
    """Run the teaching notebook's first part, recording."""
    cells = read(FOLDER / "teaching.ipynb").cells
    end = next(n for n, cell in enumerate(cells) if _END in cell.source)
    _record("teaching", LESSON, "%config QwenMagics.replay_speed = 1", end=end)


def record_local(weights: Path) -> None:
    """Run the local notebook, recording a model on this computer."""
    _record("local", LOCAL, f"%config QwenMagics.local_model = {str(weights.resolve())!r}")


def _record(name: str, cassette: Path, line: str, *, end: int | None = None) -> None:
    notebook = read(FOLDER / f"{name}.ipynb")
    notebook.cells = [cell for cell in notebook.cells[:end] if cell.cell_type == "code"]
    first, named = notebook.cells[0], f' = "{cassette.name}"'
    first.source = first.source.replace(f"replay{named}", f"record{named}\n{line}")
    cassette.unlink(missing_ok=True)
    with TemporaryDirectory() as folder:
        executed(notebook, Path(folder) / "home")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        record_local(Path(sys.argv[1]))
    else:
        record()
