"""Notebooks whose file keeps no ids, in a real JupyterLab: each opening gives the cells new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwen_magic.demo.server import DemoServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.lab import Jupyter
    from tests.browser.notebook import OpenNotebook

ONE, TWO, THREE, NEW = (f"%%qwen\nThe word is {word}." for word in ("one", "two", "three", "new"))
KNOWN = "Known by its text"


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(pace=0) as server:
        yield server


@pytest.fixture(params=["old.ipynb", "text.py"])
def notebook(request: pytest.FixtureRequest, lab: Jupyter, server: DemoServer) -> OpenNotebook:
    """A notebook of three questions; what front ends tell is tried one by one without a browser."""
    setup = f'%load_ext qwen_magic\n%config QwenMagics.base_url = "{server.base_url}"'
    return lab.open([setup, ONE, TWO, THREE, "%qwen_chain"], request.param, minor=4)


def path_of(notebook: OpenNotebook) -> list[str]:
    """Return the questions on the path, as the last cell shows them."""
    last = int(notebook.page.evaluate("() => window.panel().content.widgets.length")) - 1
    notebook.run(last)
    rows = notebook.output(last).locator("tbody tr")
    rows.first.wait_for()
    cells = [[words.strip() for words in row.split("\t")] for row in rows.all_inner_texts()]
    return [row[1] for row in cells if "stale" not in row[3]]


def test_nothing_is_doubled_or_lost(notebook: OpenNotebook) -> None:
    document = ["The word is one.", "The word is two.", "The word is three."]
    notebook.run_all()
    notebook.run_all()
    assert path_of(notebook) == document
    notebook.reopen()
    notebook.run(0)
    notebook.run(2)
    assert path_of(notebook) == document[:2]
    notebook.run_all()
    assert path_of(notebook) == document
    notebook.set_source(2, TWO.replace(".", "!"))
    notebook.run(2)
    notebook.run(3)
    document[1] = "The word is two!"
    assert path_of(notebook) == document
    notebook.insert_below(1, NEW)
    notebook.run_all()
    document.insert(1, "The word is new.")
    assert path_of(notebook) == document
    notebook.delete(3)
    notebook.save()
    notebook.run_all()
    del document[2]
    assert path_of(notebook) == document
    notebook.reopen()
    notebook.run_all()
    assert path_of(notebook) == document
    notebook.screenshot(f"ids-{notebook.path.suffix[1:]}")


def test_a_copy_goes_its_own_way(notebook: OpenNotebook, lab: Jupyter) -> None:
    document = ["The word is one.", "The word is two.", "The word is three."]
    notebook.run_all()
    copy = lab.open_copy(notebook, f"copy{notebook.path.suffix}")
    copy.run(0)
    copy.run(2)
    assert path_of(copy) == document[:2]
    assert "3 turns" not in copy.output(4).inner_text()
    copy.run_all()
    assert path_of(copy) == document
    notebook.run(1)
    assert path_of(notebook) == document[:1]
    copy.run(4)
    assert path_of(copy) == document
