"""What a map would ask and cost, before anything is sent."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from msgspec import Struct

from qwen_magic.conversation.mapping.budget import Budget, length
from qwen_magic.conversation.turn.records import prompt_in

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from qwen_magic.conversation.mapping.answers import Answers
    from qwen_magic.conversation.mapping.threads import Line
    from qwen_magic.conversation.turn.records import Prompt

__all__ = ["Estimate", "estimated", "shown"]

_SHOWN = 3
_ENOUGH = 200  # known rows that tell what rows cost


class Estimate(Struct, frozen=True):
    """What a map would ask.

    Attributes:
        rows: How many there are; None if only reading can tell.
        distinct: How many of them differ.
        known: How many were answered before.
        new: How many questions would be asked.
        unfilled: How many rows have no prompt.
        tokens: What they would cost, roughly.
        is_guess: Whether no answer tells yet what rows cost.
        prompts: The first ones, filled in.
        missing: In how many rows a column's cell is empty, by column.
    """

    rows: int | None = None
    distinct: int | None = None
    known: int = 0
    new: int | None = None
    unfilled: int = 0
    tokens: int | None = None
    is_guess: bool = True
    prompts: tuple[str, ...] = ()
    missing: dict[str, int] = {}


def estimated(batches: Iterable[Sequence[Line]], answers: Answers | None) -> Estimate:
    """Return what the rows would cost; without answers, all of them are new."""
    every, new = array("Q"), dict[int, int]()
    known = unfilled = 0
    prompts, budget = list[str](), Budget()
    missing: dict[str, int] = {}
    for batch in batches:
        statuses = answers.statuses(0, [line.digest for line in batch]) if answers else {}
        _learn(budget, batch, answers, statuses)
        for line in batch:
            every.append(key := int.from_bytes(line.digest[:8]))
            for column in line.missing:
                missing[column] = missing.get(column, 0) + 1
            if line.error:
                unfilled += 1
            elif line.digest in statuses:
                known += 1
            else:
                new[key] = length(line.prompt)
            if len(prompts) < _SHOWN and not line.error:
                prompts.append(shown(line.prompt))
    tokens = round(sum(map(budget.estimate, new.values())))
    return Estimate(
        len(every),
        len(set(every)),
        known,
        len(new),
        unfilled,
        tokens,
        not budget.is_known,
        tuple(prompts),
        missing,
    )


def shown(prompt: Prompt) -> str:
    """Return the text of a prompt."""
    return prompt if isinstance(prompt, str) else prompt_in(prompt)


def _learn(
    budget: Budget, batch: Sequence[Line], answers: Answers | None, statuses: Container[bytes]
) -> None:
    """Note what some of the known rows cost."""
    if answers is None or budget.rows >= _ENOUGH:
        return
    some = [line for line in batch if line.digest in statuses][:_ENOUGH]
    for line, one in zip(some, answers.outcomes(0, [line.digest for line in some]), strict=True):
        if one.input_tokens or one.output_tokens:
            budget.paid(length(line.prompt), (one.input_tokens, one.output_tokens))
