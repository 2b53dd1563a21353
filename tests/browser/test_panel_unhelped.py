"""The panel in a JupyterLab whose environment lacks anywidget, so that its script never comes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.panel import QUICK, SHOW, PanelIn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.lab import Jupyter

END = "a script answered, not a model"
CELLS = ("panel.ask('Write Python code that prints primes')", "1 + 1", "2 + 2")


@pytest.fixture
def panel(lab: Jupyter) -> Iterator[PanelIn]:
    with lab.without("anywidget"):
        notebook = lab.open([f"{QUICK}\n{SHOW}", *CELLS])
        notebook.page.set_viewport_size({"width": 1200, "height": 1100})
        notebook.run(0)
        yield PanelIn(notebook)


def test_enter_recall_and_code_are_heard_without_a_script(panel: PanelIn) -> None:
    panel.ask("the first")
    panel.wait(END)
    panel.wait_questions("the first")
    assert panel.root.locator(".qwen-magic-code-bar").count() == 0

    panel.field.fill("the second")
    panel.button("Send").click()
    panel.wait(END, 2)
    panel.wait_idle()
    for expected in ("the second", "the first", "the second"):
        panel.button("Recall").click()
        panel.page.wait_for_function(
            "([field, text]) => field.value === text", arg=[panel.field.element_handle(), expected]
        )
    expect(panel.field).to_be_focused()

    panel.notebook.run(1)
    panel.wait(END, 3)
    panel.wait_idle()
    panel.turns.last.get_by_role("button", name="Code").click()
    expect(panel.root.get_by_label("Code")).to_have_value(re.compile(r"^def primes\("))
    code = panel.root.get_by_label("Code").input_value()
    panel.button("Insert below").click()
    panel.button("Comes below the next cell you run").wait_for()
    panel.notebook.screenshot("panel-unhelped")
    panel.notebook.run(2)
    cells = "() => window.panel().content.widgets.map(c => c.model.sharedModel.getSource())"
    panel.page.wait_for_function(f"() => ({cells})().length === 5")
    assert panel.page.evaluate(cells)[2:] == ["1 + 1", code, "2 + 2"]
