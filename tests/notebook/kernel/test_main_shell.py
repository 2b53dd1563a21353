"""Functions of another thread run where cells run, and not in the middle of one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from qwen_magic.notebook.kernel.main_shell import on_main_shell
from tests.notebook.kernels import PATIENCE, Kernel, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from pathlib import Path

ASK = """
import asyncio, threading, time
from qwen_magic.notebook.kernel.main_shell import on_main_shell
seen, begun = [], threading.Event()

def work():
    seen.append(threading.current_thread() is threading.main_thread())
    seen.append(time.monotonic() > ended)
    return 42

def behind():
    begun.wait()
    seen.append(on_main_shell(work).result(60))

thread = threading.Thread(target=behind)
thread.start()
"""
SEEN = "thread.join(60); print(seen)"


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with running() as kernel:
        yield kernel


@pytest.mark.parametrize("pause", ["time.sleep(0.5)", "await asyncio.sleep(0.5)"])
def test_it_waits_for_the_running_cell(kernel: Kernel, pause: str) -> None:
    kernel.run(f"{ASK}begun.set()\n{pause}\nended = time.monotonic()\nassert not seen")
    until = time.monotonic() + PATIENCE
    while kernel.run("print(len(seen))").printed != "3\n":  # it runs when no cell does
        assert time.monotonic() < until
    assert kernel.run(SEEN).printed == "[True, True, 42]\n"


def test_an_interrupt_ends_it_and_not_the_kernel(kernel: Kernel, tmp_path: Path) -> None:
    held = tmp_path / "held"
    kernel.run(
        "import pathlib, threading, time\n"
        "from qwen_magic.notebook.kernel.main_shell import on_main_shell\n"
        "result = []\n"
        f"def hold():\n    pathlib.Path({str(held)!r}).touch()\n    time.sleep(60)\n"
        "def behind(): result.append(repr(on_main_shell(hold).exception(60)))\n"
        "thread = threading.Thread(target=behind); thread.start()\n"
    )
    until = time.monotonic() + 60
    while not held.exists() and time.monotonic() < until:
        time.sleep(0.01)
    kernel.interrupt()
    assert kernel.run("thread.join(60); print(result)").printed == "['KeyboardInterrupt()']\n"


def test_without_a_kernel_it_runs_at_once() -> None:
    future: Future[int] = on_main_shell(lambda: 42)
    assert future.result(0) == 42


def test_what_it_raises_is_raised_where_it_is_awaited() -> None:
    with pytest.raises(ZeroDivisionError):
        on_main_shell(lambda: 1 // 0).result(0)


STOPS = """
import os, threading, time
from concurrent.futures import wait
from qwen_magic.notebook.kernel.main_shell import Calls
calls, held, futures = Calls(), threading.Event(), []

def hold():
    held.set()
    os.system("sleep 0.2")  # is deaf to interrupts (POSIX, `system`)
    time.sleep(60)

def behind():
    futures.extend([calls(hold), calls(lambda: 42)])
    held.wait(60)
    calls.stop()

thread = threading.Thread(target=behind)
thread.start()
"""


def test_stop_interrupts_the_function_that_runs_and_those_that_wait_never_run(
    kernel: Kernel,
) -> None:
    kernel.run(STOPS)
    ended = "thread.join(60); first, second = futures; wait(futures, 60)\n"
    told = kernel.run(f"{ended}print(repr(first.exception()), second.cancelled(), calls.waits())")
    assert told.printed == "KeyboardInterrupt() True False\n"


PRESSES = """
import signal, sys, threading
from qwen_magic.notebook.kernel.main_shell import on_main_shell

def pressing(press):
    count, inside = 0, False
    def look(frame, event, arg):
        nonlocal count, inside
        if frame.f_code.co_filename.endswith("main_shell.py") and frame.f_code.co_name == "_run":
            inside = event == "call"
        count += inside and event == "call"
        if inside and event == "call" and count == press:
            pressed.append(press)
            signal.raise_signal(signal.SIGINT)
    return look

def called(press):
    got.append(repr(on_main_shell(lambda: 42).exception(60)))

def asks(press):
    sys.setprofile(pressing(press))
    threading.Thread(target=called, args=(press,)).start()

got, pressed = [], []
"""


def outcome(kernel: Kernel, press: int) -> str:
    """Return what came of a call that is interrupted at one of its own function calls."""
    kernel.run(f"asks({press})")
    until = time.monotonic() + PATIENCE
    while kernel.run("print(len(got))").printed == "0\n":  # it runs when no cell does
        assert time.monotonic() < until
    return kernel.run("sys.setprofile(None); print(got.pop())").printed.strip()


def test_an_interrupt_at_any_moment_of_a_call_leaves_the_kernel_alive(kernel: Kernel) -> None:
    kernel.run(PRESSES)
    press = 0
    while kernel.run("print(len(pressed))").printed == f"{press}\n":
        press += 1
        assert outcome(kernel, press) in {"None", "KeyboardInterrupt()"}
    assert press > 8
    idle = kernel.run("print(get_ipython().kernel.saved_sigint_handler == signal.SIG_IGN)")
    assert idle.printed == "True\n"  # between cells, the kernel ignores interrupts again
