"""A value that fills in and settles, in a cell and in the panel."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.model import Model, call, modelled, more_arguments, reasoning
from tests.browser.panel import panel_in
from tests.browser.watching import frames, pictured, watch_frames, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.lab import Jupyter
    from tests.browser.notebook import OpenNotebook

BOUGHT = [
    {"item": "milk", "price": 1.2, "when": "2026-03-03"},
    {"item": "bread", "price": 2.5, "when": "2026-03-03"},
    {"item": "kettle, **blue** <b>", "price": 24.99, "when": "2026-03-05"},
]
WHOLE = json.dumps({"value": BOUGHT})
HALF = WHOLE.index("kettle")
ASKED = '%%qwen --schema "[{item: str, price: float, when: date}]" --value bought\nWhat did I buy?'
REVIEW = '%%qwen --schema "sentiment: good|bad, stars: 1..5, topics: [str], note: str?"\nRead it.'


@pytest.fixture
def model() -> Iterator[Model]:
    with modelled() as model:
        yield model


def asking(jupyter: Jupyter, model: Model, *cells: str) -> OpenNotebook:
    load = f'%load_ext qwen_magic\n%config QwenMagics.base_url = "{model.base_url}"'
    notebook = jupyter.open([load, *cells])
    notebook.page.set_viewport_size({"width": 1000, "height": 900})
    notebook.run(0)
    return notebook


def settled(notebook: OpenNotebook, model: Model) -> None:
    model.goes_on()
    notebook.wait_done()
    notebook.page.wait_for_function("() => !document.querySelector('.jupyter-widgets')")


def test_a_table_fills_in_and_does_not_move_when_it_settles(jupyter: Jupyter, model: Model) -> None:
    notebook = asking(jupyter, model, ASKED, "bought[2]['price'] * 2")
    model.says(
        [*reasoning("I read what was bought."), *call("answer", WHOLE[:HALF], number=1)],
        more_arguments(WHOLE[HALF:], number=1),
    )
    notebook.run(1, wait=False)
    notebook.wait_output(1, "bread")
    rows = notebook.output(1).locator("tbody tr")
    assert "{" not in notebook.output(1).inner_text()
    notebook.screenshot(f"value-growing-{jupyter.app}")
    model.goes_on()
    notebook.wait_output(1, "kettle, **blue** <b>")
    expect(rows).to_have_count(3)
    live = [word for word in words(notebook, 1) if word.text in {"milk", "24.99", "price"}]
    watch_frames(notebook, 1)
    settled(notebook, model)
    seen = frames(notebook)
    assert [word for word in words(notebook, 1) if word.text in {"milk", "24.99", "price"}] == live
    assert min(frame.height for frame in seen) >= seen[0].height - 1
    fold = notebook.output(1).locator("details", has_text="JSON")
    expect(fold).not_to_have_attribute("open", re.compile(""))
    notebook.screenshot(f"value-settled-{jupyter.app}")
    notebook.run(2)
    notebook.wait_output(2, "49.98")


def test_a_value_that_does_not_fit_folds_away_and_the_next_one_shows(
    lab: Jupyter, model: Model
) -> None:
    notebook = asking(lab, model, REVIEW)
    wrong = {"sentiment": "great", "stars": 7, "topics": ["battery"], "note": None}
    model.says(call("Answer", json.dumps(wrong)))
    notebook.run(1, wait=False)
    notebook.wait_output(1, "great")
    right = {"sentiment": "good", "stars": 5, "topics": ["battery", "screen"], "note": None}
    model.says(call("Answer", json.dumps(right)))
    model.goes_on()
    notebook.wait_output(1, "screen")
    settled(notebook, model)
    shown = notebook.output(1)
    for words_of in ("A value that does not fit", "1 correction"):
        expect(shown).to_contain_text(words_of, use_inner_text=True)
    expect(shown).not_to_contain_text("great", use_inner_text=True)
    notebook.output(1).locator("summary", has_text="does not fit").click()
    notebook.wait_output(1, 'must be one of "good", "bad", not "great"')
    pictured(notebook, "value-corrected")


def test_the_panel_gives_values_and_shows_where_a_schema_is_wrong(lab: Jupyter) -> None:
    panel = panel_in(lab)
    panel.root.get_by_text("Tools and options").click()
    schema = panel.root.get_by_label("Schema")
    schema.fill("sentiment: positive|negative, stars: 1..5, topics: [strr]")
    panel.ask("The battery is terrible, I give it 2 stars.")
    panel.wait("'strr' is no type")
    panel.wait_idle()
    panel.notebook.screenshot("panel-schema-wrong")
    schema.fill("sentiment: positive|negative, stars: 1..5, topics: [str]")
    panel.ask("The battery is terrible, I give it 2 stars.")
    panel.wait("negative")
    panel.wait_idle()
    expect(panel.turns.last.locator("tr").nth(2)).to_be_attached()
    panel.notebook.screenshot("panel-schema")
    panel.root.get_by_text("values: sentiment: positive|negative").wait_for()
    schema.fill("")
    panel.ask("My name is Alice.")
    panel.wait("Nice to meet you")
