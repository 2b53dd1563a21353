"""What a notebook may still spend today, and what its maps spend."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qwen_magic.conversation.planning.admitting import check_budget
from qwen_magic.conversation.turn.records import Record
from qwen_magic.responses.response import Usage

if TYPE_CHECKING:
    from qwen_magic.conversation.store.store import ChainStore
    from qwen_magic.conversation.turn.records import Chain
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

    def spend(self, given: int, came: int) -> None:
        """Note tokens of input and of output that were paid."""
        if not self.is_free:
            cost = Usage(input_tokens=given, output_tokens=came, total_tokens=given + came)
            self.store.ledger.add(self.chain, self.model, cost)
