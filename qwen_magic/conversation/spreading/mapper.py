"""A prompt as a function from a batch of rows to a frame, for any program that spreads rows over processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from itertools import chain
from platform import node
from typing import TYPE_CHECKING, Any, Protocol, cast

from msgspec import structs

from qwen_magic.conversation.mapping.answers import Answers
from qwen_magic.conversation.mapping.budget import Budget
from qwen_magic.conversation.mapping.digest import Digester
from qwen_magic.conversation.mapping.engine import Engine
from qwen_magic.conversation.mapping.job import Job, lines_of
from qwen_magic.conversation.mapping.mapping import Mapping as Running
from qwen_magic.conversation.spreading.folder import folder_at
from qwen_magic.conversation.spreading.keeping import Kept
from qwen_magic.conversation.spreading.keys import key_here, masked, plain
from qwen_magic.conversation.spreading.lending import is_cancelled, pace_at, worker_here
from qwen_magic.conversation.spreading.spark import declared, fitting
from qwen_magic.conversation.tables.fields import OTHERS, Field
from qwen_magic.conversation.tables.frames import frame
from qwen_magic.conversation.tables.native import native_table
from qwen_magic.conversation.tools.errands import Errands
from qwen_magic.errors import QwenError, RequestError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from qwen_magic.conversation.mapping.asking import Asker
    from qwen_magic.conversation.mapping.pace import Learned, Pace
    from qwen_magic.conversation.mapping.threads import Line
    from qwen_magic.conversation.spreading.leasing import LeasedPace
    from qwen_magic.conversation.tables.filling import Template
    from qwen_magic.conversation.tables.records import Outcome
    from qwen_magic.conversation.tables.table import Table
    from qwen_magic.settings import Settings

__all__ = ["Mapper", "Recipe"]

_LOOK = 0.2  # seconds between two looks whether anybody still waits


class Recipe(Protocol):
    """Makes what asks, wherever it is; can be pickled."""

    @property
    def settings(self) -> Settings:
        """The settings, without a key."""

    def asker(self, key: str, errands: Errands) -> Asker:
        """Return what asks rows; the functions that the model calls are put into `errands`."""


@dataclass(frozen=True)
class Mapper:
    """Ask one prompt of each row of a batch; `qwen_magic.mapper` makes it.

        label = qwen_magic.mapper("Which language is this? {{text}}", schema="language: str")
        label(reviews)  # a DataFrame: its columns, and what came of each row

    It can be pickled, and holds no key: each process reads DASHSCOPE_API_KEY from its environment. All
    batches in one process obey one limit; on a Dask cluster, all processes do.

    Attributes:
        fields: The columns of an answer.
        cache: The URL of the folder that answered rows go to; empty for the folder of each computer.
        concurrency: How many rows may be in flight, in all processes together where that can be known.
        keep_going: Whether to go on though a batch's first rows all fail for one reason.
        keeps: Whether a batch's own columns come back with it.
        fresh: A word that is this map's alone if what others were answered does not count; a batch that
            is asked again, after its worker was lost, finds its own answers.
    """

    recipe: Recipe
    template: Template
    fields: tuple[Field, ...]
    cache: str = ""
    concurrency: int | None = None
    keep_going: bool = False
    keeps: bool = True
    fresh: str = ""

    def __call__(self, batch: Any) -> Any:  # noqa: ANN401 - a frame, or frames
        """Return a frame for a frame; for an iterator of frames, as Spark has them, one that Spark can read.

        Raises:
            QwenError: All was stopped: the key is wrong, or the first rows all failed alike.
        """
        if isinstance(batch, Iterator):
            return (fitting(self(one), self.fields) for one in batch)
        if isinstance(batch, Mapping):  # columns by name, as Ray has them
            import pandas as pd  # type: ignore[import-untyped]

            batch = pd.DataFrame(dict(batch))
        key = key_here(self.recipe.settings)
        try:
            table = native_table(batch)
            found = self.frame(table, self._outcomes(table, key))
        except QwenError as error:
            raise plain(error, key) from None
        return self._joined(batch, table, found) if self.keeps and table.columns else found

    @property
    def ddl(self) -> str:
        """The columns of an answer as Spark declares them."""
        return declared(self.fields)

    def frame(self, table: Table, outcomes: list[Outcome]) -> Any:  # noqa: ANN401
        """Return what came of a table's rows."""
        return frame(table, outcomes, self.fields)

    def check(self, table: Table) -> None:
        """Refuse rows that cannot be asked like this.

        Raises:
            RequestError: The template does not fit them, or names of columns clash.
        """
        self.template.bound(table)
        if not self.keeps:
            return
        for name in (*(field.name for field in self.fields), *OTHERS):
            if name in table.columns:
                raise RequestError(
                    f"a column is named {name!r}, as one of the answer's is", hint="rename it"
                )

    def _outcomes(self, table: Table, key: str) -> list[Outcome]:
        self.check(table)
        if not table.rows:
            return []
        errands = Errands()
        asker = self.recipe.asker(key, errands).readied()
        answers = self._answers()
        learned = answers.learned(asker.where)
        with closing(self._pace(asker, learned)) as pace:
            job = Job(
                asker,
                self._lines(table, asker, self.fresh),
                answers,
                answers.begin(),
                cast("Pace", pace),
                Budget(),
            )
            job.keep_going, job.errands = self.keep_going, errands
            running = Running(table, None, Engine(job))
            _wait(running)
        if running.error is not None:
            raise running.error
        found = [_without(key, outcome) for outcome in running.outcomes()]
        if self.fresh:
            self._keep_for_all(self._lines(table, asker), found, (asker.where, learned))
        return found

    def _pace(self, asker: Asker, learned: Learned) -> LeasedPace:
        """Return how fast to ask; processes of one computer share the server that runs there."""
        most, is_told = self.concurrency or asker.lanes, self.concurrency is not None
        where = f"{asker.where} at {node()}" if asker.is_here else asker.where
        return pace_at(where, most, learned, shared=is_told or asker.is_here)

    def _lines(self, table: Table, asker: Asker, fresh: str = "") -> Iterator[Sequence[Line]]:
        shared = {**asker.shared, "fresh": fresh} if fresh else asker.shared
        return lines_of(table, self.template.bound(table), Digester(shared))

    def _keep_for_all(
        self,
        batches: Iterable[Sequence[Line]],
        outcomes: Iterable[Outcome],
        pace: tuple[str, Learned],
    ) -> None:
        """Put answers that were asked anew in the place of earlier ones."""
        answers = self._answers()
        lines = chain.from_iterable(batches)
        pairs = [(line.digest, one) for line, one in zip(lines, outcomes, strict=True)]
        run = answers.begin()
        answers.add(run, [(digest, one) for digest, one in pairs if one.status == "completed"])
        answers.note(run, "done", "{}", pace)

    def _answers(self) -> Answers:
        settings = self.recipe.settings
        local = _local(settings.home if settings.history == "on" else None)
        return cast("Answers", Kept(folder_at(self.cache), local)) if self.cache else local

    def _joined(self, batch: Any, table: Table, found: Any) -> Any:  # noqa: ANN401
        import narwhals as nw

        if table.kind == "pandas":
            found = found.set_axis(batch.index, axis="index")
        parts = [nw.from_native(batch), nw.from_native(found)]
        return nw.to_native(nw.concat(parts, how="horizontal"))


@cache
def _local(folder: Path | None) -> Answers:
    return Answers(folder)


def _wait(running: Running) -> None:
    """Wait for the end of a run; end it if nobody waits for us."""
    worker = worker_here()
    task = None if worker is None else worker.get_current_task()
    try:
        while not running.wait(_LOOK):
            if worker is not None and is_cancelled(worker, task):
                raise RequestError("it was cancelled")
    finally:
        if not running.wait(0):
            running.stop()


def _without(key: str, outcome: Outcome) -> Outcome:
    if key and key in outcome.error:
        return structs.replace(outcome, error=masked(outcome.error, key))
    return outcome
