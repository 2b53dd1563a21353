"""Which calls are answered here, and the request that carries the answers (pure).

Function calling: Model Studio, "OpenAI responses", Tools. The documented way sends the question,
the calls and their outputs again. We try a shorter way first: continue by the response's id, and
send only the outputs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.chains.rebuild import answer_items, reply
from qwen_magic.conversation.turn.records import input_of
from qwen_magic.responses.items import FunctionCall, McpApprovalRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qwen_magic.conversation.tools.toolbox import Toolbox
    from qwen_magic.conversation.turn.calls import Call
    from qwen_magic.conversation.turn.records import Prompt
    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.responses.request import Request

__all__ = ["continued", "free", "resent", "waiting"]


def waiting(turn: Turn, toolbox: Toolbox) -> dict[int, Call]:
    """Return the calls that we must answer, by their places in the turn's output.

    There are none if the model also called a function that only the caller knows: without its
    output, those of the other calls cannot be sent.
    """
    found: dict[int, Call] = {}
    for number, item in enumerate(turn.items[turn.answered :], turn.answered):
        match item:
            case FunctionCall(output=None) if item.name in toolbox.foreign:
                return {}
            case FunctionCall(output=None) if toolbox.functions:
                found[number] = item
            case McpApprovalRequest(approve=None) if toolbox.has_mcp:
                found[number] = item
    return found


def continued(request: Request, turn: Turn, said: Prompt = ()) -> Request:
    """Return the request that sends only what the last response's calls returned.

    Args:
        request: The one before.
        turn: Where it led.
        said: What else is said to the model.
    """
    replies = [found for item in turn.items[turn.answered :] if (found := reply(item))]
    previous = None if request.conversation else turn.response_id
    return replace(request, input=[*replies, *input_of(said)], previous_response_id=previous)


def resent(request: Request, turn: Turn, said: Prompt = ()) -> Request:
    """Return the request that sends the question again, with all calls and what they returned."""
    known = answer_items(turn.items, approvals=True)
    return replace(request, input=[*input_of(request.input), *known, *input_of(said)])


def free(request: Request) -> Request:
    """Return the request without a choice that would force the model to call again."""
    choice: Any = request.tool_choice
    if choice == "required":
        return replace(request, tool_choice=None)
    if _forces(choice):
        return replace(request, tool_choice={**choice, "mode": "auto"})
    return request


def _forces(choice: str | Mapping[str, Any] | None) -> bool:
    return isinstance(choice, dict) and choice.get("mode") == "required"
