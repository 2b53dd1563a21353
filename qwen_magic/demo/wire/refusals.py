"""Requests that the server does not take, and the words of its refusals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qwen_magic.demo.wire.items import BUILT_IN, Item
from qwen_magic.models import MODELS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

__all__ = ["Refusal", "check", "effort_of"]

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
CHOICES = ("auto", "none", "required")
PARTS = {
    "user": ("input_text", "input_image", "input_file"),
    "system": ("input_text",),
    "developer": ("input_text",),
    "assistant": ("output_text", "refusal"),
}
NEEDED = {
    "function_call": ("call_id", "name", "arguments"),
    "function_call_output": ("call_id",),
    "item_reference": ("id",),
    "mcp_list_tools": ("server_label",),
    "mcp_approval_request": ("id", "server_label", "name", "arguments"),
    "mcp_approval_response": ("approval_request_id",),
}
LEAST_OUTPUT = 16
MOST_TEMPERATURE = 2


@dataclass(eq=False)
class Refusal(Exception):  # noqa: N818 - an answer of the server, not a fault of ours
    """A refused request, as status, code and message.

    Attributes:
        enveloped: The body has the shape `{"error": {...}}` of the gateway, not the flat one.
    """

    message: str
    code: str = "InvalidParameter"
    status: int = 400
    headers: Mapping[str, str] = field(default_factory=dict)
    enveloped: bool = False

    def body(self, request_id: str) -> dict[str, Any]:
        """Return the JSON body in the vendor's shape."""
        if not self.enveloped:
            return {"request_id": request_id, "code": self.code, "message": self.message}
        error = {"message": self.message, "type": "invalid_request_error", "code": self.code}
        return {"error": error, "request_id": request_id}


def effort_of(body: Mapping[str, Any]) -> str:
    """Return how hard to think; `reasoning.effort` wins over `enable_thinking`."""
    effort = (body.get("reasoning") or {}).get("effort")
    return effort or ("none" if body.get("enable_thinking") is False else "medium")


def check(body: Mapping[str, Any], models: Collection[str] = MODELS) -> None:
    """Raise the first thing that is wrong with a request, judged on its own.

    Raises:
        Refusal: The request is malformed, or it runs into a limit of the API.
    """
    model = body.get("model")
    if isinstance(model, str) and model and model not in models:
        raise Refusal(f"The model {model!r} does not exist.", "model_not_found", 404)
    for inspect in CHECKS:
        for complaint in inspect(body):
            raise Refusal(complaint)


def _fields(body: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(body.get("model"), str) or not body["model"]:
        yield "Required parameter 'model' is missing."
    if not isinstance(body.get("input"), str | list) or not body["input"]:
        yield "'input' must be a string or a list of items, and not empty."
    if body.get("conversation") and body.get("previous_response_id"):
        yield "'conversation' and 'previous_response_id' cannot be used together."
    if not isinstance(body.get("reasoning") or {}, dict):
        yield "'reasoning' must be an object."
    for name in ("instructions", "previous_response_id"):
        if not isinstance(body.get(name) or "", str):
            yield f"'{name}' must be a string."
    if not isinstance(body.get("stream") or False, bool):
        yield "'stream' must be a boolean."


def _numbers(body: Mapping[str, Any]) -> Iterator[str]:
    temperature, top_p = body.get("temperature"), body.get("top_p")
    if temperature is not None and not (_real(temperature) and 0 <= temperature < MOST_TEMPERATURE):
        yield f"'temperature' must be in [0, 2), got {temperature!r}."
    if top_p is not None and not (_real(top_p) and 0 < top_p <= 1):
        yield f"'top_p' must be in (0, 1], got {top_p!r}."
    limit = body.get("max_output_tokens")
    if limit is not None and not (isinstance(limit, int) and limit >= LEAST_OUTPUT):
        yield f"'max_output_tokens' must be an integer of at least {LEAST_OUTPUT}, got {limit!r}."
    if (effort := effort_of(body)) not in EFFORTS:
        yield f"'reasoning.effort' must be one of {', '.join(EFFORTS)}, got {effort!r}."


def _real(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _input(body: Mapping[str, Any]) -> Iterator[str]:
    for index, item in enumerate(body["input"] if isinstance(body["input"], list) else ()):
        where = f"input[{index}]"
        if not isinstance(item, dict):
            yield f"'{where}' must be an object."
        elif "role" in item or item.get("type") == "message":
            yield from _message(where, item)
        elif not isinstance(item.get("type"), str):
            yield f"'{where}' has neither 'role' nor 'type'."
        for key in NEEDED.get(str(item.get("type")), ()) if isinstance(item, dict) else ():
            if not isinstance(item.get(key), str):
                yield f"'{where}.{key}' must be a string."


def _message(where: str, item: Item) -> Iterator[str]:
    role, content = item.get("role"), item.get("content")
    if not isinstance(role, str) or role not in PARTS:
        yield f"'{where}.role' must be one of {', '.join(PARTS)}, got {role!r}."
    elif isinstance(content, list):
        for part in content:
            kind = part.get("type") if isinstance(part, dict) else None
            if kind not in PARTS[role]:
                yield f"'{where}.content' of role {role!r} cannot hold a part of type {kind!r}."
    elif not isinstance(content, str):
        yield f"'{where}.content' must be a string or a list of parts."


def _tools(body: Mapping[str, Any]) -> Iterator[str]:
    tools = body.get("tools") or []
    if not isinstance(tools, list) or not all(isinstance(tool, dict) for tool in tools):
        yield "'tools' must be a list of objects."
    for index, tool in enumerate(tools):
        yield from _tool(f"tools[{index}]", tool)
    kinds = {tool.get("type") for tool in tools}
    if "web_extractor" in kinds and "web_search" not in kinds:
        yield "The tool 'web_extractor' can only be used together with 'web_search'."
    if effort_of(body) == "none" and (needy := kinds & {"web_extractor", "code_interpreter"}):
        yield f"The tool {min(needy)!r} can only be used in thinking mode."


def _tool(where: str, tool: Item) -> Iterator[str]:
    kind, name = tool.get("type"), tool.get("name")
    if kind not in (*BUILT_IN, "function", "mcp"):
        yield f"'{where}.type' {kind!r} is not supported."
    elif kind == "mcp" and not tool.get("server_label"):
        yield f"'{where}.server_label' is missing."
    elif kind == "function":
        if not isinstance(name, str) or not name:
            yield f"'{where}.name' is missing."
        if name in BUILT_IN:
            yield f"'{where}.name' {name!r} is the name of a built-in tool."
        if not isinstance(tool.get("parameters") or {}, dict):
            yield f"'{where}.parameters' must be a JSON schema."


def _choice(body: Mapping[str, Any]) -> Iterator[str]:
    choice, tools = body.get("tool_choice") or "auto", body.get("tools") or []
    if isinstance(choice, dict):
        wanted = choice.get("tools") if choice.get("type") == "allowed_tools" else [choice]
        if not isinstance(wanted, list) or not all(isinstance(want, dict) for want in wanted):
            yield "'tool_choice.tools' must be a list of objects."
        for want in wanted or ():
            if not any(want.items() <= tool.items() for tool in tools):
                yield f"'tool_choice' names {want.get('name') or want.get('type')!r}, which is not among 'tools'."
    elif choice not in CHOICES:
        yield f"'tool_choice' must be one of {', '.join(CHOICES)} or an object, got {choice!r}."
    elif choice == "required" and len(tools) != 1:
        yield "'tool_choice' can only be 'required' with a single tool."


CHECKS: tuple[Callable[[Mapping[str, Any]], Iterator[str]], ...] = (
    _fields,
    _numbers,
    _input,
    _tools,
    _choice,
)
