"""Running a function where cells run: on the kernel's main thread, behind what is running there.

A function of the reader's may hold what belongs to that thread (a database connection, a figure),
and must not run in the midst of a cell. What lines cells up is the kernel's own: a queue in
ipykernel 6 (`schedule_dispatch`), a lock in ipykernel 7 (`_main_asyncio_lock`, private); where
neither is found, the function runs between two steps of the event loop.
"""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import AsyncExitStack, suppress
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any, TypeVar

from IPython.core.getipython import get_ipython
from IPython.utils.capture import capture_output

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["is_main_thread", "on_main_shell", "printed_by"]

T = TypeVar("T")


def is_main_thread() -> bool:
    """Return whether this is the thread in which cells run."""
    return current_thread() is main_thread()


def on_main_shell(function: Callable[[], T]) -> Future[T]:
    """Run a function on the main thread when no cell runs; cells that wait already go first.

    On the main thread itself, and where there is no kernel, it runs at once. Cancelling the future
    keeps a function from running that waits; a kernel interrupt reaches one that runs.
    """
    future: Future[T] = Future()
    kernel: Any = getattr(get_ipython(), "kernel", None)
    if is_main_thread() or getattr(kernel, "io_loop", None) is None:
        _run(future, function)
    elif hasattr(kernel, "schedule_dispatch"):
        kernel.io_loop.add_callback(kernel.schedule_dispatch, _in_queue, kernel, future, function)
    else:
        kernel.io_loop.add_callback(_in_queue, kernel, future, function)
    return future


def printed_by(function: Callable[[], T]) -> tuple[T, str]:
    """Return a function's result and what it printed, which appears in no cell."""
    with capture_output(display=False) as captured:
        result = function()
    return result, captured.stdout + captured.stderr


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
