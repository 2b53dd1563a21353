"""The Stop button of a cell, pressed at an awkward moment."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.notebook.kernels import running

if TYPE_CHECKING:
    from qwen_magic.demo.server import DemoServer

# Presses when the view checks which calls run, the first time that one runs.
PRESSES = """
import gc, threading, time
from qwen_magic.notebook.live import growing_view, stopping
unanswered, pressed = growing_view.unanswered, []

def press():
    (bar,) = [one for one in gc.get_objects() if type(one) is stopping.StopBar]
    bar._press(None)

def presses(turn):
    found = unanswered(turn)
    if not pressed and any(call.status == "running" for call in found):
        pressed.append(True)
        thread = threading.Thread(target=press)
        thread.start()
        thread.join()
    return found

growing_view.unanswered = presses

def get_weather(city: str) -> str:
    'Get the weather forecast of a city.'
    time.sleep(50)
    return "too late"
"""


def test_a_press_just_before_a_function_is_called_is_not_lost(demo: DemoServer) -> None:
    with running(DASHSCOPE_BASE_URL=demo.base_url, DASHSCOPE_API_KEY="none") as kernel:
        assert kernel.run(PRESSES).status == "ok"
        begun = time.monotonic()
        asks = "%%qwen --approve always -t get_weather\nWhat is the weather in Paris?"
        ran = kernel.run(asks, cell="a")
        assert (ran.status, ran.errors) == ("error", [])
        assert "Stopped by you" in ran.html
        assert time.monotonic() < begun + 45
