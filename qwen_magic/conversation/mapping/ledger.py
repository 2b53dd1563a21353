"""Which row asks what, which rows have ended, and how many: small enough for a million rows.

One thread writes, others may look.
"""

from __future__ import annotations

from array import array
from collections import deque
from dataclasses import dataclass, field

from msgspec import Struct

from qwen_magic.conversation.mapping.digest import SIZE
from qwen_magic.conversation.tables.records import Outcome

__all__ = ["Ledger", "Newest"]

_SHOWN = 8
_EXCERPT = 200


class Newest(Struct, frozen=True):
    """A row that has just ended: its number, what was asked, and what came of it."""

    row: int
    prompt: str
    outcome: Outcome


@dataclass(slots=True)
class Ledger:
    """The rows of one run.

    Attributes:
        digests: Of all rows read so far, one after the other.
        ended: The numbers of the rows that have ended, in that order.
        whole: Whether all rows were read.
        known: How many rows were answered in an earlier run.
        asked: How many answers came in this one.
        missing: In how many rows a column's cell was empty, by column.
        newest: Some of the rows that ended last, oldest first.
    """

    digests: bytearray = field(default_factory=bytearray)
    ended: array[int] = field(default_factory=lambda: array("Q"))
    whole: bool = False
    known: int = 0
    asked: int = 0
    failed: int = 0
    refused: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    missing: dict[str, int] = field(default_factory=dict)
    newest: deque[Newest] = field(default_factory=lambda: deque(maxlen=_SHOWN))

    @property
    def rows(self) -> int:
        """How many rows were read."""
        return len(self.digests) // SIZE

    @property
    def done(self) -> int:
        """How many rows have ended."""
        return len(self.ended)

    def add(self, digest: bytes) -> int:
        """Note the next row; return its number."""
        self.digests += digest
        return len(self.digests) // SIZE - 1

    def digest(self, row: int) -> bytes:
        """Return what a row asks."""
        return bytes(self.digests[row * SIZE : (row + 1) * SIZE])

    def end(self, row: int, status: str, known: bool = False) -> None:  # noqa: FBT001, FBT002 - a pair
        """Note that a row has ended."""
        self.ended.append(row)
        self.known += known
        self.failed += status == "failed"
        self.refused += status == "refused"

    def show(self, row: int, prompt: str, outcome: Outcome) -> None:
        """Keep a row among the newest."""
        self.newest.append(Newest(row, prompt[:_EXCERPT], outcome))
