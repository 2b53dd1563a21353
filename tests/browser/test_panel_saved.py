"""What is left of a panel in a notebook that is opened again, by its owner or by a stranger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import Error, expect

from tests.browser.notebook import PATIENCE
from tests.browser.panel import panel_in

if TYPE_CHECKING:
    from tests.browser.lab import Jupyter
    from tests.browser.panel import PanelIn

END = "a script answered, not a model"
COMPLAINTS = ("model not found", "Error displaying widget", "Loading widget")


def answered(jupyter: Jupyter) -> PanelIn:
    """Return a panel with one answer."""
    panel = panel_in(jupyter)
    panel.ask("Which is larger, 9.9 or 9.11?")
    panel.wait(END)
    panel.wait_idle()
    return panel


def seen(panel: PanelIn) -> str:
    """Return what can be read in the first cell's outputs."""
    area = panel.page.locator(".jp-Cell[data-windowed-list-index='0'] .jp-Cell-outputArea")
    return str(area.first.inner_text())


def came(panel: PanelIn) -> bool:
    """Return whether the page shows the panel in time."""
    try:
        panel.root.wait_for(timeout=PATIENCE / 2)
    except Error:
        return False
    return True


def test_with_its_kernel_the_panel_is_live_again(jupyter: Jupyter) -> None:
    panel = answered(jupyter)
    panel.notebook.save()
    panel.notebook.reload()
    if not came(panel):  # in 3 of some 100 loads, all on busy machines: why is not known
        panel.notebook.reload()
    panel.root.wait_for()
    panel.ask("Hello")
    panel.wait(END, 2)
    expect(panel.page.locator(".qwen-magic-saved").first).to_be_hidden()


def test_without_its_kernel_the_transcript_stands_in_its_place(jupyter: Jupyter) -> None:
    panel = answered(jupyter)
    panel.notebook.restart()
    panel.notebook.reopen()
    panel.page.locator(".qwen-magic-saved").wait_for()
    panel.page.wait_for_timeout(2000)  # the front end gives up on the widgets
    panel.notebook.screenshot(f"panel-saved-{jupyter.app}")
    text = seen(panel)
    assert "Which is larger, 9.9 or 9.11?" in text
    assert END in text
    assert [words for words in COMPLAINTS if words in text] == []


def test_a_stranger_sees_the_transcript(jupyter: Jupyter) -> None:
    panel = answered(jupyter)
    panel.notebook.restart()
    panel.notebook.reopen(trusted=False)
    panel.page.get_by_text(END).first.wait_for()
    text = seen(panel)
    assert "This chat is live while its kernel runs" in text
    assert "9.9 is larger" in text
    assert [words for words in COMPLAINTS if words in text] == []
    panel.notebook.screenshot(f"panel-untrusted-{jupyter.app}")


def test_nbconvert_keeps_the_transcript(lab: Jupyter) -> None:
    panel = answered(lab)
    panel.notebook.save()
    page = panel.page.context.new_page()
    page.goto(panel.notebook.converted(), wait_until="domcontentloaded")
    assert "9.9 is larger" in page.inner_text("body")
    page.close()
