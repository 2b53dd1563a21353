"""Functions that misbehave, called as a session calls them."""

from __future__ import annotations

import asyncio
import gc
import io
import sys
import time
from contextlib import closing, suppress
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from qwen_magic.conversation.tools.calling import Caller, Work
from qwen_magic.conversation.tools.tools import tool_of
from tests.forking import holds_in_a_fork

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qwen_magic.conversation.tools.calling import Returned

LONG = 60.0


@pytest.fixture
def caller() -> Iterator[Caller]:
    with closing(Caller()) as caller:
        yield caller


def call(caller: Caller, function: Callable[[], Any], seconds: float = LONG) -> Returned:
    work = Work(tool_of(function), ((), {}), seconds, images=False)
    return caller.start(work).result(LONG)


async def fine() -> str:
    return "fine"


def test_a_forked_process_runs_coroutines_too(caller: Caller) -> None:
    assert call(caller, fine).output == "fine"
    assert holds_in_a_fork(lambda: call(caller, fine).output == "fine")


def test_a_coroutine_that_blocks_is_left_behind_when_its_time_is_over(caller: Caller) -> None:
    freed = Event()

    async def blocks() -> None:
        freed.wait(LONG)

    assert "stopped after 0.1 seconds" in call(caller, blocks, 0.1).error
    assert call(caller, fine).output == "fine"
    freed.set()


def test_a_coroutine_that_ignores_its_end_is_left_behind(caller: Caller) -> None:
    until = time.monotonic() + LONG
    freed = Event()

    async def ignores() -> None:
        while not freed.is_set() and time.monotonic() < until:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(0.1)

    assert "stopped after 0.1 seconds" in call(caller, ignores, 0.1).error
    assert call(caller, fine).output == "fine"
    freed.set()


def test_a_coroutine_that_blocks_when_it_is_stopped_holds_up_no_other(caller: Caller) -> None:
    began, freed = Event(), Event()

    async def blocks() -> None:
        began.set()
        freed.wait(LONG)

    stopped = caller.start(Work(tool_of(blocks), ((), {}), LONG, images=False))
    assert began.wait(LONG)
    stopped.cancel()
    work = Work(tool_of(fine), ((), {}), LONG, images=False)
    assert caller.start(work).result(LONG / 2).output == "fine"
    freed.set()


def test_a_coroutine_that_is_stopped_may_clean_up(caller: Caller) -> None:
    began, cleaned = Event(), Event()

    async def waits() -> None:
        began.set()
        try:
            await asyncio.sleep(LONG)
        finally:
            await asyncio.sleep(0)
            cleaned.set()

    stopped = caller.start(Work(tool_of(waits), ((), {}), LONG, images=False))
    assert began.wait(LONG)
    stopped.cancel()
    assert cleaned.wait(LONG)


def test_a_task_that_exits_is_told_and_the_next_coroutine_runs(caller: Caller) -> None:
    async def ends() -> None:
        sys.exit(3)

    async def waits() -> None:
        await asyncio.create_task(ends())

    assert "SystemExit" in call(caller, waits).error
    assert call(caller, fine).output == "fine"


def test_a_coroutine_that_cancels_itself_has_failed(caller: Caller) -> None:
    async def cancels() -> None:
        raise asyncio.CancelledError

    assert "cancelled" in call(caller, cancels).error


def _replaces() -> None:
    sys.stdout = io.StringIO()


def _closes() -> None:
    sys.stdout.close()


@pytest.mark.parametrize("function", [_replaces, _closes])
def test_standard_output_is_as_it_was_after_a_call(
    caller: Caller, function: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(caller, function).error == ""
    print("still here")  # noqa: T201 - that is tested
    assert capsys.readouterr().out == "still here\n"


def test_a_loop_that_ends_its_tasks_is_not_stopped_again() -> None:
    loops = list[asyncio.AbstractEventLoop]()

    async def cleans_up() -> None:
        loops.append(asyncio.get_running_loop())
        for seconds in (LONG, 0.05, 0.05):
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(seconds)

    def promises() -> object:
        return cleans_up()

    caller = Caller()
    assert "stopped after" in str(call(caller, promises, 1).output)
    caller.close()
    time.sleep(0.01)  # it has begun to end its tasks
    del caller
    gc.collect()
    until = time.monotonic() + LONG
    while not loops[0].is_closed() and time.monotonic() < until:
        time.sleep(0.001)
    assert loops[0].is_closed()  # and no error in its thread fails the test
