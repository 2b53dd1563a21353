"""A `Mapping`: one prompt over the rows of a table, while it is asked and afterwards."""

from __future__ import annotations

import json
import math
import time
from typing import TYPE_CHECKING, Any, Self

from qwen_magic.conversation.mapping.digest import SIZE
from qwen_magic.conversation.mapping.progress import Answered, Progress, Speed
from qwen_magic.conversation.tables.fields import fields_of
from qwen_magic.conversation.tables.frames import frame
from qwen_magic.conversation.tables.records import NOT_ASKED
from qwen_magic.conversation.tables.writing import write_frame

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from qwen_magic.conversation.mapping.engine import Engine
    from qwen_magic.conversation.schema.shape import Shape
    from qwen_magic.conversation.tables.records import Outcome
    from qwen_magic.conversation.tables.table import Table

__all__ = ["Mapping"]

_BATCH = 1000
_LOOK = 0.05  # seconds
_TICK = 0.5  # seconds; the end wakes who waits


class Mapping:
    """One prompt over a table; `Session.map` makes it, and its rows are asked at once.

        labels = session.map("Which language is this? {{text}}", reviews, schema="language: str")
        for row in labels:  # as they end
            print(row.row, row.value)
        labels.frame()  # waits for all

    Attributes:
        table: The rows.
        error: What stopped it before its end, if anything did.
    """

    def __init__(self, table: Table, shape: Shape[Any] | None, engine: Engine) -> None:
        self.table = table
        self._fields = fields_of(shape)
        self._has_shape = shape is not None
        self._engine = engine
        self._job = engine.job
        self._speed = Speed(time.monotonic())
        engine.start()

    @property
    def error(self) -> BaseException | None:
        """What stopped it before its end, if anything did."""
        return self._engine.error

    @property
    def counts(self) -> dict[str, int]:
        """How many rows ended in each way: completed, failed, refused, not asked."""
        ledger = self._job.ledger
        total = self._total or ledger.rows
        bad = {"failed": ledger.failed, "refused": ledger.refused}
        left = {
            "completed": ledger.done - sum(bad.values()),
            **bad,
            "not asked": total - ledger.done,
        }
        return {status: count for status, count in left.items() if count}

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until all rows have ended, but not longer than so many seconds; return whether they have.

        The functions that the model calls run here meanwhile.
        """
        until = math.inf if seconds is None else time.monotonic() + seconds
        while not self._engine.ended.is_set() and (left := until - time.monotonic()) > 0:
            self._engine.job.errands.run(min(left, _TICK))
        return self._engine.ended.is_set()

    def stop(self) -> None:
        """Hang up at once; what has ended is kept, the rest is not asked."""
        self._engine.stop()
        self._engine.ended.wait()

    def frame(self, *, partial: bool = False) -> Any:  # noqa: ANN401 - of pandas, polars or pyarrow
        """Wait for all rows; return a DataFrame of the table's kind, with its index and its order.

        Args:
            partial: Whether to raise nothing if it was stopped, and to wait for nothing.

        Raises:
            QwenError: All was stopped: the key is wrong, or the first rows all failed alike.
        """
        self._finish(partial=partial)
        return frame(self.table, self.outcomes(), self._fields)

    def to_parquet(self, path: str | PathLike[str], *, partial: bool = False) -> int:
        """Wait for all rows; write them to a file, `.parquet`, `.jsonl` or `.csv`; return how many.

        Raises:
            QwenError: All was stopped, or the file cannot be written.
        """
        self._finish(partial=partial)
        return write_frame(path, self.table, self.outcomes(), fields=self._fields)

    def outcomes(self) -> Iterator[Outcome]:
        """Yield how each row ended, or that it has not, in the table's order."""
        ledger, step = self._job.ledger, SIZE * _BATCH
        count = 0
        while chunk := bytes(ledger.digests[count * SIZE : count * SIZE + step]):
            digests = [chunk[at : at + SIZE] for at in range(0, len(chunk), SIZE)]
            count += len(digests)
            yield from self._found(digests)
        for _ in range((self._total or count) - count):
            yield NOT_ASKED

    def failures(self) -> dict[str, list[int]]:
        """Return the numbers of the rows without an answer, by reason."""
        found: dict[str, list[int]] = {}
        for row, outcome in enumerate(self.outcomes()):
            if outcome.error:
                found.setdefault(outcome.error, []).append(row)
        return found

    def progress(self) -> Progress:
        """Return how far it is now."""
        ledger, pace = self._job.ledger, self._job.pace
        rate = self._speed.at(time.monotonic(), ledger.asked)
        total = self._total
        left = None if total is None or not rate else (total - ledger.done) / rate
        return Progress(
            total=total,
            done=ledger.done,
            known=ledger.known,
            asked=ledger.asked,
            failed=ledger.failed,
            refused=ledger.refused,
            in_flight=max(0, self._engine.in_flight),
            concurrency=pace.limit,
            rate=rate,
            seconds_left=left,
            input_tokens=ledger.input_tokens,
            output_tokens=ledger.output_tokens,
            missing=dict(ledger.missing),
            newest=tuple(ledger.newest),
            state=self._engine.state if self._engine.ended.is_set() else "running",
        )

    def __iter__(self) -> Iterator[Answered]:
        """Yield rows as they end; those of earlier runs come first where they are met."""
        seen, ledger = 0, self._job.ledger
        while True:
            is_over = self._engine.ended.is_set()
            rows = ledger.ended[seen : seen + _BATCH]
            seen += len(rows)
            for row, outcome in zip(rows, self._found(list(map(ledger.digest, rows))), strict=True):
                yield self._answered(row, outcome)
            if not rows and is_over:
                break
            if not rows:
                self.wait(_LOOK)
        self._finish(partial=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        now = self.progress()
        return f"Mapping({now.done:,} of {now.total or '?'} rows, {now.state})"

    @property
    def _total(self) -> int | None:
        ledger = self._job.ledger
        return ledger.rows if ledger.whole else self.table.rows

    def _found(self, digests: list[bytes]) -> list[Outcome]:
        job = self._job
        return job.answers.outcomes(job.run, digests, fresh=job.fresh)

    def _answered(self, row: int, found: Outcome) -> Answered:
        value: Any = None
        if found.status == "completed":
            value = json.loads(found.answer) if self._has_shape else found.answer
        costs = (found.input_tokens, found.output_tokens)
        return Answered(row, found.status, value, found.error, *costs)

    def _finish(self, *, partial: bool) -> None:
        if partial:
            return
        self.wait()
        if self.error is not None:
            raise self.error
