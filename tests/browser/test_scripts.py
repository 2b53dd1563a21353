"""Answers in Arabic, Hebrew, Chinese and Japanese, on narrow and on wide pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.model import Model, answer, modelled, tool
from tests.browser.test_live import asking, settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator

    from tests.browser.lab import Jupyter

LESSON = Path(__file__).with_name("scripts.md").read_text()
ARABIC = {
    "type": "web_extractor_call",
    "urls": ["https://example.com/"],
    "output": "نص الصفحة\nسطر آخر",
}
STARTS = """shown => [...shown.querySelectorAll('h2, p, li')].map(block => {
    const style = getComputedStyle(block);
    return [block.textContent.slice(0, 12), style.direction, style.textAlign];
})"""
# A wide table scrolls the output, as in any other Jupyter output.
WIDER = """shown => [...shown.querySelectorAll('h2, p, li, pre')].filter(
    block => !block.closest('table') && block.scrollWidth > shown.clientWidth).length"""


EXPECTED = [
    "العربية",
    "مرحبا بالعال",
    "البند الأول ",
    "البند الثاني",
    "עברית",
    "code בתחילת ",
    "\u05e6\u05d9\u05d8\u05d5\u05d8 \u05d1\u05e2\u05d1\u05e8\u05d9\u05ea",
]


@pytest.fixture
def model() -> Iterator[Model]:
    with modelled() as model:
        yield model


def from_the_right(shown: Locator) -> list[str]:
    """Return the beginnings of what is written and aligned from right to left."""
    found = shown.evaluate(STARTS)
    return [text for text, *style in found if style in (["rtl", "right"], ["rtl", "start"])]


def wait_from_the_right(shown: Locator) -> None:
    """Wait until all blocks are there, and see that the right ones start at the right."""
    expect(shown.locator("h2, p, li").get_by_text("The last words.")).to_be_attached()
    assert from_the_right(shown) == EXPECTED


def test_each_block_starts_where_its_language_does(lab: Jupyter, model: Model) -> None:
    notebook = asking(lab, model)
    model.says([*tool(ARABIC), *answer(LESSON, number=1, pieces=60)])
    notebook.run(1, wait=False)
    notebook.wait_output(1, "The last words.")
    shown = notebook.output(1)
    wait_from_the_right(shown)
    settled(notebook, model)
    wait_from_the_right(shown)
    notebook.reopen(trusted=False)
    wait_from_the_right(shown)
    columns = "t => [...t.querySelectorAll('th')].map(c => c.getBoundingClientRect().left)"
    lefts = shown.locator("table").evaluate(columns)
    assert lefts == sorted(lefts, reverse=True)
    cell = shown.locator("td").first
    assert cell.evaluate("c => getComputedStyle(c).textAlign") == "right"
    assert shown.locator("pre[dir=rtl]").evaluate("p => getComputedStyle(p).direction") == "rtl"


def test_no_script_overflows_a_narrow_page(notebook7: Jupyter, model: Model) -> None:
    notebook = asking(notebook7, model)
    model.says([*answer(LESSON)])
    notebook.run(1, wait=False)
    notebook.wait_output(1, "The last words.")
    shown = notebook.output(1)
    for width in (1200, 320):
        notebook.page.set_viewport_size({"width": width, "height": 1900})
        notebook.screenshot(f"scripts-live-{width}")
        notebook.page.wait_for_function(
            f"shown => ({WIDER})(shown) === 0", arg=shown.element_handle()
        )
    settled(notebook, model)
    for width in (1200, 320):
        notebook.page.set_viewport_size({"width": width, "height": 1900})
        shown.scroll_into_view_if_needed()
        notebook.screenshot(f"scripts-{width}")
        notebook.page.wait_for_function(
            f"shown => ({WIDER})(shown) === 0", arg=shown.element_handle()
        )
