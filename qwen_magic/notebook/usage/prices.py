"""Tokens → money, by the prices that the reader gave; without them, nothing is guessed (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from qwen_magic.conversation.store.spent_rows import Spent

__all__ = ["Money", "money_of"]

_MILLION = 1e6
_DATE = re.compile(r"-\d{4}-\d\d-\d\d\Z")


@dataclass(frozen=True, slots=True)
class Money:
    """What tokens cost.

    Attributes:
        amount: In the currency of the prices.
        unknown: The models that no price was given for.
    """

    amount: float = 0.0
    unknown: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.unknown and not self.amount:
            return "?"
        told = f"{self.amount:,.2f}" if self.amount >= 1 else f"{self.amount:,.4f}"
        return f"{told} + ?" if self.unknown else told


def money_of(rows: Iterable[Spent], prices: Mapping[str, Sequence[float]]) -> Money:
    """Return what was spent; the demo costs nothing, a dated snapshot what its model does.

    Tokens from the cache cost what the third price says, else what others cost.
    """
    amount, unknown = 0.0, {}
    for row in rows:
        known = prices.get(row.model) or prices.get(_DATE.sub("", row.model))
        if row.demo:
            continue
        if known is None:
            unknown[row.model] = True
            continue
        read, written, *cached = known
        fresh = row.input - row.cached
        amount += fresh * read + row.cached * (cached[0] if cached else read) + row.output * written
    return Money(amount / _MILLION, tuple(unknown))
