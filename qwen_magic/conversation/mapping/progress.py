"""How far a map is, and its rows that have ended (pure)."""

from __future__ import annotations

from collections import deque
from typing import Any

from msgspec import Struct

from qwen_magic.conversation.mapping.ledger import Newest

__all__ = ["Answered", "Progress", "Speed"]

_RECENT = 10.0  # seconds by which the speed is told


class Answered(Struct, frozen=True):
    """A row that has ended.

    Attributes:
        row: Its number in the table, from 0.
        value: The answer in the shape that was asked for, as JSON; the text without a schema; None
            without an answer.
    """

    row: int
    status: str
    value: Any = None
    error: str = ""
    input_tokens: int = 0
    output_tokens: int = 0


class Progress(Struct, frozen=True):
    """How far a map is.

    Attributes:
        total: How many rows there are; None while only reading can tell.
        known: How many of them were answered before.
        asked: How many answers came in this run; equal rows share one.
        concurrency: How many rows may be in flight now.
        rate: Rows a second, lately.
        seconds_left: How long the rest will take; None if nobody can tell.
        missing: In how many rows a column's cell was empty, by column.
        newest: Rows that ended last, oldest first.
        state: running, done, stopped, budget, or failed.
    """

    total: int | None
    done: int
    known: int
    asked: int
    failed: int
    refused: int
    in_flight: int
    concurrency: int
    rate: float
    seconds_left: float | None
    input_tokens: int
    output_tokens: int
    missing: dict[str, int]
    newest: tuple[Newest, ...]
    state: str


class Speed:
    """How many rows end in a second, lately.

    Args:
        now: The time at which none had ended.
    """

    def __init__(self, now: float) -> None:
        self._looks: deque[tuple[float, int]] = deque([(now, 0)])

    def at(self, now: float, ended: int) -> float:
        """Return the rows a second; so many have ended by now."""
        looks = self._looks
        looks.append((now, ended))
        while len(looks) > 2 and looks[1][0] < now - _RECENT:  # noqa: PLR2004 - two make a speed
            looks.popleft()
        (began, before), (until, after) = looks[0], looks[-1]
        return (after - before) / (until - began) if until > began else 0.0
