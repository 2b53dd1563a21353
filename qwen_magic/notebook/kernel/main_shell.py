"""Running a function where cells run: on the kernel's main thread, after what runs there now.

The reader's function may use things that belong to that thread (a database connection, a figure),
and must not run in the middle of a cell. So it waits where cells wait: in a queue in ipykernel 6
(`schedule_dispatch`), at a lock in ipykernel 7 (`_main_asyncio_lock`, private). Without either,
it runs between two steps of the event loop.
"""

from __future__ import annotations

import sys
from concurrent.futures import Future
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Self, TypeVar

from IPython.core.getipython import get_ipython

from qwen_magic.notebook.kernel.signals import Interrupts, is_main_thread

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Calls", "MainShellFuture", "on_main_shell"]

T = TypeVar("T")


class MainShellFuture(Future[T]):
    """The result of a function that runs on the main thread.

    Args:
        function: The function to run.
    """

    def __init__(self, function: Callable[[], T]) -> None:
        super().__init__()
        self.interrupts: Interrupts = Interrupts()
        self._function = function

    def start(self) -> Self:
        """Run it when no cell runs; some of the waiting cells may go first.

        On the main thread, or without a kernel, it runs at once.

        Raises:
            KeyboardInterrupt: It ran at once, and was interrupted.
        """
        kernel: Any = getattr(get_ipython(), "kernel", None)
        if is_main_thread() or getattr(kernel, "io_loop", None) is None:
            self._run()
            if isinstance(error := self.exception(), KeyboardInterrupt):
                raise error
        elif hasattr(kernel, "schedule_dispatch"):
            kernel.io_loop.add_callback(kernel.schedule_dispatch, self._in_queue, kernel)
        else:
            kernel.io_loop.add_callback(self._in_queue, kernel)
        return self

    def stop(self) -> None:
        """Interrupt it if it runs; cancel it if it waits."""
        if not self.cancel():
            self.interrupts.send()

    async def _in_queue(self, kernel: Any) -> None:  # noqa: ANN401 - ipykernel is optional
        async with getattr(kernel, "_main_asyncio_lock", nullcontext()):
            self._run()

    def _run(self) -> None:
        if not self.set_running_or_notify_cancel():
            return
        try:
            result = self._interruptible()
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is awaited
            self.set_exception(error)
        else:
            self.set_result(result)

    def _interruptible(self) -> T:
        """Return its result; an interrupt ends it, and never what runs before or after it."""
        with self.interrupts:
            try:
                return self._function()
            finally:
                self.interrupts.hold()


def on_main_shell(function: Callable[[], T]) -> MainShellFuture[T]:
    """Run a function on the main thread when no cell runs, or at once; see `MainShellFuture.start`.

    Raises:
        KeyboardInterrupt: It ran at once, and was interrupted.
    """
    return MainShellFuture(function).start()


class Calls:
    """Calls a panel's functions on the main thread, and displays nothing of theirs in a cell."""

    def __init__(self) -> None:
        self._known: tuple[MainShellFuture[Any], ...] = ()

    def __call__(self, work: Callable[[], T]) -> Future[T]:
        """Call a function when no cell runs."""
        call: MainShellFuture[T] = MainShellFuture(lambda: _undisplayed(work, call.interrupts))
        self._known = (*self._left(), call)  # before it runs: it may be stopped at once
        return call.start()

    def waits(self) -> bool:
        """Return whether functions wait for a running cell."""
        left = self._left()
        return bool(left) and not any(call.running() for call in left)

    def stop(self) -> None:
        """Interrupt the running function, and cancel those that wait."""
        for call in reversed(self._known):
            call.stop()

    def _left(self) -> list[MainShellFuture[Any]]:
        return [call for call in self._known if not call.done()]


def _undisplayed(work: Callable[[], T], interrupts: Interrupts) -> T:
    """Return the result of the work; print what it displays, as plain text."""
    publisher: Any = getattr(get_ipython(), "display_pub", None)
    if not hasattr(publisher, "register_hook"):
        return work()
    try:
        publisher.register_hook(_print_plain)  # for this thread alone (ipykernel, `register_hook`)
        return work()
    finally:
        interrupts.hold()
        publisher.unregister_hook(_print_plain)


def _print_plain(message: dict[str, Any]) -> dict[str, Any] | None:
    if message.get("msg_type") not in {"display_data", "update_display_data"}:
        return message
    text = message["content"]["data"].get("text/plain", "")
    sys.stdout.write(f"{text}\n")  # where the call's own prints go
    return None
