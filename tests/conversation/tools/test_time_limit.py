"""A time limit where the system has a timer, and where it has none."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from qwen_magic.conversation.tools.time_limit import TimeUp, time_limit

if TYPE_CHECKING:
    from collections.abc import Callable

LONG = 600.0


def forever() -> None:
    with time_limit(0.05):
        while True:
            pass


def soon() -> str:
    with time_limit(LONG):
        return "done"


def _on_main(work: Callable[[], object]) -> object:
    return work()


def _aside(work: Callable[[], object]) -> object:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result(60)


@pytest.mark.parametrize("place", [_on_main, _aside])
@pytest.mark.parametrize("system", ["unix", "windows"])
def test_code_ends_with_its_time_on_any_thread_of_any_system(
    place: Callable[[Callable[[], object]], object], system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if system == "windows":
        monkeypatch.delattr(signal, "setitimer")
    with pytest.raises(TimeUp):
        place(forever)
    assert place(soon) == "done"


def test_code_that_ends_with_its_time_is_left_alone_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(signal, "setitimer")
    for _ in range(200):
        try:
            with time_limit(0.0005):
                sum(range(20_000))
        except TimeUp:
            continue
    assert sum(range(200_000)) == 19_999_900_000


TRACED = """
import sys
from threading import Thread
from qwen_magic.conversation.tools.time_limit import TimeUp, time_limit

def tool():
    try:
        with time_limit({seconds}):
            while {forever}:
                pass
    except TimeUp:
        pass

thread = Thread(target=tool)
thread.start()
thread.join()
sys.settrace(lambda *_: None)
thread.is_alive()
sys.settrace(None)
print("traced")
"""


@pytest.mark.parametrize(("seconds", "forever"), [(LONG, False), (0.05, True), (0.0, False)])
def test_a_debugger_works_after_a_limit_on_another_thread(seconds: float, *, forever: bool) -> None:
    code = TRACED.format(seconds=seconds, forever=forever)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "traced\n"
