"""What came of one row of a table (pure)."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

__all__ = ["NOT_ASKED", "Outcome", "Status"]

Status = Literal["completed", "failed", "refused", "not asked"]
"""How a row ended; `refused` is the server's word for good, `failed` may go well another time."""


class Outcome(Struct, frozen=True):
    """How one row ended.

    Attributes:
        answer: The text; the JSON of the value if there is a schema. Empty unless it is completed.
        error: Why there is no answer, in one line.
        corrections: How often the model was told what does not fit the schema.
        known: Whether the answer is from an earlier run.
    """

    status: Status
    answer: str = ""
    error: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    corrections: int = 0
    known: bool = False


NOT_ASKED = Outcome("not asked")
