"""Functions of the notebook, called by the model: approved, run and shown in a real browser."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.hearing import wait_hearing
from tests.browser.panel import QUICK

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.lab import Jupyter
    from tests.browser.notebook import OpenNotebook

FUNCTIONS = '''
called = []

def get_weather(city: str) -> dict:
    """Get the weather forecast of a city."""
    called.append(city)
    print("looking at the sky of", city)
    return {"city": city, "temperature": 21}
'''
QUESTION = "%%qwen -t get_weather\nWhat is the weather in Paris and Rome?"
with_subshells = pytest.mark.skipif(version("ipykernel") < "7", reason="no subshells before 7")


def asking(jupyter: Jupyter, *cells: str) -> OpenNotebook:
    notebook = jupyter.open([f"{QUICK}\n{FUNCTIONS}", *cells])
    notebook.page.set_viewport_size({"width": 1000, "height": 900})
    notebook.run(0)
    return notebook


def buttons(notebook: OpenNotebook, name: str) -> Locator:
    return notebook.page.locator("button.jupyter-button", has_text=name)


@with_subshells
def test_two_calls_wait_at_once_and_are_allowed_and_denied(jupyter: Jupyter) -> None:
    notebook = asking(jupyter, QUESTION, "print(called)")
    notebook.run(1, wait=False)
    expect(buttons(notebook, "Allow")).to_have_count(2)
    wait_hearing(notebook.page)
    notebook.screenshot("tools-approval")
    notebook.page.get_by_placeholder("Why not? The model is told").nth(1).fill("too far away")
    buttons(notebook, "Deny").nth(1).click()
    notebook.wait_output(1, "not called")  # at once: the other call still waits
    buttons(notebook, "Allow").nth(0).click()
    notebook.wait_done()
    notebook.wait_output(1, "too far away")
    notebook.run(2)
    notebook.wait_output(2, "['Paris']")
    notebook.screenshot("tools-settled")
    (output,) = notebook.outputs(1)
    assert "looking at the sky of Paris" in "".join(output["data"]["text/html"])
    assert "not called" in "".join(output["data"]["text/html"])


SLOW = '''
import time

def get_time(city: str) -> str:
    """Get the time of a city."""
    time.sleep(600)
'''


@with_subshells
def test_stop_ends_a_function_that_runs_and_the_chain_goes_on(lab: Jupyter) -> None:
    ask = "%%qwen --approve always -t get_time\nWhat is the time in Rome?"
    notebook = asking(lab, SLOW, "%%qwen\nMy name is Alice.", ask, "%%qwen\nWhat is my name?")
    notebook.run(1)
    notebook.run(2)
    notebook.run(3, wait=False)
    notebook.wait_output(3, "get_time(city='Rome') · running")
    buttons(notebook, "Stop").click()
    notebook.wait_done()
    notebook.wait_output(3, "Stopped by you")
    assert len(notebook.outputs(3)) == 1
    notebook.run(4)
    notebook.wait_output(4, "Alice")


@with_subshells
def test_stop_ends_the_wait_for_an_approval(lab: Jupyter) -> None:
    notebook = asking(lab, QUESTION)
    notebook.run(1, wait=False)
    buttons(notebook, "Allow").first.wait_for()
    wait_hearing(notebook.page)
    buttons(notebook, "Stop").click()
    notebook.wait_done()
    notebook.wait_output(1, "Stopped by you")
    expect(buttons(notebook, "Allow")).to_have_count(0)


PICTURE = '''
class Picture:
    def _repr_png_(self):
        import base64
        return base64.b64decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP4z8CAB+GTG8HSALfKY52fTcuYAAAAAElFTkSuQmCC"
        )

def draw_picture(title: str) -> Picture:
    """Draw a picture."""
    return Picture()
'''


@with_subshells
def test_a_picture_that_a_function_drew_can_be_seen(lab: Jupyter) -> None:
    ask = '%%qwen --approve always -t draw_picture\nDraw a picture of "red"'
    notebook = asking(lab, PICTURE, ask)
    notebook.run(1)
    notebook.run(2)
    picture = notebook.output(2).locator("details img")
    source = picture.get_attribute("src", timeout=60_000)
    assert str(source).startswith("data:image/png;base64,")
