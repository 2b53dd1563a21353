"""Records the cassette that the teaching notebook replays: `poe record-lesson`.

It asks the built-in demo what the notebook's cells ask, at a pace that one can read. Change nothing
else by hand: after adding questions, record, then save the notebook.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.notebooks.save import FOLDER, executed, read

LESSON = FOLDER / "lesson.jsonl"
_REPLAYS = '%config QwenMagics.replay = "lesson.jsonl"'
_RECORDS = '%config QwenMagics.record = "lesson.jsonl"\n%config QwenMagics.replay_speed = 1'
_END = "## Record your own"


def record() -> None:
    """Run the notebook's first part, recording."""
    notebook = read(FOLDER / "teaching.ipynb")
    end = next(n for n, cell in enumerate(notebook.cells) if _END in cell.source)
    asked = [cell for cell in notebook.cells[:end] if cell.source.startswith("%")]
    for cell in asked:
        cell.source = cell.source.replace(_REPLAYS, _RECORDS)
    notebook.cells = asked
    LESSON.unlink(missing_ok=True)
    with TemporaryDirectory() as folder:
        executed(notebook, Path(folder) / "home")


if __name__ == "__main__":
    record()
