"""What a map would ask and cost; nothing is sent."""

from __future__ import annotations

import dataclasses
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qwen_magic.configuration import check_settings
from qwen_magic.conversation.asking.answering import Desk
from qwen_magic.conversation.asking.maps import answers_of
from qwen_magic.conversation.asking.rows import Rows
from qwen_magic.conversation.mapping.budget import Budget, length
from qwen_magic.conversation.mapping.digest import Digester
from qwen_magic.conversation.mapping.job import lines_of
from qwen_magic.conversation.planning.question import Asking
from qwen_magic.conversation.tables.filling import Template
from qwen_magic.conversation.tables.rows import table
from qwen_magic.conversation.tools.calling import Caller

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qwen_magic.conversation.asking.maps import Mapped
    from qwen_magic.conversation.asking.session import Session
    from qwen_magic.conversation.mapping.answers import Answers
    from qwen_magic.conversation.mapping.threads import Line
    from qwen_magic.conversation.tables.records import Outcome
    from qwen_magic.conversation.turn.records import Prompt

__all__ = ["Estimate", "estimate"]

_PROMPTS = 3
_TYPICAL = 200  # known rows whose costs are looked at


@dataclass(slots=True)
class Estimate:
    """What a map would ask; None where only reading can tell, which a generator allows but once.

    Attributes:
        known: How many rows were answered before.
        new: How many questions would be sent; equal rows share one.
        tokens: How many tokens they would take, by what known rows took.
        prompts: The first prompts.
        missing: In how many rows a column's cell is empty, by column.
    """

    rows: int | None = None
    distinct: int | None = None
    known: int = 0
    new: int | None = None
    tokens: int | None = None
    prompts: tuple[Prompt, ...] = ()
    missing: dict[str, int] = dataclasses.field(default_factory=dict)


def estimate(
    session: Session,
    template: str | Template,
    rows: Any,  # noqa: ANN401 - anything with rows
    how: Mapped,
) -> Estimate:
    """Return what `Session.map` would ask.

    Raises:
        RequestError: It would be refused.
        SchemaError: No model can be asked for such a value.
    """
    check_settings(session.settings)
    asking = how.get("asking") or Asking()
    if how.get("schema") is not None:
        asking = dataclasses.replace(asking, schema=how["schema"])
    desk = Desk(session.settings, session.approver, Caller(), session.approvals)
    asker = Rows(session.settings, asking, session.store, desk)
    found = table(rows).limited(how.get("limit"), how.get("sample"))
    filling = template if isinstance(template, Template) else Template(template)
    bound = filling.bound(found)
    if found.once:
        return Estimate()
    counting = _Counting(answers_of(session), fresh=how.get("fresh", False))
    counting.read(lines_of(found, bound, Digester(asker.shared)))
    return counting.estimate()


class _Counting:
    """One pass over the rows."""

    def __init__(self, answers: Answers, *, fresh: bool) -> None:
        self._answers = answers
        self._fresh = fresh
        self._digests = array("Q")
        self._new = array("Q")
        self._letters = 0
        self._budget = Budget()
        self._typical = 0
        self._found = Estimate()

    def read(self, batches: Iterable[Sequence[Line]]) -> None:
        """Count the rows."""
        for lines in batches:
            outcomes = self._answers.outcomes(0, [line.digest for line in lines])
            for line, outcome in zip(lines, outcomes, strict=True):
                self._learn(line, outcome)
                self._count(line, is_known=outcome.status == "completed" and not self._fresh)

    def estimate(self) -> Estimate:
        """Return what was counted."""
        found, new = self._found, len(set(self._new))
        found.rows, found.distinct, found.new = len(self._digests), len(set(self._digests)), new
        a_row = self._letters / max(1, len(self._new))
        found.tokens = round(new * self._budget.estimate(a_row)) if new else 0
        return found

    def _count(self, line: Line, *, is_known: bool) -> None:
        short = int.from_bytes(line.digest[:8], "little")
        self._digests.append(short)
        self._found.known += is_known
        for column in line.missing:
            self._found.missing[column] = self._found.missing.get(column, 0) + 1
        if line.error:
            return
        if len(self._found.prompts) < _PROMPTS:
            self._found.prompts += (line.prompt,)
        if not is_known:
            self._new.append(short)
            self._letters += length(line.prompt)

    def _learn(self, line: Line, outcome: Outcome) -> None:
        """Note what a known row took."""
        if outcome.input_tokens and self._typical < _TYPICAL:
            self._typical += 1
            self._budget.paid(length(line.prompt), (outcome.input_tokens, outcome.output_tokens))
