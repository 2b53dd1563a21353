"""The answer while it grows, and as it settles, in a real JupyterLab and Notebook 7."""

from __future__ import annotations

import json
import re
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.bench.shapes import shaped
from tests.browser.hearing import wait_heard
from tests.browser.model import Model, answer, modelled, reasoning, tool
from tests.browser.watching import frames, use_theme, watch_frames, words
from tests.notebook.attacks import ATTACKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.lab import Jupyter
    from tests.browser.notebook import OpenNotebook
    from tests.browser.watching import Word

LESSON = Path(__file__).with_name("lesson.md").read_text()
THOUGHT = "First I **think**.\n\nThen more:\n\n- a\n- b\n\nA last thought"
FOLD = ".qwen-magic-fold > button"
STOP = "button.widget-button"
SEARCH = {
    "type": "web_search_call",
    "action": {
        "type": "search",
        "queries": ["where the sea is"],
        "sources": [{"type": "url", "url": "https://example.com/sea"}],
    },
}
CODE = {
    "type": "code_interpreter_call",
    "code": "import math\nfor i in range(1000):\n    print(i, math.sqrt(i))",
    "outputs": [{"type": "logs", "logs": "\n".join(f"{i} {i**0.5}" for i in range(1000))}],
}
with_subshells = pytest.mark.skipif(version("ipykernel") < "7", reason="no subshells before 7")
LONG = {"table": "| 0 | {} | 0 | none |\n", "list": "1. {}\n", "quote": ">\n> {}\n>\n"}
RAN = "window.ran = (window.ran || 0) + 1"


@pytest.fixture
def model() -> Iterator[Model]:
    with modelled() as model:
        yield model


def asking(jupyter: Jupyter, model: Model, *cells: str) -> OpenNotebook:
    """Open a notebook whose cells ask the model."""
    load = f'%load_ext qwen_magic\n%config QwenMagics.base_url = "{model.base_url}"'
    notebook = jupyter.open([load, *(cells or ["%%qwen\nHi"])])
    notebook.page.set_viewport_size({"width": 1100, "height": 1500})
    notebook.run(0)
    return notebook


def settled(notebook: OpenNotebook, model: Model) -> None:
    """Let the model end, and wait until the output stands and is typeset."""
    model.goes_on()
    notebook.wait_done()
    notebook.page.wait_for_function("() => !document.querySelector('.jupyter-widgets')")
    wait_typeset(notebook)


def wait_typeset(notebook: OpenNotebook) -> None:
    """Wait until all mathematics is typeset, in fonts that have arrived."""
    notebook.page.wait_for_function(
        "() => !/[$]\\S/.test(document.querySelector('.jp-OutputArea').innerText)"
    )
    notebook.page.evaluate(
        """async () => {
            await document.fonts.ready;
            for (let i = 0; i < 2; i += 1) await new Promise(requestAnimationFrame);
        }"""
    )


def answered(notebook: OpenNotebook) -> list[Word]:
    """Return the words of the lesson, with their places."""
    found = words(notebook, 1)
    texts = [word.text for word in found]
    return found[texts.index("A heading") : texts.index("These are the last words.") + 1]


def test_nothing_moves_when_the_answer_settles(jupyter: Jupyter, model: Model) -> None:
    notebook = asking(jupyter, model)
    model.says(
        [*reasoning(THOUGHT), *tool(SEARCH, number=1), *tool(CODE, number=2)],
        answer(LESSON, number=3),
    )
    notebook.run(1, wait=False)
    notebook.wait_output(1, "where the sea is")
    model.goes_on()
    notebook.wait_output(1, "last words")
    notebook.output(1).locator("mjx-container").nth(1).wait_for()
    wait_typeset(notebook)
    notebook.screenshot(f"live-{jupyter.app}")
    live = answered(notebook)
    watch_frames(notebook, 1)
    settled(notebook, model)
    seen = frames(notebook)
    notebook.screenshot(f"settled-{jupyter.app}")
    assert len(live) > 60
    assert answered(notebook) == live
    assert min(frame.height for frame in seen) >= seen[0].height - 1
    assert min(frame.characters for frame in seen) > 0.9 * seen[0].characters
    assert (seen[0].is_live, seen[-1].is_live) == (True, False)


@with_subshells
def test_the_thought_folds_itself_and_the_reader_can_keep_it_open(
    lab: Jupyter, model: Model
) -> None:
    notebook = asking(lab, model)
    model.says(reasoning(THOUGHT), answer("An answer.\n\nIts end", number=1))
    notebook.run(1, wait=False)
    notebook.wait_output(1, "A last thought")
    shown = notebook.output(1)
    expect(shown.locator(FOLD)).to_have_text("Thinking…")
    expect(shown.get_by_text("A last thought")).to_be_visible()
    notebook.screenshot("live-thinking")
    model.goes_on()
    notebook.wait_output(1, "Its end")
    expect(shown.locator(FOLD)).to_have_text(re.compile("^Thought for "))
    expect(shown.get_by_text("A last thought")).to_be_hidden()
    shown.locator(FOLD).click()
    shown.get_by_text("A last thought").wait_for(state="visible")
    wait_heard(notebook.page)
    settled(notebook, model)
    expect(shown.locator("details[open]")).to_have_count(1)
    expect(shown.get_by_text("A last thought")).to_be_visible()
    expect(shown).not_to_contain_text("Thought for")
    shown.locator("summary").focus()
    notebook.page.keyboard.press("Enter")
    expect(shown.get_by_text("A last thought")).to_be_hidden()


@with_subshells
def test_stop_ends_the_answer_and_run_all(jupyter: Jupyter, model: Model) -> None:
    notebook = asking(jupyter, model, "%%qwen\nHi", "1 + 1")
    model.says([*reasoning(THOUGHT), *answer("Half an answer", number=1)], [])
    notebook.run_all(wait=False)
    notebook.wait_output(1, "Half an answer")
    button = notebook.output(1).get_by_role("button", name="Stop")
    button.focus()
    notebook.screenshot(f"live-stop-{jupyter.app}")
    notebook.page.keyboard.press("Enter")
    notebook.wait_done()
    (output,) = notebook.outputs(1)
    assert output["metadata"]["qwen_magic"]["status"] == "cancelled"
    expect(notebook.output(1)).to_contain_text("Half an answer")
    assert (notebook.outputs(2), notebook.execution_count(2)) == ([], None)
    model.goes_on()
    assert model.left.wait(60)  # it notices when it speaks on
    assert notebook.console == []


def test_an_answer_whose_kernel_restarts_says_so_once(lab: Jupyter, model: Model) -> None:
    notebook = asking(lab, model)
    model.says([*reasoning(THOUGHT), *answer("Half an answer", number=1)], [])
    notebook.run(1, wait=False)
    notebook.wait_output(1, "Half an answer")
    notebook.restart()
    gone = notebook.page.locator(".qwen-magic-turn.jupyter-widgets-disconnected")
    expect(gone).to_be_visible()
    notes = """() => [...document.querySelectorAll('.jupyter-widgets-disconnected')]
        .map(node => getComputedStyle(node, '::before').content)
        .filter(content => !['none', '""'].includes(content) && !content.includes('collapsed'))"""
    told = '"The kernel has gone or restarted: run the cell again."'
    notebook.page.wait_for_function(
        f"told => JSON.stringify(({notes})()) === told",
        arg=json.dumps([told], separators=(",", ":")),
    )
    expect(gone.get_by_role("button", name="Stop")).to_be_hidden()
    notebook.screenshot("live-restarted")
    model.goes_on()


def test_hostile_text_does_nothing_while_it_grows(lab: Jupyter, model: Model) -> None:
    notebook = asking(lab, model)
    requests: list[str] = []
    notebook.page.on("request", lambda request: requests.append(request.url))
    text = "\n\n".join(attack.replace("alert(1)", RAN) for attack in ATTACKS)
    hostile = {"type": "web_search_call", "action": {"query": text, "queries": [text]}}
    said = [*reasoning(text, pieces=50), *tool(hostile, number=1)]
    model.says([*said, *answer(f"{text}\n\nlast words", number=2, pieces=50)])
    notebook.run(1, wait=False)
    notebook.wait_output(1, "last words")
    folds = notebook.output(1).locator(f"{FOLD}:enabled")
    expect(folds).to_have_count(1)  # the thought: the search has nothing to unfold
    for fold in folds.all():
        fold.click()
    notebook.page.wait_for_timeout(500)
    expect(notebook.output(1).locator(STOP)).to_have_count(1)
    assert notebook.page.evaluate("() => window.ran === undefined")
    settled(notebook, model)
    assert notebook.page.evaluate("() => window.ran === undefined")
    assert [url for url in requests if "evil" in url] == []


def test_eight_thousand_deltas_at_once_arrive_whole(lab: Jupyter, model: Model) -> None:
    notebook = asking(lab, model)
    text = "\n\n".join(f"Paragraph {n} of the burst." for n in range(1_600))
    model.says(answer(text, pieces=8_000))
    notebook.run(1, wait=False)
    notebook.wait_output(1, "Paragraph 1599 of the burst.")
    assert sum(notebook.traffic.messages.values()) < 1_000
    settled(notebook, model)
    shown = notebook.output(1).locator("p")
    expect(shown).to_have_count(1_600)
    assert shown.all_inner_texts() == text.split("\n\n")


def test_two_cells_stream_one_after_the_other(lab: Jupyter, model: Model) -> None:
    notebook = asking(lab, model, "%%qwen\nOne", "%%qwen\nTwo")
    model.says(answer("An answer"))
    notebook.run_all(wait=False)
    for i in (1, 2):
        notebook.wait_output(i, "An answer")
        model.goes_on()
    notebook.wait_done()
    for i in (1, 2):
        (output,) = notebook.outputs(i)
        assert output["metadata"]["qwen_magic"]["status"] == "completed"
        expect(notebook.output(i)).to_have_text(re.compile(r"^\s*An answer"))
    expect(notebook.page.locator(".jupyter-widgets")).to_have_count(0)


@pytest.mark.parametrize("shape", LONG)
def test_the_parts_of_a_long_block_stand_where_the_whole_will(
    lab: Jupyter, model: Model, shape: str
) -> None:
    notebook = asking(lab, model, f"%%qwen -c {shape}\nHi")
    lines = shaped(shape, 2_400).splitlines(keepends=True)
    size = len(lines) // 6
    ends = [LONG[shape].format(f"stop {number}") for number in range(6)]
    said = ["".join(lines[size * n : size * (n + 1)]) + end for n, end in enumerate(ends)]
    first, *others = [answer(text, pieces=1) for text in said]
    model.says(first, *([delta] for _, delta in others))
    notebook.run(1, wait=False)
    for number in range(6):
        notebook.wait_output(1, f"stop {number}")
        if number < 5:
            model.goes_on()
    parts = notebook.output(1).locator("[class*=qwen-magic-long-] .widget-htmlmath").count()
    notebook.screenshot(f"live-long-{shape}")
    live = words(notebook, 1)
    settled(notebook, model)
    notebook.screenshot(f"settled-long-{shape}")
    assert parts > 3
    assert words(notebook, 1)[: len(live)] == live


def test_a_theme_can_change_while_it_grows(lab: Jupyter, model: Model) -> None:
    notebook = asking(lab, model)
    model.says([*reasoning(THOUGHT), *answer(LESSON, number=1)])
    notebook.run(1, wait=False)
    notebook.wait_output(1, "last words")
    colors = "e => [...e.querySelectorAll('p, .k, summary')].map(n => getComputedStyle(n).color)"
    light = notebook.output(1).evaluate(colors)
    use_theme(notebook, "JupyterLab Dark")
    dark = notebook.output(1).evaluate(colors)
    assert not set(light) & set(dark)
    notebook.screenshot("live-dark")
    settled(notebook, model)
    notebook.screenshot("settled-dark")
    notebook.page.set_viewport_size({"width": 560, "height": 1500})
    notebook.screenshot("settled-narrow-dark")
    wide = "e => e.scrollWidth > e.clientWidth + 1"
    assert not notebook.output(1).evaluate(wide)
    use_theme(notebook, "JupyterLab Light")
    notebook.screenshot("settled-narrow")
