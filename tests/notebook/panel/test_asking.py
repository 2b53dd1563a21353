"""Stop and interrupts at awkward moments of a panel's question."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.notebook.kernels import PATIENCE, Kernel, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwen_magic.demo.server import DemoServer

SHOW = """
import qwen_magic, signal, sys, threading, time
panel = qwen_magic.Panel()
LANES = panel._session.store.lanes._lanes

def in_thread(function):
    threading.Thread(target=function).start()
"""
TURN = "view = panel._layout.transcript.views[-1]; print(view.question, view.turn.status)"
TOLD = "print([(view.question, view.html) for view in panel._layout.transcript.views])"


@pytest.fixture
def kernel(demo: DemoServer) -> Iterator[Kernel]:
    with running(DASHSCOPE_BASE_URL=demo.base_url, DASHSCOPE_API_KEY="none") as kernel:
        assert kernel.run(SHOW, cell="panel").status == "ok"
        yield kernel


def printed(kernel: Kernel, code: str) -> str:
    ran = kernel.run(code, cell="a")
    assert ran.status == "ok", ran.errors
    return ran.printed.strip()


def wait_for(kernel: Kernel, expression: str) -> None:
    """Wait, between cells, until an expression is true."""
    until = time.monotonic() + PATIENCE
    while printed(kernel, f"print(bool({expression}))") == "False":
        assert time.monotonic() < until, expression


PRESSES = """
def look(frame, event, arg):
    if event == "call" and frame.f_code.co_qualname == {place!r}:
        sys.setprofile(None)
        signal.raise_signal(signal.SIGINT)
sys.setprofile(look)
panel.ask("Hello")
"""


@pytest.mark.parametrize("place", ["Lanes.join", "Feed.begin", "Asker.put", "Thread.start"])
def test_an_interrupted_cell_asks_wholly_or_not_at_all(kernel: Kernel, place: str) -> None:
    ran = kernel.run(PRESSES.format(place=place), cell="a")
    assert [error["ename"] for error in ran.errors] == ["KeyboardInterrupt"]
    wait_for(kernel, "not panel.busy")
    assert "Hello" in printed(kernel, TOLD)
    assert printed(kernel, "print(panel._shared.feed.lives, LANES)") == "[] {}"


SLOW = """
began = threading.Event()

class Slow:
    def __repr__(self):
        began.set()
        for _ in range(6000):
            time.sleep(0.01)
        return "slow"

x = Slow()
"""


def test_an_interrupt_while_a_variable_is_read_ends_the_cell(kernel: Kernel) -> None:
    interrupts = "in_thread(lambda: began.wait(60) and signal.raise_signal(signal.SIGINT))\n"
    begun = time.monotonic()
    ran = kernel.run(f"{SLOW}{interrupts}panel.ask('What is {{{{x}}}}?')", cell="a")
    assert [error["ename"] for error in ran.errors] == ["KeyboardInterrupt"]
    assert time.monotonic() < begun + 50
    assert printed(kernel, "print(panel.busy, LANES)") == "False {}"


def test_stop_ends_the_reading_of_a_variable(kernel: Kernel) -> None:
    stops = "in_thread(lambda: began.wait(60) and panel.stop())\n"
    begun = time.monotonic()
    kernel.run(f"{SLOW}{stops}in_thread(lambda: panel.ask('What is {{{{x}}}}?'))", cell="a")
    wait_for(kernel, "began.is_set() and not panel.busy")
    assert time.monotonic() < begun + 50
    assert "Not asked" in printed(kernel, TOLD)


EXITS = """
class Exits:
    def __repr__(self):
        raise SystemExit("no text")

x = Exits()
in_thread(lambda: panel.ask("What is {{x}}?"))
"""


def test_a_variable_that_ends_the_program_ends_one_question_alone(kernel: Kernel) -> None:
    kernel.run(EXITS, cell="a")
    wait_for(kernel, "panel._layout.transcript.views and not panel.busy")
    assert "SystemExit: no text" in printed(kernel, TOLD)
    kernel.run("panel.ask('Hello')", cell="a")
    wait_for(kernel, "not panel.busy")
    assert printed(kernel, TURN) == "Hello completed"


STOPS = """
from qwen_magic.conversation.turn.calls import unanswered
from qwen_magic.notebook.kernel.main_shell import Calls
show, call = panel._asker._show, Calls.__call__

def calls(self, work):
    future = call(self, work)
    while not (future.running() or future.done()):
        time.sleep(0.001)
    return future

def stops(live):
    show(live)
    if live.turn and any(call.status == "running" for call in unanswered(live.turn)):
        panel.stop()

def get_weather(city: str) -> str:
    'Get the weather forecast of a city.'
    time.sleep(50)
    return "too late"

panel._asker._show, Calls.__call__ = stops, calls
%config QwenMagics.tools = ["get_weather"]
%config QwenMagics.approve = "always"
panel.ask("What is the weather in Paris?")
"""


def test_stop_just_before_a_function_is_called_reaches_it(kernel: Kernel) -> None:
    begun = time.monotonic()
    kernel.until(kernel.start(STOPS, cell="a"), "Stopped by you")  # no cell keeps it waiting
    wait_for(kernel, "not panel.busy")
    assert time.monotonic() < begun + 45
