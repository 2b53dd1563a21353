"""The panel in a real kernel, without a page: what it asks, keeps and sends."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.notebook.panel.saved import SAVED, saved_bundle
from tests.notebook.comms import Page
from tests.notebook.kernels import PATIENCE, Kernel, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwen_magic.demo.server import DemoServer

SHOW = "import qwen_magic, time\npanel = qwen_magic.Panel()\npanel"
WAIT = "while panel.busy: time.sleep(0.01)\n"
STATE = (
    "print([(view.question, view.turn.status) for view in panel._layout.transcript.views],"
    " len(panel._session.path()))"
)


@pytest.fixture
def kernel(demo: DemoServer) -> Iterator[Kernel]:
    with running(DASHSCOPE_BASE_URL=demo.base_url, DASHSCOPE_API_KEY="none") as kernel:
        kernel.run(SHOW, cell="panel")
        yield kernel


def printed(kernel: Kernel, code: str) -> str:
    ran = kernel.run(code, cell="a")
    assert ran.status == "ok", ran.errors
    return ran.printed.strip()


def test_asking_returns_at_once_and_answers_come_in_order(kernel: Kernel) -> None:
    asked = "panel.ask('one'); panel.ask('two'); print(panel.busy)"
    assert printed(kernel, asked) == "True"
    told = printed(kernel, f"{WAIT}{STATE}; print(panel.busy)")
    assert told == "[('one', 'completed'), ('two', 'completed')] 2\nFalse"


def test_an_empty_question_is_not_asked(kernel: Kernel) -> None:
    assert printed(kernel, "panel.ask('  \\n'); print(panel.busy)") == "False"


def test_cells_and_the_panel_share_a_chain(kernel: Kernel) -> None:
    kernel.run(f"panel.ask('My name is Ada.')\n{WAIT}", cell="a")
    assert "Ada" in kernel.run("%%qwen\nWhat is my name?", cell="b").html
    assert printed(kernel, STATE).startswith(
        "[('My name is Ada.', 'completed'), ('What is my name?', 'completed')]"
    )


def test_a_variable_is_filled_in_while_the_cell_runs_that_asks(kernel: Kernel) -> None:
    told = "print(panel._layout.transcript.views[-1].turn.prompt)"
    assert printed(kernel, f"x = 5\npanel.ask('{{{{x}}}} + {{{{x}}}}')\n{WAIT}{told}") == "5 + 5"


def test_nothing_of_it_lands_in_the_cell_that_runs(kernel: Kernel) -> None:
    ran = kernel.run(f"%%capture held\npanel.ask('Hello')\n{WAIT}", cell="a")
    assert (ran.printed, ran.outputs) == ("", [])
    assert printed(kernel, "print(len(held.outputs), repr(held.stdout))") == "0 ''"


def test_stop_ends_what_is_asked_and_withdraws_what_waits(kernel: Kernel) -> None:
    code = "%config QwenMagics.model = 'demo-stall'\npanel.ask('one'); panel.ask('two')\n"
    until = (
        "while not any(live.turn and live.turn.text for live in panel._shared.feed.lives):"
        " time.sleep(0.01)\n"
    )
    stopped = "panel.stop()\n" + WAIT + "print([v.html for v in panel._layout.transcript.views])"
    told = printed(kernel, f"{code}{until}{stopped}")
    assert "Stopped by you" in told
    assert "Not asked" in told


ASKS = """
def get_weather(city: str) -> str:
    'Get the weather forecast of a city.'
    get_ipython().run_line_magic("qwen", f"Hello from {city}")
    return f"{city} is sunny"

%config QwenMagics.tools = ["get_weather"]
%config QwenMagics.approve = "always"
%config QwenMagics.tool_timeout = 30
panel.ask("What is the weather in Paris?")
"""


def test_a_function_may_ask_in_the_chain_that_called_it(kernel: Kernel) -> None:
    kernel.run(ASKS, cell="a")
    until = time.monotonic() + PATIENCE
    while printed(kernel, "print(panel.busy)") == "True":  # it runs when no cell does
        assert time.monotonic() < until
    told = "print([(view.question, view.turn.text) for view in panel._layout.transcript.views])"
    assert "Paris is sunny" in printed(kernel, told)
    assert printed(kernel, "print(_qwen.prompt, _qwen.status)") == "Hello from Paris completed"


SLEEPS = """
import threading
called, ended, other = threading.Event(), threading.Event(), qwen_magic.Panel()

def get_weather(city: str) -> str:
    'Get the weather forecast of a city.'
    called.set()
    try:
        time.sleep(60)
    finally:
        ended.set()
    return "too late"

def stop():
    called.wait(60)
    panel.stop()

%config QwenMagics.tools = ["get_weather"]
%config QwenMagics.approve = "always"
threading.Thread(target=stop).start()
other.ask("What is the weather in Paris?")
"""


def test_stop_reaches_a_function_that_another_panels_question_called(kernel: Kernel) -> None:
    begun = time.monotonic()
    kernel.run(SLEEPS, cell="a")
    while printed(kernel, "print(other.busy)") == "True":  # it runs when no cell does
        assert time.monotonic() < begun + PATIENCE
    assert printed(kernel, "print(called.is_set(), ended.is_set())") == "True True"
    told = "print([v.html for v in other._layout.transcript.views])"
    assert "Stopped by you" in printed(kernel, told)
    assert time.monotonic() < begun + 50  # the function sleeps for longer


@pytest.mark.parametrize("when", ["idle", "busy"])
def test_a_closed_panel_hangs_up(kernel: Kernel, when: str) -> None:
    first, second = (WAIT, "panel.close()\n") if when == "idle" else ("panel.close()\n", WAIT)
    connections = "print(panel._session._connecting.is_open)"
    assert printed(kernel, f"panel.ask('Hello')\n{WAIT}{connections}") == "True"
    assert printed(kernel, f"panel.ask('Hello again')\n{first}{second}{connections}") == "False"


def test_threads_take_turns_faster_while_it_answers(kernel: Kernel) -> None:
    interval = "sys.getswitchinterval()"
    asked = f"panel.ask('Write a long answer of 2 KB')\nuntil_short = {interval}\n"
    wait = f"while panel.busy: until_short = min(until_short, {interval})\n"
    told = printed(kernel, f"import sys\nbefore = {interval}\n{asked}{wait}print(until_short)")
    assert told == "0.001"
    assert printed(kernel, f"print({interval} == before)") == "True"


def test_nobody_answers_with_canned_text_unattended() -> None:
    with running() as kernel:
        code = f"{SHOW}.ask('Hello')\n{WAIT}print(panel._layout.transcript.views[-1].html)"
        assert "No API key is set" in kernel.run(code, person=False).printed


def test_a_panel_whose_cell_runs_again_leaves_no_widget_behind(kernel: Kernel) -> None:
    before = len(printed_models(kernel).split())
    for _ in range(2):
        kernel.run(f"panel.ask('one')\n{WAIT}", cell="a")
        kernel.run("%qwen_chain --rewind 0", cell="b")
        kernel.run(SHOW, cell="panel")
    assert len(printed_models(kernel).split()) == before


def test_a_closed_panel_closes_its_widgets_and_the_answer_goes_on(kernel: Kernel) -> None:
    page = Page(kernel)
    page.finish(kernel.start("other = qwen_magic.Panel()\nother", cell="b"))
    page.finish(kernel.start(f"other.ask('Hello')\nother.close()\n{WAIT}", cell="c"))
    page.finish(kernel.start("while other.busy: time.sleep(0.01)", cell="c"))
    assert set(page.widgets) - set(page.closed) <= set(printed_models(kernel).split())
    assert printed(kernel, STATE).startswith("[('Hello', 'completed')]")


def printed_models(kernel: Kernel) -> str:
    """Return the ids of all widgets that the kernel still has."""
    known = "w._instances if hasattr(w, '_instances') else w.Widget._active_widgets"  # before 8.0.3
    return printed(kernel, f"import ipywidgets.widgets.widget as w; print(*({known}))")


def test_a_wrong_line_is_refused_in_two_lines(kernel: Kernel) -> None:
    (error,) = kernel.run("%qwen_panel now", cell="a").errors
    assert len(error["traceback"]) == 2


class _View:
    def __init__(self, question: str, html: str) -> None:
        self.question, self.html, self.turn = question, html, Turn(prompt=question)


def test_what_is_saved_is_bounded_and_harmless() -> None:
    views = [_View(f"<b>{n}</b>", f"<p>{'x' * 5_000}</p>") for n in range(100)]
    data = saved_bundle("<i>", views, "mark")  # type: ignore[arg-type]
    assert data["text/html"].count("<p>x") == 4
    assert "<b>" not in data["text/html"]
    assert "<i>" not in data["text/html"]
    assert f'class="{SAVED} mark"' in data["text/html"]
    assert data["text/plain"].startswith("> <b>96</b>")


WAITING = """
asked = []

def get_weather(city: str) -> str:
    'Get the weather forecast of a city.'
    asked.append(city)
    return "too late"

%config QwenMagics.tools = ["get_weather"]
%config QwenMagics.approve = "always"
panel.ask("What is the weather in Paris?")
while not panel._calls.waits(): time.sleep(0.01)
panel.stop()
while panel.busy: time.sleep(0.01)
print([view.html for view in panel._layout.transcript.views])
"""


def test_a_function_that_waits_for_the_cell_is_never_called_once_stopped(kernel: Kernel) -> None:
    assert "Stopped by you" in printed(kernel, WAITING)
    assert printed(kernel, "print(asked)") == "[]"
