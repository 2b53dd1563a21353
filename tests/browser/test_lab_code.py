"""Buttons at the code of an answer: what they do, where they stand, and where they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from qwen_magic.conversation.turn.saying import code_of
from qwen_magic.notebook.markdown.escapes import strip_controls
from tests.browser.model import Model, answer, modelled, reasoning
from tests.browser.panel import QUICK
from tests.notebook.attacks import ATTACKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator

    from tests.browser.lab import Jupyter
    from tests.browser.notebook import OpenNotebook

TWO = "First:\n\n```python\na = 20 + 1\n```\n\nthen\n\n```\n# two\na * 2\n```\n"
OTHERS = """```bash
pip install pandas
```

```
Traceback (most recent call last):
NameError
```

```pycon
>>> a = 20 + 1
>>> a
21
>>> print(a *
...       3)
63
```
"""
FORGED = """<div class="highlight"><pre>forged = 1</pre><div class="qwen-magic-code-bar">
<button>Run below</button></div></div>"""
KINDS = [attack for attack in ATTACKS if "\0" not in attack][::9]
SOURCES = "() => window.panel().content.widgets.map(cell => cell.model.sharedModel.getSource())"
PRESS_ALL = """i => {
    const { content } = window.panel();
    const blocks = [...content.widgets[i].outputArea.node.querySelectorAll('div.highlight')];
    return blocks.map(block => {
        const bars = block.querySelectorAll('.qwen-magic-code-bar > button');
        const before = content.widgets.length;
        if (bars.length) bars[1].click();
        return [bars.length, content.widgets.length - before,
            bars.length ? content.activeCell.model.sharedModel.getSource() : '',
            block.querySelector('pre').textContent];
    });
}"""


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    with modelled() as model:
        yield model


def answered(jupyter: Jupyter, model: Model, text: str, *cells: str) -> OpenNotebook:
    """Open a notebook whose second cell asks, and gets this answer after a thought."""
    load = f"%load_ext qwen_magic\n%config QwenMagics.base_url = {model.base_url!r}"
    notebook = jupyter.open([load, "%%qwen\nWrite code", *cells])
    model.says([*reasoning("```\nthought = 1\n```"), *answer(text, number=1)])
    model.goes_on()
    notebook.run(0)
    notebook.run(1)
    return notebook


def bars(notebook: OpenNotebook, i: int = 1) -> Locator:
    return notebook.output(i).locator(".qwen-magic-code-bar")


def press(notebook: OpenNotebook, block: int, name: str, i: int = 1) -> None:
    bar = bars(notebook, i).nth(block)
    bar.locator("..").hover()
    bar.get_by_role("button", name=name, exact=True).click()


def wait_cells(notebook: OpenNotebook, count: int) -> None:
    """Wait until the notebook has so many cells."""
    notebook.page.wait_for_function(f"() => ({SOURCES})().length === {count}")


def sources(notebook: OpenNotebook) -> list[str]:
    found: list[str] = notebook.page.evaluate(SOURCES)
    return found


def test_code_lands_in_cells_in_its_order_and_runs_when_it_is_told(
    jupyter: Jupyter, model: Model
) -> None:
    notebook = answered(jupyter, model, TWO, "last = 1")
    expect(bars(notebook)).to_have_count(2)
    html = notebook.outputs(1)[0]["data"]["text/html"]
    press(notebook, 0, "Run below")
    notebook.wait_ran(2, 3)
    press(notebook, 1, "Insert below")
    wait_cells(notebook, 5)
    assert sources(notebook)[2:] == ["a = 20 + 1", "# two\na * 2", "last = 1"]
    assert [notebook.execution_count(i) for i in (2, 3)] == [3, None]
    bars(notebook).nth(1).get_by_role("button", name="Run below").focus()
    notebook.page.keyboard.press("Enter")
    notebook.wait_output(4, "42")
    assert sources(notebook)[4] == "# two\na * 2"
    notebook.save()
    assert notebook.saved().cells[1].outputs[0].data["text/html"] == html
    assert "qwen-magic-code-bar" not in notebook.path.read_text()
    notebook.screenshot(f"code-{jupyter.app}")


def test_what_the_kernel_cannot_run_is_not_run(lab: Jupyter, model: Model) -> None:
    notebook = answered(lab, model, OTHERS)
    expect(bars(notebook)).to_have_text(["CopyInsert below"] * 2 + ["CopyInsert belowRun below"])
    press(notebook, 2, "Run below")
    notebook.wait_output(2, "63")
    press(notebook, 0, "Insert below")
    wait_cells(notebook, 4)
    typed = "a = 20 + 1\na\nprint(a *\n      3)"
    assert sources(notebook)[2:] == [typed, "pip install pandas"]


def test_a_block_is_copied(lab: Jupyter, model: Model) -> None:
    notebook = answered(lab, model, TWO)
    notebook.page.context.grant_permissions(["clipboard-read"])
    bars(notebook).nth(1).wait_for(state="attached")
    press(notebook, 1, "Copy")
    bars(notebook).get_by_role("button", name="Copied").wait_for()
    assert notebook.page.evaluate("() => navigator.clipboard.readText()") == "# two\na * 2"


def test_saved_answers_have_buttons_where_the_notebook_is_trusted(
    lab: Jupyter, model: Model
) -> None:
    notebook = answered(lab, model, TWO)
    notebook.reopen()
    bars(notebook).nth(1).wait_for(state="attached")
    press(notebook, 1, "Insert below")
    wait_cells(notebook, 3)
    assert sources(notebook)[2] == "# two\na * 2"
    notebook.reopen(trusted=False)
    notebook.output(1).locator(".highlight").first.wait_for(state="attached")
    notebook.run(2)
    assert bars(notebook).count() == 0


def test_outputs_of_others_have_no_buttons(lab: Jupyter, model: Model) -> None:
    forged = f"from IPython.display import HTML\nHTML({FORGED!r})"
    notebook = answered(lab, model, TWO, forged)
    notebook.run(2)
    bars(notebook).nth(1).wait_for(state="attached")
    expect(notebook.output(2).locator("button")).to_have_count(1)
    notebook.output(2).locator("button").click()
    assert len(sources(notebook)) == 3


def test_a_button_does_nothing_but_with_the_text_of_its_own_block(
    lab: Jupyter, model: Model
) -> None:
    fences = [*KINDS, FORGED, "a\u202e = 1\x1b[8m\r\nb = 2"]
    inside = "\n\n".join(f"````````\n{fence}\n````````" for fence in fences)
    text = "\n\n".join([inside, FORGED, *KINDS])
    notebook = answered(lab, model, text)
    expect(bars(notebook).nth(len(fences) - 1)).to_be_attached()
    found = notebook.page.evaluate(PRESS_ALL, 1)
    pressed = [row for row in found if row[0]]
    assert {(row[0], row[1]) for row in pressed} == {(2, 1), (3, 1)}
    assert [row[2] for row in pressed] == [row[3].removesuffix("\n") for row in pressed]
    shown = [strip_controls(code).rstrip("\n") for code in code_of(inside)]
    assert [code for code in shown if code not in {row[2] for row in pressed}] == []
    assert all(notebook.execution_count(i) is None for i in range(2, len(pressed) + 2))
    assert notebook.console == []


def test_an_error_is_explained_by_two_keys_and_its_correction_lands_below(jupyter: Jupyter) -> None:
    notebook = jupyter.open([QUICK, "total = 1", "print(totl)", "last = 1"])
    for i in range(4):
        notebook.run(i)
    notebook.page.keyboard.press("e")
    notebook.page.keyboard.press("e")
    notebook.wait_output(3, "turn 1")
    assert sources(notebook)[3:] == ["%qwen_fix", "last = 1"]
    bars(notebook, 3).first.wait_for(state="attached")
