"""Functions that the model calls while rows are asked: run by whoever waits for the rows.

The engine's thread asks for them, but they run one at a time where the reader waits: database
connections and figures belong to that thread.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from qwen_magic.conversation.tools.calling import Returned

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Errands"]

_MOST = 16  # calls at once
_STOPPED = Returned("it was interrupted", error="it was interrupted")


class Errands:
    """Calls that wait to be made."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[tuple[Callable[[], Returned], Future[Returned]] | None]
        self._waiting = SimpleQueue()
        self._pool: ThreadPoolExecutor | None = None

    def place(self, work: Callable[[], Returned]) -> Future[Returned]:
        """Put a call in the queue; return a future for its result."""
        future: Future[Returned] = Future()
        self._waiting.put((work, future))
        return future

    def in_pool(self, work: Callable[[], Returned]) -> Future[Returned]:
        """Make a call in a thread of its own, beside others; return a future for its result."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(_MOST, "qwen_magic tools")
        return self._pool.submit(work)

    def close(self) -> None:
        """Wake who waits; calls that have not begun are not made."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        self.wake()

    def wake(self) -> None:
        """Let who waits look up."""
        self._waiting.put(None)

    def run(self, seconds: float) -> None:
        """Make the next call, if one comes within so many seconds.

        Raises:
            KeyboardInterrupt: The reader stopped it; the model is told.
        """
        try:
            found = self._waiting.get(timeout=seconds) if seconds > 0 else self._waiting.get(False)
        except Empty:
            return
        if found is None or not found[1].set_running_or_notify_cancel():
            return
        work, future = found
        try:
            future.set_result(work())
        except BaseException:
            future.set_result(_STOPPED)
            raise
