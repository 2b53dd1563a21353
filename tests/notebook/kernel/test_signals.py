"""An interrupt that another thread sends reaches what runs, and only that."""

from __future__ import annotations

import os
import signal
import time
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from qwen_magic.notebook.kernel.signals import Interrupts, uninterrupted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def deaf_at_first(begun: Path, send: Callable[[], None]) -> None:
    def stop() -> None:
        while not begun.exists():
            time.sleep(0.01)
        send()

    Thread(target=stop).start()
    os.system(f"touch '{begun}'; sleep 0.2")  # ignores interrupts (POSIX, `system`)
    time.sleep(60)


def test_an_interrupt_that_was_not_heard_is_sent_again(tmp_path: Path) -> None:
    started = time.monotonic()
    with Interrupts() as interrupts, pytest.raises(KeyboardInterrupt):
        deaf_at_first(tmp_path / "begun", interrupts.send)
    assert time.monotonic() < started + 50
    assert interrupts.raised


def test_what_has_ended_is_not_interrupted() -> None:
    with Interrupts() as interrupts:
        pass
    with Interrupts() as next_one:
        interrupts.send()
    assert not interrupts.raised
    assert not next_one.noted


def test_off_the_main_thread_nothing_is_interrupted() -> None:
    elsewhere = Interrupts()

    def run() -> None:
        with elsewhere:
            elsewhere.send()

    with Interrupts() as here:
        thread = Thread(target=run)
        thread.start()
        thread.join()
    assert not here.raised
    assert not here.noted


def test_a_handler_that_a_function_leaves_behind_goes_with_it() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interrupts():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    assert signal.getsignal(signal.SIGINT) == before


def whole(done: list[bool]) -> None:
    with uninterrupted():
        signal.raise_signal(signal.SIGINT)
        done.append(True)


def test_what_is_not_to_be_interrupted_runs_to_its_end() -> None:
    done: list[bool] = []
    with pytest.raises(KeyboardInterrupt):
        whole(done)
    assert done
