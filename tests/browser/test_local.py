"""A real model on this computer, in a real JupyterLab: one line, a value, Stop, a restart, its end."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.local import small_model

if TYPE_CHECKING:
    from tests.browser.lab import Jupyter

SETUP = """%load_ext qwen_magic
%config QwenMagics.region = "local"
%config QwenMagics.local_model = "{}\""""
VALUE = '%%qwen --schema "mood: good|bad, stars: 1..5"\nWonderful, five stars! 太好了！'
LONG = 'long = {"type": "array", "items": {"type": "string"}, "minItems": 500}'
STORY = "%%qwen --schema long\nTell me a very long story about a fox."
AGAIN = "%%qwen --max-output-tokens 16\nHello?"


def test_a_model_of_this_computer_answers_until_it_is_stopped(lab: Jupyter) -> None:
    weights = small_model.path()
    if not weights.is_file():
        missing = pytest.fail if "CI" in os.environ else pytest.skip
        missing(f"no small model at {weights}: run `poe small-model` once")
    notebook = lab.open(
        [f"{SETUP.format(weights)}\n{LONG}", VALUE, STORY, "%qwen", AGAIN, "%qwen --local stop"]
    )
    notebook.run(0)
    notebook.run(1)
    notebook.wait_output(1, "answers on this computer")
    notebook.wait_output(1, "mood")
    notebook.run(2, wait=False)
    expect(notebook.output(2).get_by_role("button", name="Stop")).to_be_visible()
    notebook.screenshot("local-growing")
    notebook.interrupt()
    notebook.wait_output(2, "Stopped by you")
    notebook.wait_done()
    notebook.restart()
    notebook.run(0)
    notebook.run(4)
    notebook.wait_output(4, "chain main, turn")
    notebook.run(3)
    notebook.wait_output(3, "memory")
    notebook.screenshot("local-went-on")
    notebook.run(5)
    notebook.wait_output(5, f"Ended: {weights.stem}")
    assert notebook.console == []
