"""Text that grows at its end, as a value: appending to it is cheap however long it is (pure)."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["Text"]


class Text(Struct, frozen=True, eq=False):
    """An immutable text; appending shares what both texts have in common.

    All texts grown from one another share one list of pieces, and each knows how many of them are
    its own. To append to a text that is not the longest, the list is copied, so no other changes.
    """

    pieces: list[str] = []
    count: int = 0

    def append(self, more: str) -> Text:
        """Return this text with more at its end."""
        shared = len(self.pieces) == self.count
        pieces = self.pieces if shared else self.pieces[: self.count]
        pieces.append(more)
        return Text(pieces, self.count + 1)

    def __str__(self) -> str:
        return "".join(self.pieces[: self.count])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))
