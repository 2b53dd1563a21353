"""Running a function where cells run: on the kernel's main thread, behind what is running there.

A function of the reader's may hold what belongs to that thread (a database connection, a figure),
and must not run in the midst of a cell. What lines cells up is the kernel's own: a queue in
ipykernel 6 (`schedule_dispatch`), a lock in ipykernel 7 (`_main_asyncio_lock`, private); where
neither is found, the function runs between two steps of the event loop.
"""

from __future__ import annotations

import sys
from concurrent.futures import Future
from contextlib import AsyncExitStack, suppress
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any, TypeVar

from IPython.core.getipython import get_ipython

from qwen_magic.notebook.stopping import interrupt_main

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Calls", "is_main_thread", "on_main_shell"]

T = TypeVar("T")


def is_main_thread() -> bool:
    """Return whether this is the thread in which cells run."""
    return current_thread() is main_thread()


def on_main_shell(function: Callable[[], T], future: Future[T] | None = None) -> Future[T]:
    """Run a function on the main thread when no cell runs; cells that wait already go first.

    On the main thread itself, and where there is no kernel, it runs at once. Cancelling the future
    keeps a function from running that waits; a kernel interrupt reaches one that runs.
    """
    future = Future() if future is None else future
    kernel: Any = getattr(get_ipython(), "kernel", None)
    if is_main_thread() or getattr(kernel, "io_loop", None) is None:
        _run(future, function)
    elif hasattr(kernel, "schedule_dispatch"):
        kernel.io_loop.add_callback(kernel.schedule_dispatch, _in_queue, kernel, future, function)
    else:
        kernel.io_loop.add_callback(_in_queue, kernel, future, function)
    return future


class Calls:
    """Where a panel's functions are called: on the main thread, and nothing of them in a cell."""

    def __init__(self) -> None:
        self._futures: tuple[Future[Any], ...] = ()

    def __call__(self, work: Callable[[], T]) -> Future[T]:
        """Call a function when no cell runs."""
        future = Future[T]()  # known before it runs: it may be stopped at once
        self._futures = (*(known for known in self._futures if not known.done()), future)
        return on_main_shell(lambda: _undisplayed(work), future)

    def waits(self) -> bool:
        """Return whether functions wait for a running cell."""
        left = [future for future in self._futures if not future.done()]
        return bool(left) and not any(future.running() for future in left)

    def stop(self) -> None:
        """Interrupt the function that runs, and keep those from running that wait."""
        for future in reversed(self._futures):
            if not future.cancel() and future.running():
                interrupt_main()


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


async def _in_queue(kernel: Any, future: Future[T], function: Callable[[], T]) -> None:  # noqa: ANN401 - ipykernel is optional
    async with AsyncExitStack() as stack:
        lock = getattr(kernel, "_main_asyncio_lock", None)
        if lock is not None:
            await stack.enter_async_context(lock)
        with suppress(AttributeError, ValueError):
            kernel.pre_handler_hook()  # a kernel interrupt is heard
            stack.callback(kernel.post_handler_hook)
        _run(future, function)


def _run(future: Future[T], function: Callable[[], T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(function())
    except BaseException as error:  # noqa: BLE001 - it is raised where the result is awaited
        future.set_exception(error)
