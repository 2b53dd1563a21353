"""The course of rows: from the batch they are read in, through their requests, to their end."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qwen_magic.conversation.mapping.budget import length
from qwen_magic.conversation.mapping.queue import Asked, Queue
from qwen_magic.conversation.mapping.verdicts import MOST_TRIES, kind, pause, reason, status_of
from qwen_magic.conversation.tables.records import Outcome
from qwen_magic.errors import QwenError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from qwen_magic.conversation.mapping.job import Job
    from qwen_magic.conversation.mapping.threads import Line
    from qwen_magic.responses.events import Event

__all__ = ["Course"]


@dataclass(slots=True)
class Course:
    """Where each row is that has not ended.

    Attributes:
        write: Writes down how a question ended; `kept` is called once it is.
        when_done: Calls back, in the engine's thread, once a future is done.
    """

    job: Job
    write: Callable[[bytes, Outcome], None]
    when_done: Callable[[Future[Any], Callable[[], None]], None]
    queue: Queue = field(default_factory=Queue)
    _pending: dict[bytes, Asked] = field(default_factory=dict)

    @property
    def left(self) -> int:
        """How many questions are not answered, or not yet written down."""
        return len(self._pending)

    def take_in(self, batch: Sequence[Line]) -> None:
        """Note the next rows; those that nobody has answered or asked wait to be asked."""
        others = [line.digest for line in batch if line.digest not in self._pending]
        statuses = self.job.statuses(others)
        for line in batch:
            row = self.job.enter(line)
            if (same := self._pending.get(line.digest)) is not None:
                same.rows.append(row)
            elif (status := statuses.get(line.digest)) is not None:
                self.job.ledger.end(row, *status)
            else:
                self._begin(line, row)

    def _begin(self, line: Line, row: int) -> None:
        asked = Asked(line.digest, line.prompt, [row], length(line.prompt))
        self._pending[line.digest] = asked
        if line.error:
            self._settle(asked, Outcome("failed", error=line.error))
        else:
            self.queue.put(asked)

    def first_step(self, asked: Asked) -> bool:
        """Begin a row's way unless it has begun; return whether it did."""
        if asked.steps is not None:
            return False
        asked.steps = self.job.asker.steps(asked.prompt)
        self.step(asked, None)
        return True

    def step(self, asked: Asked, came: Sequence[Event] | QwenError | None) -> None:
        """Take a row one step on: to its next request, a function's future, or its end."""
        steps = asked.steps
        assert steps is not None  # noqa: S101 - for the type checker
        try:
            wanted = steps.throw(came) if isinstance(came, QwenError) else steps.send(came)  # type: ignore[arg-type] # None begins it
        except StopIteration as end:
            self._settle(asked, end.value)
        except QwenError as error:
            self._settle(asked, Outcome(status_of(error), error=reason(error)))
        except Exception as error:  # noqa: BLE001 - one row never ends the others
            self._settle(asked, Outcome("failed", error=f"{type(error).__name__}: {error}"))
        else:
            if isinstance(wanted, Future):
                self.when_done(wanted, lambda: self.step(asked, ()))
            else:
                asked.request = wanted
                self.queue.go_on(asked)

    def again(self, asked: Asked, error: QwenError, at: tuple[float, float], *, late: bool) -> None:
        """Ask a row again later that failed, but not for ever.

        Args:
            asked: The row.
            error: Why it failed.
            at: The time now, and anything from 0 to 1.
            late: Whether it was given up.
        """
        what = "late" if late else kind(error)
        asked.tries[what] += 1
        if asked.tries[what] < MOST_TRIES:
            now, chance = at
            self.queue.put_later(asked, now + pause(asked.tries.total(), chance))
        else:
            self.step(asked, error)

    def kept(self, some: Sequence[tuple[bytes, Outcome]]) -> None:
        """Count rows as ended: they are written down now."""
        for digest, outcome in some:
            self.job.ended(self._pending.pop(digest), outcome)

    def _settle(self, asked: Asked, outcome: Outcome) -> None:
        asked.steps = None
        self.job.settled(asked, outcome)
        self.write(asked.digest, outcome)
