"""Running a function where cells run: on the kernel's main thread, behind what is running there.

A function of the reader's may hold what belongs to that thread (a database connection, a figure),
and must not run in the midst of a cell. What lines cells up is the kernel's own: a queue in
ipykernel 6 (`schedule_dispatch`), a lock in ipykernel 7 (`_main_asyncio_lock`, private); where
neither is found, the function runs between two steps of the event loop.
"""

from __future__ import annotations

import sys
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass, field
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from IPython.core.getipython import get_ipython

from qwen_magic.notebook.interrupt import TurnStopped
from qwen_magic.notebook.signals import Interrupts

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Calls", "is_main_thread", "on_main_shell"]

T = TypeVar("T")


def is_main_thread() -> bool:
    """Return whether this is the thread in which cells run."""
    return current_thread() is main_thread()


@dataclass(frozen=True, slots=True)
class Scheduled(Generic[T]):
    """A function on its way to the main thread.

    Attributes:
        function: What is to run.
        future: What comes of it.
        interrupts: What it hears of interrupts.
    """

    function: Callable[[], T]
    future: Future[T] = field(default_factory=Future)
    interrupts: Interrupts = field(default_factory=Interrupts)

    def start(self) -> Future[T]:
        """Run it where and when `on_main_shell` tells."""
        kernel: Any = getattr(get_ipython(), "kernel", None)
        if is_main_thread() or getattr(kernel, "io_loop", None) is None:
            self._run()
        elif hasattr(kernel, "schedule_dispatch"):
            kernel.io_loop.add_callback(kernel.schedule_dispatch, self._in_queue, kernel)
        else:
            kernel.io_loop.add_callback(self._in_queue, kernel)
        return self.future

    def stop(self) -> None:
        """Interrupt it if it runs, and keep it from running if it waits."""
        if not self.future.cancel():
            self.interrupts.send()

    async def _in_queue(self, kernel: Any) -> None:  # noqa: ANN401 - ipykernel is optional
        async with getattr(kernel, "_main_asyncio_lock", nullcontext()):
            self._run()

    def _run(self) -> None:
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            result = self._interruptible()
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is awaited
            self.future.set_exception(error)
        else:
            self.future.set_result(result)

    def _interruptible(self) -> T:
        """Return what comes of it; an interrupt ends it, and never what runs before and behind."""
        with self.interrupts:
            try:
                return self.function()
            except TurnStopped:  # it asked, and its own question was stopped
                raise KeyboardInterrupt from None
            finally:
                self.interrupts.hold()


def on_main_shell(function: Callable[[], T]) -> Future[T]:
    """Run a function on the main thread when no cell runs; cells that wait already go first.

    On the main thread itself, and where there is no kernel, it runs at once. Cancelling the future
    keeps a function from running that waits; a kernel interrupt reaches one that runs.
    """
    return Scheduled(function).start()


class Calls:
    """Where a panel's functions are called: on the main thread, and nothing of them in a cell."""

    def __init__(self) -> None:
        self._known: tuple[Scheduled[Any], ...] = ()

    def __call__(self, work: Callable[[], T]) -> Future[T]:
        """Call a function when no cell runs."""
        call = Scheduled(lambda: _undisplayed(work))
        self._known = (*self._left(), call)  # before it runs: it may be stopped at once
        return call.start()

    def waits(self) -> bool:
        """Return whether functions wait for a running cell."""
        left = self._left()
        return bool(left) and not any(call.future.running() for call in left)

    def stop(self) -> None:
        """Interrupt the function that runs, and keep those from running that wait."""
        for call in reversed(self._known):
            call.stop()

    def _left(self) -> list[Scheduled[Any]]:
        return [call for call in self._known if not call.future.done()]


def _undisplayed(work: Callable[[], T]) -> T:
    """Return what comes of the work; what it displays is printed as plain text instead."""
    publisher: Any = getattr(get_ipython(), "display_pub", None)
    if not hasattr(publisher, "register_hook"):
        return work()
    publisher.register_hook(_print_plain)  # of this thread alone (ipykernel, `register_hook`)
    try:
        return work()
    finally:
        publisher.unregister_hook(_print_plain)


def _print_plain(message: dict[str, Any]) -> dict[str, Any] | None:
    if message.get("msg_type") not in {"display_data", "update_display_data"}:
        return message
    text = message["content"]["data"].get("text/plain", "")
    sys.stdout.write(f"{text}\n")  # where the call's own prints go
    return None
