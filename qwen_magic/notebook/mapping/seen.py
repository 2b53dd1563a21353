"""What a reader sees of a map: how far it is, and what its rows gave (pure)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Failure", "Line", "Seen", "Settled"]


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its label, what was filled in, and what came, by the names of their columns."""

    label: str
    given: Mapping[str, object]
    came: Mapping[str, object]
    status: str = "completed"


@dataclass(frozen=True, slots=True)
class Failure:
    """Rows that failed for one reason, and one of them."""

    reason: str
    count: int
    label: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A map while it runs.

    Attributes:
        total: How many rows there are; None if only the end tells.
        done: How many have ended, in whatever way.
        known: How many of these are from before.
        failed: How many of these have no answer, for now or for good.
        concurrency: How many are asked at once.
        rate: Rows a second.
        seconds_left: How long it will take; None if that is not known.
        newest: The rows that ended last, the newest first.
    """

    total: int | None
    done: int
    known: int = 0
    failed: int = 0
    refused: int = 0
    concurrency: int = 0
    rate: float = 0.0
    seconds_left: float | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    newest: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """A map that has ended, or was stopped.

    Attributes:
        counts: How many rows ended in each way.
        known: How many are from before.
        asked: How many were asked now.
        head: The first rows.
        failures: Why rows failed, the most frequent reason first.
        missing: How many cells of a column that the prompt names were empty.
        out: The variable that holds the frame.
        note: Why it ended early, if it did.
    """

    model: str
    counts: Mapping[str, int]
    known: int = 0
    asked: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    head: tuple[Line, ...] = ()
    failures: tuple[Failure, ...] = ()
    missing: Mapping[str, int] = field(default_factory=dict)
    out: str = ""
    note: str = ""

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(self.counts.values())
