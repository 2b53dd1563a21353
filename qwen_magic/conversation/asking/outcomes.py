"""How rows end: from answers and turns to outcomes (pure)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.tables.records import Outcome
from qwen_magic.responses.response import Usage

if TYPE_CHECKING:
    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.responses.response import Response

__all__ = ["cut_at", "json_of", "of_turn", "with_costs"]


def cut_at(limit: str, response: Response) -> Outcome:
    """Return the outcome of an answer that ended at a limit."""
    return with_costs(Outcome("failed", error=f"the answer was cut at {limit}"), response)


def json_of(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Return a value as an outcome keeps it."""
    return json.dumps(value, ensure_ascii=False)


def of_turn(turn: Turn, error: str) -> Outcome:
    """Return the outcome of a turn, or of the error in it."""
    usage = turn.usage or Usage()
    shaped = turn.shaped
    answer = json_of(shaped.json) if shaped else turn.text
    return Outcome(
        "failed" if error else "completed",
        "" if error else answer,
        " ".join(error.split()),
        usage.input_tokens,
        usage.output_tokens,
        turn.corrections,
    )


def with_costs(outcome: Outcome, response: Response) -> Outcome:
    """Return an outcome with the tokens that its response cost."""
    usage = response.usage
    if usage is None:
        return outcome
    return Outcome(
        outcome.status, outcome.answer, outcome.error, usage.input_tokens, usage.output_tokens
    )
