"""What a notebook may still spend today, and what its maps spend."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qwen_magic.conversation.planning.admitting import check_budget
from qwen_magic.conversation.turn.records import Chain, Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwen_magic.conversation.store.store import ChainStore
    from qwen_magic.responses.request import Request

__all__ = ["Purse"]


@dataclass(frozen=True)
class Purse:
    """The tokens of one notebook.

    Attributes:
        store: Knows what was spent.
        chain: Whose tokens they are.
        model: Which model is asked.
        budget: In tokens a day; 0 for no limit.
        is_free: Whether nothing is paid, since a cassette answers.
    """

    store: ChainStore
    chain: Chain
    model: str
    budget: int = 0
    is_free: bool = False

    def check(self, request: Request) -> None:
        """Refuse to begin where today's budget does not last for one row.

        Raises:
            RequestError: It does not.
        """
        check_budget(self.store, Record(chain=self.chain), request, budget=self.budget)

    def left(self) -> float:
        """Return how many tokens may still be spent today."""
        if not self.budget:
            return math.inf
        return max(0, self.budget - self.store.ledger.today(self.chain.notebook))

    def account(self, name: str) -> Callable[[int, int], None]:
        """Return what notes the cost of a map of that name: the tokens read and written so far."""
        if self.is_free:
            return lambda _read, _written: None
        chain = Chain(self.chain.notebook, f"map {name}".strip())
        return self.store.ledger.account(chain, self.model)
