"""A time limit where the system has a timer, and where it has none."""

from __future__ import annotations

import signal
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
