"""What a notebook may spend: turns, and the rows of its maps, from one purse.

The rule: `budget` is what a notebook may spend in a day, with all that it asks. A question that it does
not last for is refused before it is sent; a map asks as many rows as it lasts for, then stops, as it does
at its own `--budget`. `--over` opens the purse for one cell. What a cassette answers costs nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qwen_magic.conversation.turn.records import Chain
from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwen_magic.conversation.store.store import ChainStore
    from qwen_magic.conversation.turn.records import Record
    from qwen_magic.responses.request import Request
    from qwen_magic.settings import Settings

__all__ = ["Purse", "check_turn", "purse_of"]

_LATIN, _OTHER = 4, 1.5  # characters in a token, about
_IMAGE = 1_000  # tokens, about


@dataclass(frozen=True)
class Purse:
    """The tokens of one notebook.

    Attributes:
        store: Knows what was spent.
        chain: Whose tokens they are.
        budget: In tokens a day; 0 for no limit.
        is_free: Whether nothing is paid, since a cassette answers.
    """

    store: ChainStore
    chain: Chain
    budget: int = 0
    is_free: bool = False

    def spent(self) -> int:
        """Return how many tokens were spent today."""
        return self.store.ledger.today(self.chain.notebook)

    def left(self) -> float:
        """Return how many tokens may still be spent today."""
        return max(0, self.budget - self.spent()) if self.budget else math.inf

    def account(self, name: str, model: str) -> Callable[[int, int], None]:
        """Return what notes the cost of a map of that name: the tokens read and written so far."""
        if self.is_free:
            return lambda _read, _written: None
        return self.store.ledger.account(Chain(self.chain.notebook, f"map {name}".strip()), model)


def purse_of(store: ChainStore, chain: Chain, settings: Settings, *, over: bool) -> Purse:
    """Return what may be spent on a chain's behalf.

    Args:
        store: Knows what was spent.
        chain: Who asks.
        settings: Tell the budget.
        over: Whether it may be overdrawn.
    """
    is_free = bool(settings.replay)
    return Purse(store, chain, 0 if over or is_free else settings.budget, is_free=is_free)


def check_turn(purse: Purse, record: Record, request: Request) -> None:
    """Refuse a question that today's budget of its notebook does not last for.

    Raises:
        RequestError: What was spent today, with this question, is more than the budget.
    """
    if math.isinf(left := purse.left()):
        return
    continued = record.parent if request.previous_response_id else None
    kept = purse.store.lines(record.chain)[continued].tokens if continued else 0
    about = kept + _tokens([request.input, request.instructions, [*request.tools]])
    if about > left:
        raise RequestError(
            f"the budget of {purse.budget:,} tokens a day does not last: {purse.spent():,} spent today, "
            f"about {about:,} to be read now",
            hint="--over asks all the same; %config QwenMagics.budget sets another, 0 none",
        )


def _tokens(value: object) -> int:
    match value:
        case str() if value.startswith("data:"):
            return _IMAGE
        case str():
            latin = sum(char.isascii() for char in value)
            return round(latin / _LATIN + (len(value) - latin) / _OTHER)
        case dict():
            return sum(map(_tokens, value.values()))
        case list() | tuple():
            return sum(map(_tokens, value))
    return 1
