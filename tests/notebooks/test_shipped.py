"""The shipped notebooks: what they say about themselves, and what they do when run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from qwen_magic.demo.server import DemoServer
from tests.notebooks.save import FOLDER, NOTEBOOKS, executed, read, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nbformat import NotebookNode

KEY = "sk-0123456789abcdef0123456789abcdef"
DEMO = '%config QwenMagics.region = "demo"'
RECORDED = ['%config QwenMagics.region = "local"', '%config QwenMagics.replay = "local.jsonl"']
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@pytest.fixture
def trap() -> Iterator[DemoServer]:
    """A server that stands for a paid one: the environment names it, and it answers anyone."""
    with DemoServer(pace=0) as server:
        yield server


def with_key(trap: DemoServer) -> dict[str, str]:
    return {"DASHSCOPE_API_KEY": KEY, "DASHSCOPE_BASE_URL": trap.base_url}


def inside(path: Path) -> dict[str, str]:
    """Return what a kernel inherits if a cell of a notebook started it."""
    return {"JPY_SESSION_NAME": str(path)}


@each
def test_run_again_it_saves_the_same_and_neither_pays_nor_keeps_anything(
    path: Path, trap: DemoServer, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    before = {file.name for file in FOLDER.iterdir()}
    again = text_of(executed(read(path), home, with_key(trap) | inside(path)), path.stem)
    saved = path.read_text(encoding="utf-8")
    assert _by_any_pygments(again) == _by_any_pygments(saved), "see: poe save-notebooks"
    assert trap.requests == []
    assert not home.exists()
    assert {file.name for file in FOLDER.iterdir()} == before


def test_without_the_demo_the_environment_decides(trap: DemoServer, tmp_path: Path) -> None:
    notebook = read(FOLDER / "quickstart.ipynb")
    first = next(cell for cell in notebook.cells if DEMO in cell.source)
    first.source = first.source.replace(DEMO, "")
    notebook.cells = [first, next(c for c in notebook.cells if c.source.startswith("%%qwen"))]
    executed(notebook, tmp_path / "home", with_key(trap))
    assert [request.headers["authorization"] for request in trap.requests] == [f"Bearer {KEY}"]


def test_no_two_cells_share_an_id() -> None:
    ids = [cell.id for path in NOTEBOOKS for cell in read(path).cells]
    assert len(ids) == len(set(ids)), "one would be taken for a copy of the other"


@each
def test_it_opens_with_what_it_teaches_and_needs_and_asks_nobody(path: Path) -> None:
    title, first, *_ = read(path).cells
    assert title.source.startswith("# ")
    assert "key" in title.source
    load, *chosen = first.source.splitlines()
    assert load == "%load_ext qwen_magic"
    assert chosen == RECORDED if path.stem == "local" else chosen[0] == DEMO


@each
def test_every_link_beside_it_leads_somewhere(path: Path) -> None:
    text = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    named = re.findall(r"\]\(([\w.-]+)\)", text)
    assert [name for name in named if not (FOLDER / name).is_file()] == []


def test_the_chinese_one_is_the_same_walk_and_is_answered_in_chinese() -> None:
    english, chinese = (read(FOLDER / f"quickstart{name}.ipynb") for name in ("", ".zh"))
    assert [cell.cell_type for cell in chinese.cells] == [cell.cell_type for cell in english.cells]
    answers = [output.data["text/plain"] for output in _outputs(chinese) if "data" in output]
    assert len(answers) == 6
    assert all("*离线演示：由脚本回答，并非模型。*" in answer for answer in answers)
    assert all(
        re.match(r"[^\n]*set aside[^\n]*\n\n│ [一-鿿]|│ [一-鿿1]", answer) for answer in answers
    )


def test_the_answers_of_the_local_one_are_those_that_a_model_gave() -> None:
    said = (FOLDER / "local.jsonl").read_text(encoding="utf-8")
    shown = [
        output.data["text/plain"]
        for output in _outputs(read(FOLDER / "local.ipynb"))
        if "data" in output
    ]
    assert '"model":"qwen2.5-coder-1.5b-instruct-q4_k_m"' in said
    assert sum("qwen2.5-coder-1.5b-instruct-q4_k_m" in text for text in shown) == 5
    assert "offline demo" not in said.lower()


def test_a_changed_output_is_found(tmp_path: Path) -> None:
    notebook = executed(read(FOLDER / "quickstart.ipynb"), tmp_path / "home")
    shown = next(output for output in _outputs(notebook) if "Nice to meet you" in str(output))
    printed = next(output for output in _outputs(notebook) if "Nothing was sent" in str(output))
    shown["data"]["text/plain"] = shown["data"]["text/plain"].replace("Alice!", "Alicia!")
    printed["text"] = printed["text"].replace("Nothing was sent", "Everything was sent")
    (tmp_path / "changed.ipynb").write_text(text_of(notebook, "quickstart"), encoding="utf-8")
    options = ["--nbval", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path / "changed.ipynb")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    assert "2 failed, 8 passed" in done.stdout


def _outputs(notebook: NotebookNode) -> Iterator[NotebookNode]:
    return (output for cell in notebook.cells for output in cell.get("outputs", ()))


def _by_any_pygments(text: str) -> str:
    """Return a notebook as each Pygments writes it: some escape quotes, or mark up spaces."""
    for escape, quote in {"&quot;": r"\"", "&#39;": "'"}.items():
        text = text.replace(escape, quote)
    return re.sub(r'<span class=\\"w\\">( +)</span>', r"\1", text)
