"""The growing answer without a mouse, and with a screen reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.hearing import wait_heard
from tests.browser.model import Model, answer, modelled, reasoning, tool
from tests.browser.test_live import SEARCH, THOUGHT, asking, settled, with_subshells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.browser.lab import Jupyter

CALL = {"type": "mcp_call", "name": "now", "status": "completed"}  # with nothing to unfold


@pytest.fixture
def model() -> Iterator[Model]:
    with modelled() as model:
        yield model


def reached(page: Page, times: int) -> list[str]:
    """Press Tab so many times; return the names of the buttons that it leads to."""
    names = []
    for _ in range(times):
        page.keyboard.press("Tab")
        names.append(page.evaluate("() => document.activeElement.textContent"))
    return names


@with_subshells
def test_tab_leads_to_each_fold_and_to_stop(jupyter: Jupyter, model: Model) -> None:
    notebook = asking(jupyter, model)
    model.says([*reasoning(THOUGHT), *tool(SEARCH, number=1), *tool(CALL, number=2)])
    notebook.run(1, wait=False)
    notebook.wait_output(1, "MCP call: now")
    shown = notebook.output(1)
    shown.get_by_role("button").first.focus()
    assert reached(notebook.page, 2) == ["Web search: “where the sea is”", "Stop"]
    settled(notebook, model)
    expect(notebook.page.locator(".jp-Notebook :focus")).to_be_attached()  # whose keys go on


@with_subshells
@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_key_unfolds_and_folds_while_the_cell_runs(lab: Jupyter, model: Model, key: str) -> None:
    notebook = asking(lab, model)
    model.says([*reasoning(THOUGHT), *answer("An answer", number=1)])
    notebook.run(1, wait=False)
    notebook.wait_output(1, "An answer")
    shown = notebook.output(1)
    thought = shown.get_by_text("A last thought")
    shown.get_by_role("button", name="collapsed: Thought for").focus()
    notebook.page.keyboard.press(key)
    thought.wait_for(state="visible")
    notebook.screenshot("live-focused-fold")
    shown.get_by_role("button", name="expanded: Thought for").wait_for()
    notebook.page.keyboard.press(key)
    thought.wait_for(state="hidden")
    notebook.page.keyboard.press(key)
    thought.wait_for(state="visible")
    wait_heard(notebook.page)
    settled(notebook, model)
    expect(shown.locator("details[open] > summary")).to_have_text("Reasoning")
    expect(shown.locator("summary:focus")).to_have_text("Reasoning")


@with_subshells
def test_each_button_has_the_name_that_it_shows(lab: Jupyter, model: Model) -> None:
    notebook = asking(lab, model)
    model.says([*tool(SEARCH), *tool(CALL, number=1), *answer("An answer", number=2)])
    notebook.run(1, wait=False)
    notebook.wait_output(1, "An answer")
    shown = notebook.output(1)
    expect(shown.get_by_role("button", name="Stop", exact=True)).to_have_count(1)
    expect(shown.get_by_role("button", name="MCP call: now", exact=True)).to_be_disabled()
    assert shown.locator("button[title=null]").count() == 0
    settled(notebook, model)


def test_the_page_folds_though_the_kernel_does_not_listen(lab: Jupyter, model: Model) -> None:
    deaf = "import qwen_magic.notebook.live.widgets as w\nw.hear = lambda widget: None"
    notebook = asking(lab, model, deaf, "%%qwen\nHi")
    notebook.run(1)
    model.says([*reasoning(THOUGHT), *answer("An answer", number=1)])
    notebook.run(2, wait=False)
    notebook.wait_output(2, "An answer")
    shown = notebook.output(2)
    shown.get_by_role("button", name="Thought for").click()
    shown.get_by_text("A last thought").wait_for(state="visible")
    settled(notebook, model)
