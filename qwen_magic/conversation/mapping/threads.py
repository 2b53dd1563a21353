"""The threads beside the engine's: one reads rows and fills them in, one writes answers down."""

from __future__ import annotations

from queue import SimpleQueue
from threading import Event, Semaphore, Thread
from typing import TYPE_CHECKING

from msgspec import Struct

from qwen_magic.conversation.turn.records import Prompt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from qwen_magic.conversation.tables.records import Outcome

__all__ = ["Line", "Reader", "Writer"]

_GAP = 0.02  # seconds between two writes, in which outcomes gather


class Line(Struct, frozen=True):
    """A row about to be asked; its prompt is empty if it cannot be, and `error` says why."""

    digest: bytes
    prompt: Prompt = ""
    error: str = ""
    missing: tuple[str, ...] = ()


class Reader:
    """Read batches ahead of who asks for them.

    Args:
        batches: Yields them; may take its time, and may raise.
        deliver: Takes each batch; then None, or the error that ended them.
        ahead: How many may be read before the first one is done with.
    """

    def __init__(
        self,
        batches: Iterator[Sequence[Line]],
        deliver: Callable[[Sequence[Line] | BaseException | None], None],
        ahead: int,
    ) -> None:
        self._batches = batches
        self._deliver = deliver
        self._room = Semaphore(ahead)
        self._is_left = False
        Thread(target=self._run, name="qwen_magic rows", daemon=True).start()

    def more(self) -> None:
        """Let one more batch be read."""
        self._room.release()

    def close(self) -> None:
        """Read no more; a batch under way is dropped."""
        self._is_left = True
        self._room.release()

    def _run(self) -> None:
        end: BaseException | None = None
        try:
            for batch in self._batches:
                self._room.acquire()
                if self._is_left:
                    return
                self._deliver(batch)
        except BaseException as error:  # noqa: BLE001 - a generator of the reader's may raise anything
            end = error
        if not self._is_left:
            self._deliver(end)


class Writer:
    """Write outcomes down, those together that came together.

    Args:
        write: Keeps them; may raise.
        deliver: Takes what was kept, and the error if it could not be.
    """

    def __init__(
        self,
        write: Callable[[Sequence[tuple[bytes, Outcome]]], None],
        deliver: Callable[[Sequence[tuple[bytes, Outcome]], Exception | None], None],
    ) -> None:
        self._write = write
        self._deliver = deliver
        self._came: SimpleQueue[tuple[bytes, Outcome] | None] = SimpleQueue()
        self._hurry = Event()
        self._thread = Thread(target=self._run, name="qwen_magic answers", daemon=True)
        self._thread.start()

    def put(self, digest: bytes, outcome: Outcome) -> None:
        """Write an outcome soon."""
        self._came.put((digest, outcome))

    def close(self) -> None:
        """Write the rest, and wait for it."""
        self._hurry.set()
        self._came.put(None)
        self._thread.join()

    def _run(self) -> None:
        ended = False
        while not ended:
            found = [self._came.get()]
            while not self._came.empty():
                found.append(self._came.get())
            ended = None in found
            some = [one for one in found if one is not None]
            error: Exception | None = None
            try:
                if some:
                    self._write(some)
            except Exception as exc:  # noqa: BLE001 - told to who waits for it
                error = exc
            self._deliver(some, error)
            self._hurry.wait(_GAP)
