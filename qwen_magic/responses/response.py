"""The response object: what one request produced, as far as the server tells.

Fields: Model Studio's "OpenAI responses" reference, "Response".
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

from qwen_magic.responses.endpoint import MCP_OPEN, without_secrets
from qwen_magic.responses.items import Item
from qwen_magic.responses.lenient import integer, number, objects, text
from qwen_magic.responses.parsing import parse_item

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Echo", "ErrorBody", "Response", "Usage", "parse_error", "parse_response", "total"]


_SECRET = frozenset({"headers", "server_headers", "authorization"})


class Usage(Struct, frozen=True, eq=False):
    """What the response cost, in tokens, as the server counts (its field `usage`).

    Attributes:
        input_tokens: What was read, including the conversation so far.
        output_tokens: What was written.
        total_tokens: Both together.
        cached_tokens: How many of the input tokens came from the cache.
        reasoning_tokens: How many of the output tokens were reasoning.
        tools: How often each built-in tool was used, by its name (the field `x_tools`).
        x_details: The same cost in the service's own terms, as on the wire; equality ignores it.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    total_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    tools: dict[str, int] = {}
    x_details: tuple[dict[str, Any], ...] = ()

    @property
    def counts(self) -> dict[str, Any]:
        """All but the details, by name."""
        names = self.__struct_fields__[:-1]
        return {name: getattr(self, name) for name in names}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Usage) and self.counts == other.counts

    def __hash__(self) -> int:
        return hash((self.input_tokens, self.output_tokens, self.total_tokens))


def total(*costs: Usage | None) -> Usage | None:
    """Return what several responses cost together; None if none of them told."""
    told = [cost for cost in costs if cost is not None]
    tools = sum((Counter(cost.tools) for cost in told), Counter())
    numbers = {
        name: sum(getattr(cost, name) for cost in told)
        for name in Usage.__struct_fields__
        if name not in {"tools", "x_details"}
    }
    details = tuple(detail for cost in told for detail in cost.x_details)
    return Usage(**numbers, tools=dict(tools), x_details=details) if told else None


class ErrorBody(Struct, frozen=True):
    """An error in the server's words."""

    message: str = ""
    code: str = ""
    request_id: str = ""


class Echo(Struct, frozen=True):
    """What a response says of its request.

    Attributes:
        created_at: When the server took it, in seconds since the epoch.
        parallel_tool_calls: Whether several calls may be made at once.
        tools: The tools that were offered, as the server understood them; without secrets.
        earlier: The ids of the responses that were continued for the same question.
    """

    created_at: float | None = None
    parallel_tool_calls: bool | None = None
    tools: tuple[dict[str, Any], ...] = ()
    earlier: tuple[str, ...] = ()

    def after(self, response_id: str | None) -> Echo:
        """Return this one, with the id of a response that is about to be continued."""
        return structs.replace(self, earlier=(*self.earlier, *filter(None, (response_id,))))

    def filled(self, older: Echo) -> Echo:
        """Return this one; what it leaves open, an older one says."""
        at = older.created_at if self.created_at is None else self.created_at
        known = self.parallel_tool_calls
        parallel = older.parallel_tool_calls if known is None else known
        return Echo(at, parallel, self.tools or older.tools, older.earlier)


class Response(Struct, frozen=True):
    """A response; `output` is empty until it ends, and `model` may be, too."""

    id: str = ""
    model: str = ""
    status: str = ""
    output: tuple[Item, ...] = ()
    usage: Usage | None = None
    error: ErrorBody | None = None
    incomplete_reason: str = ""
    echo: Echo = Echo()

    @property
    def is_open(self) -> bool:
        """Whether the server still works on it."""
        return self.status in {"queued", "in_progress"} and self.error is None


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
        echo=_echo(fields),
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
        x_details=tuple(objects(found, "x_details")),
    )


def _echo(fields: Mapping[str, Any]) -> Echo:
    parallel = fields.get("parallel_tool_calls")
    return Echo(
        number(fields, "created_at"),
        parallel if isinstance(parallel, bool) else None,
        tuple(map(_open, objects(fields, "tools"))),
    )


def _open(tool: dict[str, Any]) -> dict[str, Any]:
    """Return a tool without what may give access elsewhere."""
    if tool.get("type") != "mcp":
        return {name: value for name, value in tool.items() if name not in _SECRET}
    kept = {name: tool[name] for name in MCP_OPEN if name in tool}
    if isinstance(kept.get("server_url"), str):
        kept["server_url"] = _address(kept["server_url"])
    return kept


def _address(url: str) -> str:
    try:
        return without_secrets(url)
    except ValueError:
        return ""


def _tools(found: Mapping[str, Any]) -> dict[str, int]:
    counts = {
        name: integer(found[name], "count") for name in found if isinstance(found[name], dict)
    }
    return {name: count for name, count in counts.items() if count}


def _object(fields: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = fields.get(key)
    return found if isinstance(found, dict) else {}
