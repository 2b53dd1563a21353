"""Citations, footnotes and thoughts in an answer's text, in a real JupyterLab and Notebook 7."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.model import Model, answer, modelled
from tests.browser.test_live import asking, settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.lab import Jupyter

TEXT = "The sea is blue. It is deep.\n\n" * 3
NOTES = "A claim.[^1]\n\n" + "Words.\n\n" * 30 + "[^1]: The proof.\n"
SEEN = """id => {
    const at = document.getElementById(id).getBoundingClientRect();
    return at.top >= 0 && at.bottom <= innerHeight;
}"""


@pytest.fixture
def model() -> Iterator[Model]:
    with modelled() as model:
        yield model


def cited(words: str, number: int) -> dict[str, Any]:
    end = TEXT.index(words) + len(words)
    page = {"url": f"https://{number}.example/sea", "title": f"Sea {number}"}
    told = {"type": "url_citation", **page, "start_index": end - len(words), "end_index": end}
    place = {"output_index": 0, "item_id": "item_0", "content_index": 0}
    return {"type": "response.output_text.annotation.added", "annotation": told, **place}


def test_citations_and_their_list_appear_while_the_answer_grows(
    jupyter: Jupyter, model: Model
) -> None:
    begun = answer(TEXT)
    model.says([*begun, cited("blue.", 1)], [cited("deep.", 2)])
    notebook = asking(jupyter, model)
    notebook.run(1, wait=False)
    output = notebook.output(1)
    expect(output.locator("sup a")).to_have_attribute("href", "https://1.example/sea")
    expect(output.get_by_role("button", name="Sources · 1 cited")).to_be_visible()
    model.goes_on()
    output.locator("sup a").nth(1).wait_for()
    settled(notebook, model)
    expect(output.locator("sup a")).to_have_text(["[1]", "[2]"])
    fold = output.locator("details").last
    expect(fold.locator("a").first).to_be_hidden()
    fold.locator("summary").click()
    items = ["Sea 1 1.example", "Sea 2 2.example"]
    expect(fold.locator("li")).to_have_text(items, use_inner_text=True)


def test_a_footnote_leads_to_its_note_and_back(lab: Jupyter, model: Model) -> None:
    model.says(answer(NOTES))
    notebook = asking(lab, model)
    notebook.page.set_viewport_size({"width": 1100, "height": 700})
    notebook.run(1, wait=False)
    settled(notebook, model)
    before = notebook.page.url.partition("#")[0]
    mark = notebook.output(1).locator("sup a").first
    note = str(mark.get_attribute("href")).removeprefix("#")
    mark.click()
    notebook.page.wait_for_function(SEEN, arg=note)
    notebook.output(1).locator(f"#{note}").click()
    notebook.page.wait_for_function(SEEN, arg=note.replace("fn-", "fnref-"))
    assert notebook.page.url.partition("#")[0] == before


def test_thoughts_in_the_text_fold_above_the_answer(jupyter: Jupyter, model: Model) -> None:
    model.says(answer("<think>\nI look.\n</think>\n\nIt is blue."))
    notebook = asking(jupyter, model)
    notebook.run(1, wait=False)
    output = notebook.output(1)
    output.get_by_text("It is blue.").wait_for()
    expect(output.get_by_role("button", name="Thought for")).to_be_visible()
    expect(output).not_to_contain_text("think>")
    settled(notebook, model)
    expect(output.locator("summary")).to_have_text(["Reasoning"])
    expect(output.locator("details")).to_contain_text("I look.")
