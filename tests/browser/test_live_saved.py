"""What is left of an answer: in the file, in another page, and where no widget can be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.model import Model, answer, modelled, reasoning, tool
from tests.browser.test_live import CODE, LESSON, THOUGHT, asking, settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator

    from tests.browser.lab import Jupyter
    from tests.browser.notebook import OpenNotebook

MANAGER = "@jupyter-widgets/jupyterlab-manager"


@pytest.fixture
def model() -> Iterator[Model]:
    with modelled() as model:
        yield model


def answered(jupyter: Jupyter, model: Model) -> OpenNotebook:
    """Return a notebook with an answer that settled and was saved."""
    notebook = asking(jupyter, model)
    model.says([*reasoning(THOUGHT), *tool(CODE, number=1), *answer(LESSON, number=2)])
    notebook.run(1, wait=False)
    notebook.wait_output(1, "last words")
    settled(notebook, model)
    notebook.save()
    return notebook


def unfolds(shown: Locator) -> None:
    """Open what is folded, by keyboard, and fold it again."""
    thought = shown.get_by_text("A last thought")
    expect(thought).to_be_hidden()
    shown.locator("summary").first.focus()
    shown.page.keyboard.press("Enter")
    thought.wait_for(state="visible")
    shown.page.keyboard.press("Space")
    thought.wait_for(state="hidden")


def test_the_file_holds_one_static_output_that_folds(jupyter: Jupyter, model: Model) -> None:
    notebook = answered(jupyter, model)
    (output,) = notebook.saved().cells[1].outputs
    assert set(output["data"]) == {"text/html", "text/plain", "text/markdown"}
    unfolds(notebook.output(1))
    notebook.reopen()
    unfolds(notebook.output(1))
    notebook.reopen(trusted=False)
    unfolds(notebook.output(1))
    notebook.output(1).locator("mjx-container").first.wait_for()
    notebook.screenshot(f"saved-untrusted-{jupyter.app}")
    assert notebook.console == []


def test_nbconvert_makes_a_page_that_folds(lab: Jupyter, model: Model) -> None:
    notebook = answered(lab, model)
    page = notebook.page.context.new_page()
    page.goto(notebook.converted(), wait_until="domcontentloaded")
    unfolds(page.locator(".jp-OutputArea-output"))
    assert "These are the last words." in page.inner_text(".jp-OutputArea-output")
    page.close()


def test_an_error_leaves_the_answer_and_two_lines(lab: Jupyter) -> None:
    demo = '%load_ext qwen_magic\n%config QwenMagics.region = "demo"'
    notebook = lab.open([demo, "%%qwen -m demo-cut\nHello"])
    notebook.run_all()
    shown, error = notebook.outputs(1)
    assert shown["metadata"]["qwen_magic"]["status"] == "failed"
    assert set(shown["data"]) == {"text/html", "text/plain", "text/markdown"}
    assert (error["output_type"], len(error["traceback"])) == ("error", 2)
    expect(notebook.page.locator(".jupyter-widgets")).to_have_count(0)


def test_a_lab_without_a_widget_manager_says_so_and_shows_the_answer(
    lab: Jupyter, model: Model
) -> None:
    with lab.without(MANAGER):
        notebook = asking(lab, model)
        model.says(answer(LESSON))
        notebook.run(1, wait=False)
        notebook.wait_output(1, "appears here when it is whole")
        expect(notebook.output(1)).to_contain_text("interrupt the kernel to stop")
        notebook.screenshot("live-without-widgets")
        model.goes_on()
        notebook.wait_done()
        expect(notebook.output(1)).to_contain_text("These are the last words.")
        assert len(notebook.outputs(1)) == 1
