"""The panel answers while cells run, waits where it must, and survives what happens to notebooks."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.model import Model, answer, modelled
from tests.browser.panel import PanelIn, panel_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.browser.lab import Jupyter

with_subshells = pytest.mark.skipif(version("ipykernel") < "7", reason="no subshells before 7")

END = "a script answered, not a model"
RUNS = """
import pathlib, time
while not pathlib.Path("go-on").exists():
    time.sleep(0.01)
x = 20
print("done")
"""
BUSY = RUNS.replace("time.sleep(0.01)", "sum(range(1000))")
STALLS = "%config QwenMagics.model = 'demo-stall'"
FILL = """
from qwen_magic.conversation.turn.records import Record
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.responses.items import Message, Part
store, chain = panel._session.store, panel._chain()
for n in range(1, 1001):
    record = store.begin(Record(chain=chain, parent=n - 1 or None, prompt=f"Question {n}"))
    said = Message(content=(Part(f"Answer {n}"),))
    from qwen_magic.conversation.turn.output import settle
    store.end(record, Turn(status="completed", output=settle((), (said,))))
"""


@pytest.fixture
def model() -> Iterator[Model]:
    with modelled() as model:
        yield model


@pytest.fixture
def go_on(lab: Jupyter) -> Iterator[Path]:
    """A file that ends the cell that waits for it."""
    file = lab.root / "go-on"
    file.unlink(missing_ok=True)
    yield file
    file.touch()


def load(model: Model) -> str:
    return f'%load_ext qwen_magic\n%config QwenMagics.base_url = "{model.base_url}"'


@with_subshells
@pytest.mark.parametrize("code", [RUNS, BUSY], ids=["sleeping", "computing"])
def test_it_streams_and_stops_while_a_cell_runs(
    lab: Jupyter, model: Model, go_on: Path, code: str
) -> None:
    panel = panel_in(lab, code, load=load(model))
    model.says(answer("Half an answer"), answer("and its end", number=1))
    panel.notebook.run(1, wait=False)
    panel.ask("Hello")
    panel.wait("Half an answer")
    model.goes_on()
    panel.wait("and its end")
    panel.notebook.screenshot("panel-while-a-cell-runs")
    panel.button("Stop").click()
    panel.wait("Stopped by you")
    panel.wait_idle()
    assert panel.notebook.outputs(1) == []
    go_on.touch()
    panel.notebook.wait_done()
    assert [output["text"] for output in panel.notebook.outputs(1)] == ["done\n"]


@with_subshells
def test_a_variable_is_read_when_the_running_cell_ends(lab: Jupyter, go_on: Path) -> None:
    panel = panel_in(lab, RUNS)
    panel.notebook.run(1, wait=False)
    panel.ask("What is {{x}} + {{x}}?")
    panel.wait("Waits for the running cell")
    panel.notebook.screenshot("panel-waits-for-a-cell")
    go_on.touch()
    panel.wait("40")


def test_a_cell_asks_in_another_chain_meanwhile(lab: Jupyter) -> None:
    panel = panel_in(lab, STALLS, "%%qwen -c other -m qwen3.7-plus\nHello")
    panel.notebook.run(1)
    panel.ask("Hello")
    panel.wait("Waiting for more")
    panel.notebook.run(2)
    expect(panel.notebook.output(2)).to_contain_text(END)
    panel.button("Stop").click()
    panel.wait_idle()


def test_a_cell_in_the_same_chain_waits_its_turn(lab: Jupyter) -> None:
    panel = panel_in(lab, STALLS, "%%qwen --append -m qwen3.7-plus\nHello")
    panel.notebook.run(1)
    panel.ask("Hello")
    panel.wait("Waiting for more")
    panel.notebook.run(2, wait=False)
    panel.notebook.wait_output(2, "Waiting for qwen3.7-plus")
    panel.page.wait_for_timeout(500)
    assert END not in panel.notebook.output(2).inner_text()
    panel.button("Stop").click()
    panel.notebook.wait_done()
    expect(panel.notebook.output(2)).to_contain_text(END)
    panel.wait(END)  # the panel shows what the cell asked


def test_two_panels_on_one_chain_show_the_same(lab: Jupyter) -> None:
    panel = panel_in(lab, "%qwen_panel")
    panel.notebook.run(1)
    other = PanelIn(panel.notebook, "[data-windowed-list-index='1']")
    panel.ask("Hello")
    other.wait(END)
    other.wait_idle()
    other.ask("Again")
    panel.wait(END, 2)
    panel.wait_questions("Hello", "Again")
    other.wait_questions("Hello", "Again")


def test_a_view_that_is_closed_misses_nothing(lab: Jupyter, model: Model) -> None:
    panel = panel_in(lab, "panel", load=load(model))
    model.says(answer("Half an answer"), answer("and its end", number=1))
    panel.ask("Hello")
    panel.wait("Half an answer")
    panel.page.evaluate("() => window.panel().content.widgets[0].model.clearExecution()")
    panel.root.wait_for(state="detached")
    model.goes_on()
    panel.notebook.run(1)
    shown = PanelIn(panel.notebook)
    shown.wait("and its end")
    model.goes_on()
    shown.wait_idle()
    assert panel.notebook.console == []


def test_a_restarted_kernel_goes_on_where_the_chain_was(lab: Jupyter) -> None:
    panel = panel_in(lab)
    panel.ask("My name is Ada.")
    panel.wait("chain main, turn 1")
    panel.notebook.restart()
    panel.page.wait_for_selector(".qwen-magic-panel.jupyter-widgets-disconnected")
    panel.field.fill("Not lost")
    panel.field.press("Enter")
    expect(panel.field).to_have_value("Not lost")
    panel.notebook.screenshot("panel-restarted")
    panel.notebook.run(0)
    again = PanelIn(panel.notebook)
    again.wait("My name is Ada.")
    again.ask("What is my name?")
    again.wait("Ada", 3)


def test_a_cell_that_is_run_again_closes_the_panel_before(lab: Jupyter) -> None:
    panel = panel_in(
        lab, "len(get_ipython().magics_manager.registry['PanelMagics'].shared.feed.panels)"
    )
    panel.notebook.run(0)
    panel.notebook.run(1)
    assert panel.notebook.outputs(1)[0]["data"]["text/plain"] == "1"


def test_of_a_thousand_turns_the_last_are_shown_and_others_on_demand(lab: Jupyter) -> None:
    panel = panel_in(lab, FILL)
    panel.notebook.run(1)
    panel.wait("Answer 1000")
    expect(panel.turns).to_have_count(20)
    panel.button("Show 20 of 980 earlier turns").click()
    panel.wait("Answer 961")
    expect(panel.turns).to_have_count(40)
    panel.ask("Hello")
    panel.wait(END)
    panel.wait_idle()
    expect(panel.turns.nth(24)).to_have_count(0)
    expect(panel.turns.last.locator(".qwen-magic-question")).to_contain_text("Hello")
