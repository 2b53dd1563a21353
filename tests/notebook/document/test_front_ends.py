"""No turn is doubled or lost, whatever a front end knows of its cells."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from qwen_magic.demo.server import DemoServer
from tests.notebook.document.front_ends import FRONT_ENDS, Page
from tests.notebook.kernels import Kernel, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ONE, TWO, THREE, NEW = (f"%%qwen\nThe word is {word}." for word in ("one", "two", "three", "new"))


@contextmanager
def kernel_of(page: Page, home: Path) -> Iterator[Kernel]:
    environment = {"QWEN_MAGIC_HOME": str(home), **page.app.environment(page.path)}
    with (
        DemoServer(pace=0) as server,
        running(DASHSCOPE_BASE_URL=server.base_url, **environment) as kernel,
    ):
        if setup := page.app.setup(page.path):
            kernel.run(setup)
        yield kernel


def edited(source: str) -> str:
    return source.replace(".", "!")


def again(page: Page, kernel: Kernel) -> None:
    page.run(kernel)


def middle(page: Page, kernel: Kernel) -> None:
    page.edit(1, edited(TWO))
    page.run(kernel, 1, 2)


def saved_middle(page: Page, kernel: Kernel) -> None:
    page.edit(1, TWO.replace(".", "?"))
    page.save()
    page.run(kernel, 1, 2)


def last(page: Page, kernel: Kernel) -> None:
    page.edit(2, edited(THREE))
    page.run(kernel, 2)


def inserted(page: Page, kernel: Kernel) -> None:
    page.insert(1, NEW)
    page.save()
    page.run(kernel)


def unsaved_insertion(page: Page, kernel: Kernel) -> None:
    page.insert(1, NEW)
    page.run(kernel)


def deleted(page: Page, kernel: Kernel) -> None:
    page.delete(1)
    page.save()
    page.run(kernel)


def doubled(page: Page, kernel: Kernel) -> None:
    page.insert(3, TWO)
    page.save()
    page.run(kernel)


def reopened(page: Page, kernel: Kernel) -> None:
    kernel.client.session.session = uuid4().hex
    reopened_on_the_same_connection(page, kernel)


def reopened_on_the_same_connection(page: Page, kernel: Kernel) -> None:
    page.save()
    page.reopen()
    page.run(kernel)


WITHOUT_IDS = ("Interactive Window", "jupyter console")
KNOWN = tuple(name for name in FRONT_ENDS if name not in WITHOUT_IDS)
ALWAYS = (again, reopened, inserted, deleted)
CHANGES = (
    *(*ALWAYS, reopened_on_the_same_connection, middle, saved_middle, last),
    *(unsaved_insertion, doubled),
)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        *((name, CHANGES) for name in KNOWN if name != "jupytext .md in JupyterLab"),
        *((name, ALWAYS) for name in WITHOUT_IDS),
    ],
)
def test_nothing_is_doubled_or_lost(
    name: str, changes: tuple[Callable[[Page, Kernel], None], ...], tmp_path: Path
) -> None:
    page = Page.new(FRONT_ENDS[name], tmp_path, [ONE, TWO, THREE])
    with kernel_of(page, tmp_path / "home") as kernel:
        page.run(kernel)
        stored = page.path_of(kernel)[1]
        for change in changes:
            change(page, kernel)
            assert page.path_of(kernel)[0] == page.asks, change
            page.become([ONE, TWO, THREE])
            page.run(kernel)
            prompts, now = page.path_of(kernel)
            assert prompts == page.asks, f"after {change}"
            assert now >= stored + 3
            stored = now


@pytest.mark.parametrize("name", [name for name in KNOWN if FRONT_ENDS[name].suffix])
def test_a_notebook_that_is_opened_again_goes_on(name: str, tmp_path: Path) -> None:
    page = Page.new(FRONT_ENDS[name], tmp_path, [ONE, TWO, THREE])
    for _ in range(2):
        with kernel_of(page, tmp_path / "home") as kernel:
            page.run(kernel)
        page.reopen()
    with kernel_of(page, tmp_path / "home") as kernel:
        page.run(kernel, 1)
        assert page.path_of(kernel) == (page.asks[:2], 7)
        page.run(kernel)
        assert page.path_of(kernel) == (page.asks, 10)


@pytest.mark.parametrize(
    "name", [name for name in KNOWN if FRONT_ENDS[name].suffix in {".ipynb", ".py"}]
)
def test_a_copy_of_the_file_goes_its_own_way(name: str, tmp_path: Path) -> None:
    page = Page.new(FRONT_ENDS[name], tmp_path, [ONE, TWO, THREE])
    with kernel_of(page, tmp_path / "home") as kernel:
        page.run(kernel)
    copy = page.copied(page.path.with_stem("copy"))
    with kernel_of(copy, tmp_path / "home") as kernel:
        copy.run(kernel, 2)
        assert copy.path_of(kernel) == (copy.asks, 4)
        copy.edit(2, edited(THREE))
        copy.run(kernel)
        assert copy.path_of(kernel) == (copy.asks, 7)
    with kernel_of(page, tmp_path / "home") as kernel:
        page.run(kernel, 2)
        assert page.path_of(kernel) == ([ask.strip() for ask in page.asks], 4)


@pytest.mark.parametrize("name", ["4.4 in JupyterLab", "jupytext .py in JupyterLab"])
def test_a_cell_may_ask_several_times(name: str, tmp_path: Path) -> None:
    loop = "for word in ('four', 'five'):\n    get_ipython().run_line_magic('qwen', f'Say {word}.')"
    page = Page.new(FRONT_ENDS[name], tmp_path, [ONE, loop, "%qwen Six.\n%qwen Seven.", TWO])
    asks = [
        ONE.partition("\n")[2],
        "Say four.",
        "Say five.",
        "Six.",
        "Seven.",
        TWO.partition("\n")[2],
    ]
    for stored in (6, 14):
        with kernel_of(page, tmp_path / "home") as kernel:
            page.run(kernel)
            assert page.path_of(kernel) == (asks, stored)
            page.run(kernel, 1)
            assert page.path_of(kernel) == (asks[:3], stored + 2)
        page.reopen()


def test_a_pair_is_one_notebook(tmp_path: Path) -> None:
    page = Page.new(FRONT_ENDS["4.5 in JupyterLab"], tmp_path, [ONE, TWO])
    with kernel_of(page, tmp_path / "home") as kernel:
        page.run(kernel)
    text = Page(FRONT_ENDS["jupytext .py in JupyterLab"], page.path.with_suffix(".py"), page.cells)
    text.save()
    head = "# ---\n# jupyter:\n#   jupytext:\n#     formats: ipynb,py:percent\n# ---\n"
    text.path.write_text(f"{head}\n{text.path.read_text()}")
    with kernel_of(text, tmp_path / "home") as kernel:
        text.run(kernel, 1)
        assert text.path_of(kernel) == (text.asks, 3)


def test_a_new_cell_is_not_deleted_where_the_clock_was_set_back_or_the_disks_is_ahead(
    tmp_path: Path,
) -> None:
    page = Page.new(FRONT_ENDS["4.5 in JupyterLab"], tmp_path, [ONE, TWO])
    ahead = time.time() + 24 * 3600
    os.utime(page.path, (ahead, ahead))
    with kernel_of(page, tmp_path / "home") as kernel:
        page.run(kernel)
        page.insert(2, THREE)
        page.insert(3, NEW)
        page.run(kernel, 2, 3)
        assert page.path_of(kernel) == (page.asks, 4)
        page.delete(0)
        page.save()
        page.run(kernel, 2)
    *before, last = page.notes
    assert not any("deleted cell" in note for note in before)
    assert "1 turn of a deleted cell is still in context" in last


@pytest.mark.parametrize("name", WITHOUT_IDS)
def test_where_nothing_tells_a_changed_cell_from_a_new_one_its_turn_is_added(
    name: str, tmp_path: Path
) -> None:
    page = Page.new(FRONT_ENDS[name], tmp_path, [ONE, TWO, THREE])
    with kernel_of(page, tmp_path / "home") as kernel:
        page.run(kernel)
        before = page.asks
        page.edit(1, edited(TWO))
        page.run(kernel, 1)
        assert page.path_of(kernel)[0] == [*before, page.asks[1]]
        page.run(kernel)
        assert page.path_of(kernel)[0] == page.asks


def test_a_line_of_a_console_may_be_said_twice(tmp_path: Path) -> None:
    page = Page.new(FRONT_ENDS["jupyter console"], tmp_path, ["%qwen Go on."])
    with kernel_of(page, tmp_path / "home") as kernel:
        page.run(kernel)
        page.run(kernel)
        assert page.path_of(kernel)[0] == ["Go on.", "Go on."]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("4.5 in JupyterLab", ""),
        ("4.4 in JupyterLab", "the file has no cell ids · nbformat.v4.upgrade gives it some"),
        ("jupytext .md in JupyterLab", "a .md file keeps no cell ids"),
        ("4.5 in VS Code", "VS Code numbers the cells anew each time it opens them"),
    ],
)
def test_it_is_told_once_that_cells_are_known_by_their_text(
    name: str, told: str, tmp_path: Path
) -> None:
    page = Page.new(FRONT_ENDS[name], tmp_path, [ONE, TWO, THREE])
    with kernel_of(page, tmp_path / "home") as kernel:
        page.run(kernel)
        assert not any("Known by its text" in note for note in page.notes)
    page.reopen()
    with kernel_of(page, tmp_path / "home") as kernel:
        page.run(kernel)
    notes = [note for note in page.notes if "Known by its text" in note]
    assert len(notes) == bool(told)
    assert all(told in note for note in notes)
