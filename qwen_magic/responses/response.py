"""The response object: what one request produced, as far as the server tells.

Fields: Model Studio's "OpenAI responses" reference, "Response".
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from qwen_magic.responses.items import Item
from qwen_magic.responses.lenient import integer, objects, text
from qwen_magic.responses.parsing import parse_item

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ErrorBody", "Response", "Usage", "parse_error", "parse_response", "total"]


class Usage(Struct, frozen=True):
    """What the response cost, in tokens, as the server counts (its field `usage`).

    Attributes:
        input_tokens: What was read, including the conversation so far.
        output_tokens: What was written.
        total_tokens: Both together.
        cached_tokens: How many of the input tokens came from the cache.
        reasoning_tokens: How many of the output tokens were reasoning.
        tools: How often each built-in tool was used, by its name (the field `x_tools`).
    """

    input_tokens: int = 0
    output_tokens: int = 0
    total_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    tools: dict[str, int] = {}


def total(*costs: Usage | None) -> Usage | None:
    """Return what several responses cost together; None if none of them told."""
    told = [cost for cost in costs if cost is not None]
    tools = sum((Counter(cost.tools) for cost in told), Counter())
    numbers = {
        name: sum(getattr(cost, name) for cost in told)
        for name in Usage.__struct_fields__
        if name != "tools"
    }
    return Usage(**numbers, tools=dict(tools)) if told else None


class ErrorBody(Struct, frozen=True):
    """An error in the server's words."""

    message: str = ""
    code: str = ""
    request_id: str = ""


class Response(Struct, frozen=True):
    """A response; `output` is empty until it ends, and `model` may be, too."""

    id: str = ""
    model: str = ""
    status: str = ""
    output: tuple[Item, ...] = ()
    usage: Usage | None = None
    error: ErrorBody | None = None
    incomplete_reason: str = ""


def parse_response(fields: Mapping[str, Any]) -> Response:
    """Read a response from its JSON object."""
    return Response(
        id=text(fields, "id"),
        model=text(fields, "model"),
        status=text(fields, "status"),
        output=tuple(parse_item(item) for item in objects(fields, "output")),
        usage=_usage(fields.get("usage")),
        error=parse_error(fields) if fields.get("error") else None,
        incomplete_reason=text(_object(fields, "incomplete_details"), "reason"),
    )


def parse_error(fields: Mapping[str, Any]) -> ErrorBody | None:
    """Read an error body in any of its shapes, or return None if there is none.

    The shapes: flat (`code`, `message`), an envelope (`error`), and `detail`.
    """
    found = fields.get("error") or fields.get("detail") or fields
    request_id = text(fields, "request_id")
    if isinstance(found, str):
        return ErrorBody(found, text(fields, "code"), request_id)
    if isinstance(found, list):
        return ErrorBody(text({"detail": found}, "detail"), "", request_id)
    if not isinstance(found, dict) or not (found.get("message") or found.get("code")):
        return None
    code = text(found, "code") or text(found, "type")
    return ErrorBody(text(found, "message"), code, request_id)


def _usage(found: object) -> Usage | None:
    if not isinstance(found, dict):
        return None
    return Usage(
        input_tokens=integer(found, "input_tokens") or 0,
        output_tokens=integer(found, "output_tokens") or 0,
        total_tokens=integer(found, "total_tokens") or 0,
        cached_tokens=integer(_object(found, "input_tokens_details"), "cached_tokens") or 0,
        reasoning_tokens=integer(_object(found, "output_tokens_details"), "reasoning_tokens") or 0,
        tools=_tools(_object(found, "x_tools")),
    )


def _tools(found: Mapping[str, Any]) -> dict[str, int]:
    counts = {
        name: integer(found[name], "count") for name in found if isinstance(found[name], dict)
    }
    return {name: count for name, count in counts.items() if count}


def _object(fields: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = fields.get(key)
    return found if isinstance(found, dict) else {}
