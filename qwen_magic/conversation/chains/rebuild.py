"""A chain as a list of input items, for when its last response cannot be continued by its id (pure).

It sends questions with their images, answers in their long form (some servers refuse the short
one), and calls of our functions with their outputs. Reasoning is left out. So are calls of built-in
tools: the reference names no input item for them, and the answers hold what they found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from qwen_magic.conversation.turn.records import input_of
from qwen_magic.responses.items import FunctionCall, McpApprovalRequest, Message

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from qwen_magic.conversation.turn.records import Prompt, Record
    from qwen_magic.responses.items import Item

__all__ = [
    "LIFETIME",
    "Server",
    "answer_items",
    "calls_answered",
    "input_items",
    "rebuild_reason",
    "reply",
    "settled",
]

LIFETIME = 7 * 24 * 3600.0
"""How many seconds a response can be continued (reference, `previous_response_id`)."""

_OUTPUT = "function_call_output"


class Server(Struct, frozen=True):
    """Where a question is about to go.

    Attributes:
        account: Stands for the key; see `ChainStore.account`.
        continues: False if the server is known not to continue a response by its id.
        lifetime: How many seconds it can continue one.
    """

    base_url: str
    account: str = ""
    continues: bool = True
    lifetime: float = LIFETIME


def rebuild_reason(
    head: Record | None, server: Server, now: float, answered: Container[str] = ()
) -> str:
    """Return why the turn before cannot be continued by its id, in a few words; empty if it can.

    Args:
        head: The turn before.
        server: Where the question goes.
        now: In seconds since the epoch.
        answered: The ids of the calls whose outputs the question brings along.
    """
    if head is None:
        return ""
    left = [item for item in head.output if isinstance(item, FunctionCall) and item.output is None]
    reasons = {
        "the turn before left a call unanswered": any(_name(c) not in answered for c in left),
        "this server does not continue responses": not server.continues,
        "the turn before has no id": not head.response_id,
        "the turn before was answered by another server": head.base_url != server.base_url,
        "the turn before was asked with another key": head.account != server.account,
        "the turn before is more than 7 days old": now - (head.ended or head.begun)
        >= server.lifetime,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def calls_answered(prompt: Prompt) -> frozenset[str]:
    """Return the ids of the calls whose outputs a question brings along."""
    return frozenset(_outputs(input_of(prompt)))


def input_items(records: Sequence[Record], prompt: Prompt) -> list[dict[str, Any]]:
    """Return the turns of a path as input items, then the new question."""
    inputs = [*(record.input for record in records), input_of(prompt)]
    outputs = [*(record.output for record in records), ()]
    brought = _outputs(item for given in inputs for item in given)
    found: list[dict[str, Any]] = []
    for given, output in zip(inputs, outputs, strict=True):
        found += [_long(item) for item in given if item.get("type") != _OUTPUT]
        found += answer_items(output, brought)
    return found


def answer_items(
    output: Iterable[Item],
    brought: Mapping[str, list[dict[str, Any]]] | None = None,
    *,
    approvals: bool = False,
) -> list[dict[str, Any]]:
    """Return what the model said and called; calls made together come before what they returned.

    A call without an output is left out: servers refuse it.

    Args:
        output: What the model produced.
        brought: The outputs that questions brought along, in order, by the ids of their calls.
        approvals: Whether to include MCP servers' questions and our answers. A turn that is sent
            again needs them, or it is asked again; a turn that is over tells what came of them.
    """
    found: list[dict[str, Any]] = []
    returned: list[dict[str, Any]] = []
    last = 0
    for item in output:
        match item:
            case FunctionCall() if known := reply(item) or _next(brought, _name(item)):
                again = known["call_id"] in {one.get("call_id") for one in returned}
                if again or item.round != last:  # those of the round before were answered
                    found += returned
                    returned = []
                last = item.round
                found.append(_call(item))
                returned.append(known)
            case McpApprovalRequest() if approvals and (known := reply(item)):
                found.append(_approval(item))
                returned.append(known)
            case Message() if text := _text(item):
                found += [*returned, _said(text)]
                returned = []
            case Message() | FunctionCall():
                pass
            case _:  # thoughts and built-in tools come between one request and the next
                found += returned
                returned = []
    return [*found, *returned]


def reply(item: Item) -> dict[str, Any] | None:
    """Return what the model is told about an item that we answered, or None."""
    match item:
        case FunctionCall(output=str() | tuple()):
            return {"type": _OUTPUT, "call_id": _name(item), "output": item.output}
        case McpApprovalRequest(approve=bool()):
            reason = {} if item.approve else {"reason": item.error}
            return {
                "type": "mcp_approval_response",
                "approval_request_id": item.id,
                "approve": item.approve,
                **reason,
            }
        case _:
            return None


def _outputs(items: Iterable[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return outputs by the ids of their calls; some servers reuse an id in each response."""
    found: dict[str, list[dict[str, Any]]] = {}
    for item in items:
        if item.get("type") == _OUTPUT:
            found.setdefault(str(item.get("call_id")), []).append(dict(item))
    return found


def _next(
    brought: Mapping[str, list[dict[str, Any]]] | None, call_id: str
) -> dict[str, Any] | None:
    left = brought.get(call_id) if brought else None
    return left.pop(0) if left else None


def _name(item: FunctionCall) -> str:
    """Return what tells a call from others; some servers give only its `id`."""
    return item.call_id or item.id


def _call(item: FunctionCall) -> dict[str, Any]:
    return {
        "type": "function_call",
        "call_id": _name(item),
        "name": item.name,
        "arguments": item.arguments or "{}",
    }


def _approval(item: McpApprovalRequest) -> dict[str, Any]:
    return {
        "type": "mcp_approval_request",
        "id": item.id,
        "server_label": item.server_label,
        "name": item.name,
        "arguments": item.arguments or "{}",
    }


def _said(text: str) -> dict[str, Any]:
    parts = [{"type": "output_text", "text": text, "annotations": []}]
    return {"type": "message", "role": "assistant", "content": parts}


def _text(item: Message) -> str:
    return "".join(part.text or part.refusal for part in item.content)


def _long(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an assistant's short message in its long form, anything else as it is."""
    content = item.get("content")
    if item.get("role") == "assistant" and isinstance(content, str):
        return _said(content)
    return dict(item)


def settled(head: Record | None, prompt: Prompt) -> Prompt:
    """Return a question with a word on each call of the turn before that gave its value.

    The server's memory ends with such a call; what follows a call without an output is refused.
    """
    owed = head.shaped.owed if head and head.shaped else ()
    brought = calls_answered(prompt)
    words = [
        {"type": _OUTPUT, "call_id": one, "output": "ok"} for one in owed if one not in brought
    ]
    return [*words, *input_of(prompt)] if words else prompt
