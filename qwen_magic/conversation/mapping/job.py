"""One run of a map: its rows, what is known of them, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from qwen_magic.conversation.mapping.estimate import shown
from qwen_magic.conversation.mapping.ledger import Ledger
from qwen_magic.conversation.mapping.threads import Line
from qwen_magic.conversation.tools.errands import Errands
from qwen_magic.errors import QwenError, RequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from qwen_magic.conversation.mapping.answers import Answers
    from qwen_magic.conversation.mapping.asking import Asker
    from qwen_magic.conversation.mapping.budget import Budget
    from qwen_magic.conversation.mapping.digest import Digester
    from qwen_magic.conversation.mapping.pace import Pace
    from qwen_magic.conversation.mapping.queue import Asked
    from qwen_magic.conversation.tables.filling import Template
    from qwen_magic.conversation.tables.records import Outcome
    from qwen_magic.conversation.tables.table import Row, Table

__all__ = ["Job", "lines_of"]

_NOTED = 50  # writes after which a run's state is written, too
_BATCH = 500  # rows
_FIRST = 20  # rows; if they all fail for one reason, the others would, too


@dataclass(slots=True)
class Job:
    """What the engine works on.

    Attributes:
        lines: Yields the rows in batches, filled in.
        run: The run's number among the answers.
        fresh: Whether answers of earlier runs do not count.
        keep_going: Whether to go on though the first rows all fail for one reason.
        total: How many rows there are, if that is known.
        errands: Where the functions that the model calls wait for who runs them.
        spend: Notes how many tokens were read and written until now.
    """

    asker: Asker
    lines: Iterator[Sequence[Line]]
    answers: Answers
    run: int
    pace: Pace
    budget: Budget
    fresh: bool = False
    keep_going: bool = False
    total: int | None = None
    spend: Callable[[int, int], None] = lambda _read, _written: None
    errands: Errands = field(default_factory=Errands)
    ledger: Ledger = field(default_factory=Ledger)
    _written: int = 0
    _settled: int = 0
    _reasons: set[str] = field(default_factory=set)

    def keep(self, some: Sequence[tuple[bytes, Outcome]]) -> None:
        """Write outcomes down, and now and then how far the run is."""
        self.answers.add(self.run, some)
        self._written += 1
        is_early = self._written < _NOTED and not self._written & (self._written - 1)
        if is_early or self._written % _NOTED == 0:
            self._note("running")

    def statuses(self, digests: Sequence[bytes]) -> dict[bytes, tuple[str, bool]]:
        """Return the status of each that has ended, and whether it is from an earlier run."""
        return self.answers.statuses(self.run, digests, fresh=self.fresh)

    def enter(self, line: Line) -> int:
        """Note the next row; return its number."""
        for column in line.missing:
            self.ledger.missing[column] = self.ledger.missing.get(column, 0) + 1
        return self.ledger.add(line.digest)

    def settled(self, asked: Asked, outcome: Outcome) -> None:
        """Count what an outcome cost, and whether all fail alike."""
        tokens = (outcome.input_tokens, outcome.output_tokens)
        if any(tokens):
            self.budget.paid(asked.letters, tokens)
        if self._settled < _FIRST:
            self._settled += 1
            self._reasons.add(outcome.error if outcome.status != "completed" else "")

    def hopeless(self) -> QwenError | None:
        """Return an error if the first rows all failed for one reason."""
        if (
            self.keep_going
            or self._settled < _FIRST
            or len(self._reasons) > 1
            or "" in self._reasons
        ):
            return None
        (why,) = self._reasons
        return RequestError(
            f"the first {_FIRST} rows all failed: {why}",
            hint="keep_going=True (--keep-going) asks the others, too",
        )

    def ended(self, asked: Asked, outcome: Outcome) -> None:
        """Note that the rows of a question have ended, and are written down."""
        ledger = self.ledger
        ledger.asked += 1
        ledger.input_tokens += outcome.input_tokens
        ledger.output_tokens += outcome.output_tokens
        for row in asked.rows:
            ledger.end(row, outcome.status)
        ledger.show(asked.rows[0], shown(asked.prompt), outcome)

    def end(self, state: str) -> None:
        """Remember how the run ended, and the pace it had."""
        self._note(state)

    def _note(self, state: str) -> None:
        counts = msgspec.json.encode(self.counts()).decode()
        self.answers.note(self.run, state, counts, (self.asker.where, self.pace.learned()))
        self.spend(self.ledger.input_tokens, self.ledger.output_tokens)

    def counts(self) -> dict[str, int]:
        """Return how many rows there are of each kind, and what they cost."""
        names = ("done", "known", "asked", "failed", "refused", "input_tokens", "output_tokens")
        found = {name: getattr(self.ledger, name) for name in names}
        return {"rows": max(self.ledger.rows, self.total or 0), **found}


def lines_of(table: Table, template: Template, digester: Digester) -> Iterator[list[Line]]:
    """Yield a table's rows, filled in, in batches."""
    for batch in table.batches(_BATCH):
        yield [_line(row, template, digester) for row in batch]


def _line(row: Row, template: Template, digester: Digester) -> Line:
    try:
        filled = template.fill(row)
    except RequestError as error:
        why = str(error.args[0])
        return Line(digester.of([{"unfilled": why}]), error=why)
    return Line(digester.of(filled.prompt), filled.prompt, missing=filled.missing)
