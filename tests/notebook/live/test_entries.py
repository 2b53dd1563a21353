"""Turns with many items: which of them are widgets, and which plain HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from ipywidgets import HTMLMath, ToggleButton, VBox

from qwen_magic.notebook.live.entries import PAGE, Page
from qwen_magic.notebook.live.widgets import Look
from qwen_magic.responses.items import WebSearchCall
from tests.notebook.turns import answer, growing, thought

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ipywidgets import Widget

    from qwen_magic.conversation.turn.turn import Turn


def searching(number: int) -> Turn:
    """Return a turn that has searched this many times, and is still growing."""
    return growing(*(WebSearchCall(queries=(f"query {n}",), sources=()) for n in range(number)))


def every(widget: Widget) -> Iterator[Widget]:
    """Yield a widget and all widgets in it."""
    yield widget
    if isinstance(widget, VBox):
        for child in widget.children:
            yield from every(child)


def headings(page: Page) -> list[str]:
    return [found.description for found in every(page.box) if isinstance(found, ToggleButton)]


def first_page() -> Page:
    return Page(Look(), 0, show_reasoning=True)


def test_the_newest_pages_are_widgets() -> None:
    page = first_page()
    assert page.show(searching(2 * PAGE), 0.0, new=100) == PAGE
    assert len(headings(page)) == PAGE


def test_no_more_than_so_many_items_begin_at_once() -> None:
    page = first_page()
    assert page.show(searching(PAGE), 0.0, new=4) == 4
    assert page.show(searching(PAGE), 0.0, new=4) == 4
    assert len(headings(page)) == 8


def test_a_page_long_past_becomes_html_and_its_widgets_close() -> None:
    page = first_page()
    page.show(searching(PAGE), 0.0, new=PAGE)
    buttons = [found for found in every(page.box) if isinstance(found, ToggleButton)]
    page.show(searching(2 * PAGE + 1), 1.0, new=4)
    (html,) = page.box.children
    assert isinstance(html, HTMLMath)
    assert [html.value.count(f"“query {n}”") for n in range(PAGE)] == [1] * PAGE
    assert all(button.comm is None for button in buttons)


def test_a_flood_is_html_from_the_beginning() -> None:
    page = first_page()
    assert page.show(searching(200), 0.0, new=4) == 0
    assert headings(page) == []
    assert page.box.children[0].value.count("query") == PAGE


def test_what_the_reader_opened_stays_open_on_its_page() -> None:
    page = first_page()
    page.show(searching(PAGE), 0.0, new=PAGE)
    page.box.children[3].children[0].value = False  # as if clicked
    page.box.children[3].children[0].value = True
    page.show(searching(3 * PAGE), 1.0, new=4)
    assert list(page.opened(cut=False)) == [3]


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.0, "a moment"), (0.02, "a moment"), (3.21, "3.2 s")]
)
def test_reasoning_tells_how_long_it_took(seconds: float, told: str) -> None:
    page = first_page()
    page.show(growing(thought("Hm.")), 0.0, new=4)
    page.show(growing(thought("Hm."), answer("Yes.")), seconds, new=4)
    assert headings(page) == [f"Thought for {told}"]
