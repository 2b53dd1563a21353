from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jupytext
import nbformat
import pytest

from qwen_magic.notebook.document.file import code_cell, document_at, marks_at

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = ("%%qwen\nHi", "import json", "%qwen What is JSON?", "# nothing")


def notebook(*, minor: int = 5) -> Any:  # noqa: ANN401 - nbformat has no types
    new: Any = nbformat.v4
    cells = [new.new_code_cell(source, id=f"c{n}") for n, source in enumerate(SOURCES)]
    made = new.new_notebook(cells=[new.new_markdown_cell("%%qwen\nno code", id="m"), *cells])
    made.nbformat_minor = minor
    if minor < 5:
        for cell in made.cells:
            del cell["id"]
    return made


@pytest.mark.parametrize("minor", range(6))
def test_notebooks_of_each_minor_version_are_read(minor: int, tmp_path: Path) -> None:
    file = tmp_path / "n.ipynb"
    file.write_text(json.dumps(notebook(minor=minor)))
    document = document_at(str(file))
    assert document
    assert document.ids == (("m", "c0", "c1", "c2", "c3") if minor == 5 else ())
    assert [cell.asks for cell in document.code] == [True, False, True, False]
    assert document.saved == pytest.approx(file.stat().st_mtime)


def test_sources_may_be_lists_of_lines(tmp_path: Path) -> None:
    file = tmp_path / "n.ipynb"
    file.write_text('{"cells": [{"cell_type": "code", "source": ["%%qwen\\n", "Hi"]}]}')
    document = document_at(str(file))
    assert document
    assert document.sources == {code_cell("", "%%qwen\nHi").asker.source}


@pytest.mark.parametrize("suffix", [".py", ".md", ".Rmd"])
def test_text_notebooks_are_read_as_jupyterlab_shows_them(suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"n{suffix}"
    jupytext.write(notebook(), file, fmt="py:percent" if suffix == ".py" else suffix[1:])
    if suffix == ".py":
        assert "# %%qwen\nHi" in file.read_text()
    document = document_at(str(file))
    assert document
    assert not document.ids
    assert document.sources == {code_cell("", SOURCES[n]).asker.source for n in (0, 2)}


def test_without_the_program_that_reads_it_a_text_notebook_tells_nothing(tmp_path: Path) -> None:
    file = tmp_path / "n.qmd"
    file.write_text("```{python}\n%%qwen\nHi\n```\n")
    document = document_at(str(file))
    assert document
    assert document.sources in ({code_cell("", SOURCES[0]).asker.source}, frozenset())  # quarto


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "n.ipynb"
    for text in ("Hi", "Hello"):
        file.write_text(json.dumps({"cells": [{"cell_type": "code", "source": f"%%qwen\n{text}"}]}))
        assert marks_at(str(file)) == frozenset({code_cell("", f"%%qwen\n{text}").asker.source})


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 1}', '{"cells": [{"id": 1}]}', "\0"])
def test_what_cannot_be_read_tells_nothing(content: str, tmp_path: Path) -> None:
    file = tmp_path / "n.ipynb"
    file.write_text(content)
    document = document_at(str(file))
    assert document
    assert (document.ids, document.code) == ((), ())
    assert marks_at(str(tmp_path / "other.ipynb")) is None
    assert marks_at(f"{file}/other.ipynb") is None
    assert marks_at("\0") == frozenset()


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "n.ipynb"
    with file.open("wb") as opened:
        opened.truncate(60 * 2**20)
    document = document_at(str(file))
    assert document
    assert document.code == ()


@pytest.mark.parametrize(
    ("source", "asks"),
    [
        ("%%qwen\nHi", True),
        ("\n%%qwen -m qwen-max\nHi", True),
        ("%%qwen What is JSON?", True),
        ("%qwen Hi", True),
        ("for i in range(3):\n    %qwen Hi", True),
        ("answer = %qwen Hi", True),
        ("get_ipython().run_line_magic('qwen', 'Hi')", True),
        ('get_ipython().run_cell_magic( "qwen", "", "Hi")', True),
        ("%qwen", False),
        ("%qwen?", False),
        ("%qwen_chain --list", False),
        ("%qwen_panel", False),
        ("# %qwen Hi", False),
        ("print('qwen')", False),
    ],
)
def test_whether_a_cell_asks_shows_in_its_source(source: str, asks: bool) -> None:  # noqa: FBT001 - a table
    assert code_cell("", source).asks == asks
