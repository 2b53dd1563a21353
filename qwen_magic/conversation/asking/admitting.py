"""What is wanted of a turn, and refused before it is planned: conversations, values, background."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.schema.shape import Shape, shape_of
from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from qwen_magic.conversation.asking.question import Asking
    from qwen_magic.conversation.chains.placement import Asked
    from qwen_magic.conversation.store.store import ChainStore
    from qwen_magic.conversation.tools.toolbox import Toolbox
    from qwen_magic.conversation.turn.records import Chain
    from qwen_magic.responses.request import Request

__all__ = ["check_background", "joining", "wanted_shape"]

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


def check_background(request: Request, tools: Toolbox, shape: Shape[Any] | None) -> None:
    """Refuse what nobody could answer or read while the server works alone.

    Raises:
        RequestError: Functions or a value are wanted.
    """
    if request.background and shape is not None:
        raise RequestError(
            "--background cannot give a value: nobody waits to read it",
            hint="leave one of --schema and --background out",
        )
    if request.background and tools.functions:
        raise RequestError(
            "--background cannot call functions: nobody waits for their calls",
            hint="leave one of -t and --background out; built-in tools run on the server",
        )


def wanted_shape(asking: Asking, tools: Toolbox) -> Shape[Any] | None:
    """Return the shape that is asked for, if one is.

    Raises:
        RequestError: It is no shape, or functions are offered that are not called here.
    """
    if asking.schema is None:
        return None
    if tools.foreign:
        raise RequestError(
            "a value cannot follow functions that only you can call",
            hint="offer functions of Python, or ask for the value in a turn of its own",
        )
    return shape_of(asking.schema, taken=tools.functions)
