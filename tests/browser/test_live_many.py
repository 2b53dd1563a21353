"""Turns with very many tool calls: nothing is lost on the way to the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.model import Model, answer, modelled, tool
from tests.browser.test_live import asking, settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.lab import Jupyter
    from tests.browser.model import Said
    from tests.browser.notebook import OpenNotebook

CALLS = 200


@pytest.fixture
def model() -> Iterator[Model]:
    with modelled() as model:
        yield model


def calls(first: int, end: int) -> Said:
    """Return the events of so many searches."""
    said: Said = []
    for number in range(first, end):
        found = {"queries": [f"query {number}."], "sources": [{"url": "https://example.com/"}]}
        said += tool({"type": "web_search_call", "action": found}, number=number)
    return said


def wait_shown(notebook: OpenNotebook) -> None:
    """Wait until the views of so many calls are there."""
    count = "([shown, calls]) => shown.innerText.split('“query').length > calls"
    shown = notebook.output(1).element_handle()
    notebook.page.wait_for_function(count, arg=[shown, CALLS])


@pytest.mark.parametrize("at_once", [CALLS, 10])
def test_two_hundred_calls_arrive_whole(lab: Jupyter, model: Model, at_once: int) -> None:
    notebook = asking(lab, model)
    stops = range(0, CALLS, at_once)
    said = [calls(first, first + at_once) for first in stops]
    model.says(*said, answer("The end.", number=CALLS))
    notebook.traffic.clear()
    notebook.run(1, wait=False)
    for first in stops:
        notebook.wait_output(1, f"“query {first + at_once - 1}.”")
        model.goes_on()
    notebook.wait_output(1, "The end.")
    wait_shown(notebook)
    live = notebook.output(1).inner_text()
    assert [live.count(f"“query {n}.”") for n in range(CALLS)] == [1] * CALLS
    notebook.screenshot(f"live-many-{at_once}")
    expect(notebook.page.locator(".widget-toggle-button").nth(3 * 16)).to_have_count(0)
    assert sum(notebook.traffic.messages.values()) < 2_600
    settled(notebook, model)
    searches = [f"Web search: “query {n}.”" for n in range(CALLS)]
    summaries = notebook.output(1).locator("summary")
    expect(summaries).to_have_text([*searches, "Sources · 1 found"])
    assert notebook.console == []
