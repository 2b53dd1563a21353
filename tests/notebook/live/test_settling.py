"""Interrupts at any moment of a turn: the cell shows what it came to, once."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

from qwen_magic.demo.server import DemoServer
from tests.notebook.kernels import Kernel, Ran, running

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTLED = {"text/html", "text/plain", "text/markdown"}
# Presses Ctrl-C at chosen function calls, counted from the first call of a function.
PRESSING = """
import gc, signal, sys

def pressing(place, *counts):
    file, name = place.split(".")
    state = {"count": 0, "counting": False, "pressed": 0}
    def look(frame, event, arg):
        if event != "call" or frame.f_code.co_name == "<genexpr>":
            return  # Python itself prints an interrupt that hits the closing of a generator
        if frame.f_code.co_name == name and frame.f_code.co_filename.endswith(f"/{file}.py"):
            state["counting"] = True
        if not state["counting"]:
            return
        caller = frame
        while caller is not None and caller.f_code.co_name != "run_cell_magic":
            caller = caller.f_back
        if caller is None:
            return  # the question is over: an interrupt is Python's own again
        state["count"] += 1
        if state["count"] in counts:
            state["pressed"] += 1
            signal.raise_signal(signal.SIGINT)
    return look, state

def asked(place, *counts):
    look, state = pressing(place, *counts)
    shell = get_ipython()
    gc.collect()
    gc.disable()  # an interrupt that hits a finalizer is printed by Python itself
    sys.setprofile(look)
    try:
        shell.run_cell_magic("qwen", "--new", "Hello")
    finally:
        sys.setprofile(None)
        gc.enable()
        shell.user_ns["state"] = state
"""


# What Python prints of an interrupt that hits a callback of its own library, where nobody can catch
# it: the first place that is named is the callback's.
PYTHONS_OWN = re.compile(
    r"Exception ignored .*\n"
    r"Traceback .*\n"
    r'  File "(?!.*site-packages)[^"]*/lib/python3[^"]*".*\n'
    r"(?:  .*\n)*"
    r"KeyboardInterrupt.*\n"
)


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with (
        DemoServer(pace=0) as server,
        running(DASHSCOPE_BASE_URL=server.base_url, DASHSCOPE_API_KEY="none") as kernel,
    ):
        kernel.run(PRESSING)
        # Python itself prints an interrupt that hits the clean-up after an import.
        kernel.run("%%qwen --new\nHello", cell="a")
        yield kernel


def pressed(kernel: Kernel, place: str, *counts: int) -> Ran:
    """Ask, and press Ctrl-C at these function calls after the first call of a function."""
    return kernel.run(f"asked({place!r}, {', '.join(map(str, counts))})", cell="a")


@pytest.mark.parametrize("place", ["growing_items.draw", "signals.hold", "live.settle"])
def test_an_interrupt_at_any_moment_leaves_one_settled_output(kernel: Kernel, place: str) -> None:
    step = 211 if place == "growing_items.draw" else 61
    stopped = 0
    for count in range(1, 40 * step, step):
        ran = pressed(kernel, place, count)
        assert (ran.errors, ran.printed, len(ran.outputs)) == ([], "", 1), count
        assert set(ran.shown["data"]) == SETTLED, count
        assert ran.shown["metadata"]["qwen_magic"]["status"] in {"completed", "cancelled"}
        if ran.status == "ok":
            break
        stopped += 1
    assert stopped > 5


@pytest.mark.parametrize("gap", [0.0, 0.001, 0.003, 0.005, 0.01, 0.02, 0.05, 0.2])
def test_a_second_interrupt_is_silent(kernel: Kernel, gap: float) -> None:
    request = kernel.start("%%qwen --new -m demo-stall\nHello", cell="a")
    ran = kernel.until(request, "Hello")
    kernel.interrupt()
    time.sleep(gap)  # the gap is what matters
    kernel.interrupt()
    kernel.finish(request, ran)
    printed = PYTHONS_OWN.sub("", ran.printed)
    assert (ran.status, ran.errors, printed, len(ran.outputs)) == ("error", [], "", 1)
    assert set(ran.shown["data"]) == SETTLED
    assert kernel.run("1 + 1", cell="b").status == "ok"


@pytest.mark.parametrize(
    ("file", "left"),
    [("/usr/lib/python3.11/_weakrefset.py", ""), ("/clone/qwen_magic/notebook/live.py", "all")],
)
def test_only_an_interrupt_in_pythons_own_callback_is_told_apart(file: str, left: str) -> None:
    printed = (
        "Exception ignored in: <function WeakSet.__init__.<locals>._remove at 0x7f79>\n"
        "Traceback (most recent call last):\n"
        f'  File "{file}", line 40, in _remove\n'
        "    self = selfref()\n"
        "           ^^^^^^^^^\n"
        '  File "/clone/qwen_magic/notebook/signals.py", line 118, in _arrive\n'
        "    self._earlier(number, frame)\n"
        "KeyboardInterrupt: \n"
    )
    assert PYTHONS_OWN.sub("", f"{printed}ours\n") == (f"{printed}ours\n" if left else "ours\n")


def test_an_interrupt_while_it_settles_stops_run_all_and_keeps_the_turn(kernel: Kernel) -> None:
    ran = pressed(kernel, "live.settle", 1)
    assert ran.status == "error"
    assert ran.shown["metadata"]["qwen_magic"]["status"] == "completed"
    assert kernel.run("print(_qwen.status, _qwen.number)").printed == "completed 1\n"


def test_python_handles_interrupts_as_before_when_the_cell_is_done(kernel: Kernel) -> None:
    pressed(kernel, "live.settle", 1)
    ran = kernel.run("print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)")
    assert ran.printed == "True\n"
