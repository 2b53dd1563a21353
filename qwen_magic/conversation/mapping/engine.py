"""The engine: asks rows over many connections at once, in a thread of its own, until all have ended."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import suppress
from functools import partial
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.mapping.course import Course
from qwen_magic.conversation.mapping.deadline import Deadline
from qwen_magic.conversation.mapping.flights import Flight, Senders, begun, give_up_late, listen
from qwen_magic.conversation.mapping.threads import Line, Reader, Writer
from qwen_magic.conversation.mapping.verdicts import about_tokens, passing, verdict
from qwen_magic.errors import QwenError, StatusError, WireError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from qwen_magic.conversation.mapping.asking import Sender
    from qwen_magic.conversation.mapping.job import Job
    from qwen_magic.conversation.mapping.queue import Asked
    from qwen_magic.conversation.tables.records import Outcome
    from qwen_magic.responses.events import Event as Heard

__all__ = ["Engine"]

_AHEAD = 2000  # rows that wait, at most, before more are read
_BATCHES = 2  # read ahead
_LOOK = 0.25  # seconds between two looks for rows that hang


class Engine:
    """Ask the rows of one job.

    Attributes:
        ended: Set once nothing more is asked or written.
        error: What stopped the run before its end, if anything did.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self.ended: Event = Event()
        self.error: BaseException | None = None
        self.state: str = "running"
        self._course = Course(job, self._write, self._when_done)
        self._flying: set[Flight] = set()
        self._senders = Senders(job.asker.sender)
        self._deadline = Deadline(job.asker.timeout)
        self._unread: BaseException | None = None  # why the rows could not be read to their end
        self._is_stopping = False
        self._coming = _BATCHES  # batches that are being read
        self._loop = asyncio.new_event_loop()
        self._wake = asyncio.Event()
        self._thread = Thread(target=self._run, name="qwen_magic map", daemon=True)

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Hang up at once; what has ended is kept."""
        with suppress(RuntimeError):  # it has ended before
            self._loop.call_soon_threadsafe(self._end, "stopped", None)

    @property
    def in_flight(self) -> int:
        """How many rows are under way, or not yet written down."""
        return self._course.left - len(self._course.queue)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._main())
        except BaseException as error:  # noqa: BLE001 - whoever waits is told
            self.error, self.state = error, "failed"
        finally:
            self._loop.close()
            self.ended.set()
            self.job.errands.close()

    async def _main(self) -> None:
        # What goes wrong and is no row's fault ends the run: never wait for ever.
        listen(self._loop, partial(self._end, "failed"))
        self._reader = Reader(self.job.lines, self._from_thread(self._arrived), _BATCHES)
        self._writer = Writer(self.job.keep, self._from_thread(self._kept))
        looking = begun(self._loop, self._look_for_late())
        try:
            await self._send()
        finally:
            looking.cancel()
            self._reader.close()
            self._writer.close()
            await asyncio.sleep(0)  # what was written last is noted
            self.job.end(self.state)
            self.ended.set()  # nobody waits until the connections are closed
            self.job.errands.close()
            await self._senders.close(list(self._flying))

    def _from_thread(self, call: Any) -> Any:  # noqa: ANN401
        def deliver(*args: object) -> None:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(call, *args)

        return deliver

    def _end(self, state: str, error: BaseException | None) -> None:
        if not self._is_stopping:
            self._is_stopping, self.state, self.error = True, state, error
        self._wake.set()

    # Sending

    async def _send(self) -> None:
        while not self._is_stopping:
            now = time.monotonic()
            found = self._course.queue.look(now)
            wait = found if isinstance(found, float) else self._until(found, now)
            if not isinstance(found, float) and wait <= 0:
                self._start(self._course.queue.take(), now)
            elif self._is_done():
                self._end("failed" if self._unread else "done", self._unread)
            elif not self._is_stopping:  # the budget may have ended it
                await self._rest(wait)

    def _until(self, asked: Asked, now: float) -> float:
        """Return in how many seconds a row may be sent; infinite until another comes back."""
        if not self.job.budget.admits(asked.letters):
            if not self._flying:
                self._end("budget", None)
            return float("inf")
        return self.job.pace.wait(now)

    def _is_done(self) -> bool:
        return self.job.ledger.whole and not self._course.left

    async def _rest(self, seconds: float) -> None:
        self._wake.clear()
        timer = self._loop.call_later(seconds, self._wake.set) if seconds < 1e9 else None  # noqa: PLR2004
        await self._wake.wait()
        if timer is not None:
            timer.cancel()

    def _start(self, asked: Asked, now: float) -> None:
        if self._course.first_step(asked):
            return
        sender = self._senders.take()
        budget = self.job.budget
        cost = budget.estimate(asked.letters) if budget.is_known else 0.0
        flight = Flight(asked, self.job.pace.sent(now, cost), budget.reserve(asked.letters))
        self._flying.add(flight)
        flight.task = begun(self._loop, self._fly(flight, sender))

    async def _fly(self, flight: Flight, sender: Sender) -> None:
        asked, pace = flight.asked, self.job.pace
        assert asked.request is not None  # noqa: S101 - for the type checker
        heard: Sequence[Heard] = ()
        error: QwenError | None = None
        try:
            heard = await sender.ask(asked.request)
            error = passing(heard)
        except asyncio.CancelledError:
            if not flight.is_late:
                raise
            error = WireError("the server did not answer in time", retryable=True)
        except QwenError as exc:
            error = exc
        finally:
            self._flying.discard(flight)
            self._senders.give_back(sender)
            self.job.budget.release(flight.reserved)
            self._wake.set()
        now = time.monotonic()
        if self._is_stopping:
            return
        if error is None:
            pace.answered(now, flight.ticket)
            self._deadline.took(now - flight.ticket.at)
            self._course.step(asked, heard)
        else:
            self._failed(flight, error, now)

    def _failed(self, flight: Flight, error: QwenError, now: float) -> None:
        asked, found = flight.asked, verdict(error)
        if found == "slower":
            wait = error.retry_after if isinstance(error, StatusError) else None
            self.job.pace.refused(now, flight.ticket, wait, tokens=about_tokens(error))
            self._course.queue.put(asked)
            if self.job.pace.patience.is_over(now, wait):
                self._end("failed", error)
            return
        if found == "fewer":
            if self.job.pace.crowded(now, flight.ticket):
                self._course.queue.put(asked)
                return
            found = "again"
        else:
            self.job.pace.dropped()
        if found == "stop":
            self._end("failed", error)
        elif found == "again":
            at = (now, random.random())  # noqa: S311 - not a secret
            self._course.again(asked, error, at, late=flight.is_late)
        else:
            self._course.step(asked, error)

    # Rows

    def _write(self, digest: bytes, outcome: Outcome) -> None:
        self._writer.put(digest, outcome)

    def _arrived(self, batch: Sequence[Line] | BaseException | None) -> None:
        if batch is None or isinstance(batch, BaseException):
            self._unread = batch
            self.job.ledger.whole = True  # what came before is asked to its end
        else:
            self._coming -= 1
            self._course.take_in(batch)
            self._read_on()
        self._wake.set()

    def _read_on(self) -> None:
        if len(self._course.queue) < _AHEAD and self._coming < _BATCHES:
            self._coming += 1
            self._reader.more()

    def _kept(self, some: Sequence[tuple[bytes, Outcome]], error: Exception | None) -> None:
        self._course.kept(some)
        if error is None:
            error = self.job.hopeless()
        if error is not None:
            self._end("failed", error)
        self._read_on()
        self._wake.set()

    def _when_done(self, future: Future[Any], then: Callable[[], None]) -> None:
        def go_on() -> None:
            then()
            self._wake.set()

        future.add_done_callback(lambda _: self._from_thread(go_on)())

    async def _look_for_late(self) -> None:
        while True:
            await asyncio.sleep(_LOOK)
            give_up_late(self._flying, self._deadline, time.monotonic())
