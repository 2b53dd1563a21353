"""A chain as a list of input items, for when its last response cannot be continued by its id (pure).

What is sent: questions with their images, answers in their long form (some servers refuse the
short one), and calls of our functions with what these returned. Reasoning is left out. So are
calls of built-in tools: the reference names no input item for them, and what they found stands in
the answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from qwen_magic.responses.items import FunctionCall, Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from qwen_magic.conversation.records import Record
    from qwen_magic.responses.items import Item

__all__ = ["LIFETIME", "Server", "input_items", "rebuild_reason"]

LIFETIME = 7 * 24 * 3600.0
"""For how many seconds a response can be continued (reference, `previous_response_id`)."""

_OUTPUT = "function_call_output"


class Server(Struct, frozen=True):
    """Where a question is about to go.

    Attributes:
        account: Stands for the key; see `ChainStore.account`.
        continues: Whether the server is known, or not known not, to continue a response by its id.
        lifetime: For how many seconds.
    """

    base_url: str
    account: str = ""
    continues: bool = True
    lifetime: float = LIFETIME


def rebuild_reason(head: Record | None, server: Server, now: float) -> str:
    """Return why the turn before cannot be continued by its id, in a few words; empty if it can."""
    if head is None:
        return ""
    reasons = {
        "this server does not continue responses": not server.continues,
        "the turn before has no id": not head.response_id,
        "the turn before was answered by another server": head.base_url != server.base_url,
        "the turn before was asked with another key": head.account != server.account,
        "the turn before is more than 7 days old": now - (head.ended or head.begun)
        >= server.lifetime,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def input_items(records: Iterable[Record]) -> list[dict[str, Any]]:
    """Return the turns of a path as input items; the new question goes behind them."""
    return [item for record in records for item in _turn(record)]


def _turn(record: Record) -> list[dict[str, Any]]:
    returned: dict[str, list[dict[str, Any]]] = {}  # some servers use an id again in each response
    for item in record.input:
        if item.get("type") == _OUTPUT:
            returned.setdefault(str(item.get("call_id")), []).append(item)
    asked = [_long(item) for item in record.input if item.get("type") != _OUTPUT]
    return [*asked, *_answer(record.output, returned)]


def _answer(
    output: Sequence[Item], returned: Mapping[str, list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """Return what the model said and called; calls made together come before what they returned.

    A call without an output is left out: servers refuse it.
    """
    found: list[dict[str, Any]] = []
    waiting: list[dict[str, Any]] = []
    for item in output:
        match item:
            case FunctionCall() if returned.get(item.call_id):
                found.append(_call(item))
                waiting.append(returned[item.call_id].pop(0))
            case Message() if text := _text(item):
                found += [*waiting, _said(text)]
                waiting = []
            case Message() | FunctionCall():
                pass
            case _:  # thoughts and built-in tools come between one request and the next
                found += waiting
                waiting = []
    return [*found, *waiting]


def _call(item: FunctionCall) -> dict[str, Any]:
    return {
        "type": "function_call",
        "call_id": item.call_id,
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
