"""What is refused before anything is sent: leaving a conversation, calls in the background, a spent budget."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from qwen_magic.conversation.chains.placement import Asked
    from qwen_magic.conversation.planning.question import Asking
    from qwen_magic.conversation.store.store import ChainStore
    from qwen_magic.conversation.tools.toolbox import Toolbox
    from qwen_magic.conversation.turn.records import Chain, Record
    from qwen_magic.responses.request import Request

__all__ = ["check_background", "check_budget", "joining"]

_LATIN, _OTHER = 4, 1.5  # characters in a token, about
_IMAGE = 1_000  # tokens, about
_BRANCHES = frozenset({"new", "from"})


def joining(store: ChainStore, chain: Chain, asking: Asking, asked: Asked) -> Asking:
    """Return how to ask, with the conversation that the chain's turns join.

    Raises:
        RequestError: It should leave the conversation.
    """
    conversation = asking.conversation or store.remote.conversation(chain)
    if conversation and not asking.conversation and (asking.new or asked.how in _BRANCHES):
        raise RequestError(
            f"a conversation on the server only goes on: {conversation}",
            hint="%qwen_chain NAME goes to another chain",
        )
    return dataclasses.replace(asking, conversation=conversation)


def check_background(request: Request, tools: Toolbox) -> None:
    """Refuse what nobody could answer or read while the server works alone.

    Raises:
        RequestError: Functions are offered.
    """
    if request.background and tools.functions:
        raise RequestError(
            "--background cannot call functions: nobody waits for their calls",
            hint="leave one of -t and --background out; built-in tools run on the server",
        )


def check_budget(store: ChainStore, record: Record, request: Request, *, budget: int) -> None:
    """Refuse a question that today's budget of its notebook does not last for.

    Args:
        store: Knows what was spent.
        record: The question's turn.
        request: What would be sent.
        budget: In tokens a day; 0 for no limit.

    Raises:
        RequestError: What was spent today, with this question, is more than the budget.
    """
    if not budget:
        return
    spent = store.ledger.today(record.chain.notebook)
    continued = record.parent if request.previous_response_id else None
    kept = store.lines(record.chain)[continued].tokens if continued else 0
    about = kept + _tokens([request.input, request.instructions, [*request.tools]])
    if spent + about > budget:
        raise RequestError(
            f"the budget of {budget:,} tokens a day does not last: {spent:,} spent today, "
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
