"""Functions that the panel's model calls: approved in the panel, run behind cells, seen in it alone."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

from tests.browser.panel import QUICK, PanelIn, panel_in
from tests.browser.test_panel_running import RUNS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.browser.lab import Jupyter

pytestmark = pytest.mark.skipif(version("ipykernel") < "7", reason="no subshells before 7")

FUNCTION = '''
def get_weather(city: str) -> dict:
    """Get the weather forecast of a city."""
    print("looking at the sky of", city)
    display("a picture of the sky")
    return {"city": city, "temperature": 21}
'''
HOLDS = '''
import time

def get_weather(city: str) -> dict:
    """Get the weather forecast of a city."""
    time.sleep(600)
'''
ASK = "What is the weather in Paris?"


@pytest.fixture
def go_on(lab: Jupyter) -> Iterator[Path]:
    file = lab.root / "go-on"
    file.unlink(missing_ok=True)
    yield file
    file.touch()


def offering(jupyter: Jupyter, *cells: str, function: str = FUNCTION) -> PanelIn:
    offer = "%config QwenMagics.tools = ['get_weather']"
    return panel_in(jupyter, *cells, load=f"{QUICK}\n{function}\n{offer}")


def test_a_call_is_approved_in_the_panel_and_its_output_stays_there(jupyter: Jupyter) -> None:
    panel = offering(jupyter, "print('a cell')")
    panel.notebook.run(1)
    panel.ask(ASK)
    panel.wait("Call get_weather(city='Paris')?")
    panel.notebook.screenshot("panel-approval")
    panel.root.locator("button", has_text="Allow").click()
    panel.wait("temperature")
    panel.wait_idle()
    panel.notebook.screenshot("panel-called")
    assert [output["output_type"] for output in panel.notebook.outputs(1)] == ["stream"]
    card = panel.turns.locator("button", has_text="get_weather")
    card.click()
    panel.wait("looking at the sky of Paris")
    panel.wait("a picture of the sky")


def test_a_call_waits_for_the_running_cell_and_says_so(lab: Jupyter, go_on: Path) -> None:
    panel = offering(lab, RUNS)
    panel.notebook.run(1, wait=False)
    panel.ask(ASK)
    panel.wait("Call get_weather")
    panel.root.locator("button", has_text="Always").click()
    panel.wait("Waits for the running cell")
    go_on.touch()
    panel.wait("a script answered, not a model")
    panel.wait_idle()
    panel.ask("What is the weather in Rome?")
    panel.wait("a script answered, not a model", 2)


def test_stop_ends_a_function_and_the_chain_goes_on(lab: Jupyter) -> None:
    panel = offering(lab, "2 + 2", function=HOLDS)
    panel.ask(ASK)
    panel.wait("Call get_weather")
    panel.root.locator("button", has_text="Allow").click()
    panel.wait("running")
    panel.button("Stop").click()
    panel.wait("Stopped by you")
    panel.wait_idle()
    panel.notebook.run(1)
    assert panel.notebook.outputs(1)[0]["data"]["text/plain"] == "4"
    panel.ask("What can you do?")
    panel.wait("a script answered, not a model")
