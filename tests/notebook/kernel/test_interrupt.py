from __future__ import annotations

import asyncio
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from IPython.core.interactiveshell import InteractiveShell

from qwen_magic.notebook.kernel import signals
from qwen_magic.notebook.kernel.interrupt import (
    CellInterrupts,
    TaskStopped,
    TurnStopped,
    install,
    stopping,
    uninstall,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    shell = InteractiveShell.instance()
    yield shell
    shell.set_custom_exc((), None)
    InteractiveShell.clear_instance()


def raising(shell: InteractiveShell, kind: type[BaseException]) -> bool:
    """Run a cell that raises; return whether it counts as failed."""
    shell.user_ns["kind"] = kind
    return not shell.run_cell("raise kind('here')").success


def test_a_stopped_turn_fails_silently(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    install(shell)
    assert raising(shell, TurnStopped)
    assert capsys.readouterr() == ("", "")


def test_an_earlier_handler_keeps_its_exceptions(shell: InteractiveShell) -> None:
    handled: list[str] = []

    def handler(
        _shell: object, _kind: object, value: object, _tb: object, tb_offset: object = None
    ) -> None:
        del tb_offset
        handled.append(str(value))

    shell.set_custom_exc((KeyError,), handler)
    install(shell)
    raising(shell, KeyError)
    raising(shell, TurnStopped)
    assert handled == ["'here'"]


def test_after_uninstalling_it_is_an_interrupt_like_any_other(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    install(shell)
    install(shell)
    uninstall(shell)
    raising(shell, TurnStopped)
    assert TurnStopped not in shell.custom_exceptions
    assert "TurnStopped" in "".join(capsys.readouterr())


def press() -> None:
    signal.raise_signal(signal.SIGINT)


def stopped(shell: InteractiveShell) -> CellInterrupts:
    """Return what an interrupted turn leaves behind."""
    interrupts = CellInterrupts(shell)
    try:
        with interrupts:
            try:
                press()
            except KeyboardInterrupt:
                raise TurnStopped from None
    except TurnStopped:
        return interrupts
    raise AssertionError


def test_a_turn_in_a_turn_leaves_the_outer_ones_guard_on(shell: InteractiveShell) -> None:
    before = signal.getsignal(signal.SIGINT)
    with CellInterrupts(shell) as outer:
        with CellInterrupts(shell):
            pass
        outer.hold()
        press()
    assert outer.noted
    assert signal.getsignal(signal.SIGINT) == before


def test_a_turn_that_is_stopped_in_a_turn_stops_both_once(shell: InteractiveShell) -> None:
    before = signal.getsignal(signal.SIGINT)
    with CellInterrupts(shell) as outer:
        assert stopped(shell).raised
        assert outer.raised
        press()
        assert outer.noted
    assert signal.getsignal(signal.SIGINT) == before


def test_what_a_stopped_turn_leaves_on_ends_with_the_cell(shell: InteractiveShell) -> None:
    before = signal.getsignal(signal.SIGINT)
    for _ in range(2):
        stopped(shell)
        assert signal.getsignal(signal.SIGINT) != before
    shell.events.trigger("post_run_cell", None)
    assert signal.getsignal(signal.SIGINT) == before


def test_what_a_stopped_turn_leaves_on_hands_a_later_interrupt_on(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signals, "_SAME", 0.0)
    before = signal.getsignal(signal.SIGINT)
    stopped(shell)
    assert signal.getsignal(signal.SIGINT) != before
    with pytest.raises(KeyboardInterrupt):  # of Python's own handler
        press()
    assert signal.getsignal(signal.SIGINT) == before


def test_what_no_cell_runs_is_cancelled_and_no_loop_is_broken() -> None:
    async def ask() -> None:
        raise stopping()

    async def main() -> tuple[bool, bool]:
        task = asyncio.create_task(ask())
        called = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(0, lambda: called.set_result(stopping()))
        await asyncio.wait([task])
        return task.cancelled(), isinstance(await called, TaskStopped)

    assert asyncio.run(main()) == (True, True)
    with ThreadPoolExecutor() as threads:
        assert isinstance(threads.submit(stopping).result(), TaskStopped)
    assert isinstance(stopping(), TurnStopped)


def test_a_cell_that_runs_in_a_loop_is_interrupted(shell: InteractiveShell) -> None:
    shell.user_ns["stopping"] = stopping

    async def main() -> object:
        shell.run_cell("found = stopping()")
        return shell.user_ns["found"]

    assert isinstance(asyncio.run(main()), TurnStopped)
    with ThreadPoolExecutor() as threads:
        threads.submit(shell.run_cell, "found = stopping()").result()
    assert isinstance(shell.user_ns["found"], TurnStopped)


def test_a_task_that_was_stopped_fails_its_cell_silently(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    install(shell)
    assert raising(shell, TaskStopped)
    assert capsys.readouterr() == ("", "")
