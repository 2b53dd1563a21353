"""Calling the notebook's functions for the model.

A plain function runs where the question was asked, on the main thread as a rule: figures, database
connections and Ctrl-C belong there. Coroutines run on one loop in the background, side by side.
Whatever a function does, its call ends in something that we can tell the model.
"""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import AsyncIterator
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread, Timer
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import finalize

from msgspec import Struct

from qwen_magic.conversation.tools.capture import Printed, captured, kept
from qwen_magic.conversation.tools.failures import failure
from qwen_magic.conversation.tools.origin import belonging_to, origin
from qwen_magic.conversation.tools.outcome import items_of, items_to_come, told
from qwen_magic.conversation.tools.time_limit import TimeUp, time_limit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from qwen_magic.conversation.tools.tools import Tool

__all__ = ["Caller", "Place", "Returned", "Work", "here"]


class Returned(Struct, frozen=True):
    """What came of a call: what the model is told, what was printed, and what went wrong."""

    output: str | tuple[dict[str, Any], ...]
    logs: str = ""
    error: str = ""


_GRACE = 1.0  # seconds beyond its time in which a coroutine may end by itself

Place: TypeAlias = "Callable[[Callable[[], Returned]], Future[Returned]]"
"""Where plain functions run: takes the work, returns a future for its result."""


@dataclass(frozen=True, slots=True)
class Work:
    """A call that was allowed.

    Attributes:
        arguments: The positional and the named arguments, converted to what the function takes.
        seconds: How long it may take.
        images: Whether the model can be shown images.
    """

    tool: Tool
    arguments: tuple[tuple[Any, ...], dict[str, Any]]
    seconds: float
    images: bool


def here(work: Callable[[], Returned]) -> Future[Returned]:
    """Run at once, on the thread that asks."""
    future: Future[Returned] = Future()
    future.set_result(work())
    return future


class Caller:
    """Makes calls; keeps the loop that coroutines run on.

    Args:
        place: Where plain functions run.
        pool: Where those run that may run at once; by default, in the same place.
    """

    def __init__(self, place: Place = here, pool: Place | None = None) -> None:
        self._place, self._pool = place, pool or place
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: finalize[..., Caller] | None = None
        self._process = 0

    def start(self, work: Work) -> Future[Returned]:
        """Begin a call; a plain function may have ended when this returns.

        Raises:
            KeyboardInterrupt: The reader stopped it.
        """
        if work.tool.is_async:
            return self._begun(work)
        place = self._pool if work.tool.parallel else self._place
        return place(partial(_called, work, origin(), self._wait_for))

    def close(self) -> None:
        """End the loop and all that still runs on it."""
        if self._loop is not None and self._end is not None:
            self._end()  # once: while a loop ends its tasks, it must not be stopped again
            self._loop = None

    def _begun(self, work: Work) -> Future[Returned]:
        """Begin on the loop; leave behind what blocks the loop or refuses to be cancelled."""
        loop, came = self._running_loop(), Future[Returned]()
        task = asyncio.run_coroutine_threadsafe(_awaited(work, origin()), loop)
        late = Timer(work.seconds + _GRACE, self._leave, (loop, came, work))
        late.daemon = True
        late.start()

        def end(_: object) -> None:
            late.cancel()
            task.cancel()
            if came.cancelled() and self._loop is loop:
                self.close()  # it may be blocked: the next call gets another one

        task.add_done_callback(lambda _: _tell(came, _outcome(task)))
        came.add_done_callback(end)
        return came

    def _leave(self, loop: asyncio.AbstractEventLoop, told: Future[Returned], work: Work) -> None:
        if self._loop is loop:
            self._loop = None  # it may be blocked: the next call gets another one
        _tell(told, _too_long(work.seconds, Printed()))

    def _wait_for(self, result: Awaitable[object], seconds: float) -> object:
        """Return what a coroutine returns that a plain function gave back.

        Raises:
            TimeUp: It takes too long.
        """
        task = asyncio.run_coroutine_threadsafe(_result(result), self._running_loop())
        ended: SimpleQueue[object] = SimpleQueue()  # in C: an interrupt leaves no lock taken
        task.add_done_callback(ended.put)
        try:
            ended.get(timeout=seconds)
        except Empty:
            raise TimeUp from None
        finally:
            task.cancel()
        return task.result()

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None or self._process != os.getpid():  # a fork has no thread of its own
            self._loop, self._process = asyncio.new_event_loop(), os.getpid()
            self._end = finalize(self, _stop, self._loop)
            self._end.atexit = False
            Thread(target=_run, args=(self._loop,), name="qwen_magic tools", daemon=True).start()
        return self._loop


def _stop(loop: asyncio.AbstractEventLoop) -> None:
    with suppress(RuntimeError):  # it was stopped before
        loop.call_soon_threadsafe(loop.stop)


def _run(loop: asyncio.AbstractEventLoop) -> None:
    while True:
        try:
            loop.run_forever()
        except (SystemExit, KeyboardInterrupt):
            continue  # a task's sys.exit() ends that task alone
        break
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks, timeout=_GRACE))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


def _called(work: Work, thread: int, wait_for: Callable[[Any, float], object]) -> Returned:
    printed = Printed()
    args, kwargs = work.arguments
    with captured(printed), kept(), belonging_to(thread):
        try:
            with time_limit(work.seconds):
                result = work.tool.function(*args, **kwargs)
                if inspect.isawaitable(result) or isinstance(result, AsyncIterator):
                    result = wait_for(result, work.seconds)
                output = _told(items_of(result), printed, work)
        except KeyboardInterrupt:
            raise
        except TimeUp:
            return _too_long(work.seconds, printed)
        except BaseException as error:  # noqa: BLE001 - also sys.exit(): the kernel lives on
            return _failed(error, printed)
    return Returned(output, str(printed))


async def _awaited(work: Work, thread: int) -> Returned:
    printed = Printed()
    args, kwargs = work.arguments
    with captured(printed), belonging_to(thread):
        try:
            async with asyncio.timeout(work.seconds) as limit:
                result = await items_to_come(work.tool.function(*args, **kwargs))
                output = _told(await _result(result), printed, work)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - see above
            if limit.expired():
                return _too_long(work.seconds, printed)
            return _failed(error, printed)
    return Returned(output, str(printed))


def _tell(told: Future[Returned], came: Returned) -> None:
    with suppress(InvalidStateError):  # it was told before, or nobody waits any more
        told.set_result(came)


def _outcome(task: Future[Returned]) -> Returned:
    if task.cancelled():
        return _failed(asyncio.CancelledError("the call was cancelled"), Printed())
    error = task.exception()
    return task.result() if error is None else _failed(error, Printed())


async def _result(result: object) -> object:
    """Return what a coroutine returns, or a coroutine that it returns; and a generator's items."""
    while inspect.isawaitable(result):
        result = await result
    return await items_to_come(result)


def _told(result: object, printed: Printed, work: Work) -> str | tuple[dict[str, Any], ...]:
    output = told(result, str(printed), images=work.images)
    return output if isinstance(output, str) else tuple(output)


def _failed(error: BaseException, printed: Printed) -> Returned:
    told = failure(error)
    return Returned(told, str(printed), told)


def _too_long(seconds: float, printed: Printed) -> Returned:
    told = f"it was stopped after {seconds:g} seconds (tool_timeout)"
    return Returned(told, str(printed), told)
