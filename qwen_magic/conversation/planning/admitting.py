"""What is refused before anything is sent: leaving a conversation, calls in the background."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from qwen_magic.conversation.chains.placement import Asked
    from qwen_magic.conversation.planning.question import Asking
    from qwen_magic.conversation.store.store import ChainStore
    from qwen_magic.conversation.tools.toolbox import Toolbox
    from qwen_magic.conversation.turn.records import Chain
    from qwen_magic.responses.request import Request

__all__ = ["check_background", "joining"]

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
