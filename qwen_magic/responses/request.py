"""What to send, and what is refused before sending (pure).

Fields and ranges: Model Studio's "OpenAI responses" reference, Body. Only what the user set is
sent, so that the server's own defaults hold.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qwen_magic.errors import RequestError
from qwen_magic.models import CACHING_MODELS, MODELS, caches, is_vendors
from qwen_magic.responses.lenient import clean
from qwen_magic.responses.limits import check_limits
from qwen_magic.responses.nearest import known_or_new, one_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "BUILT_IN_TOOLS",
    "EFFORTS",
    "TOOL_CHOICES",
    "Request",
    "body",
    "check",
    "content",
    "doubts",
    "headers",
]

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
TOOL_CHOICES = ("auto", "none", "required")
BUILT_IN_TOOLS = (
    "web_search",
    "web_extractor",
    "code_interpreter",
    "web_search_image",
    "image_search",
    "file_search",
)
LEAST_OUTPUT_TOKENS = 16


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        input: The question, or a list of messages and other input items.
        instructions: What the chain's system message says; the API forgets it after each turn.
        background: Whether to answer at once and let the server work on; it is fetched later.
        text_format: The form that the text must have, for servers that heed it.
        extra: Fields that only the server at hand understands.
        session_cache: True and False send the header, None leaves it out.
    """

    model: str
    input: str | Sequence[Mapping[str, Any]]
    instructions: str = ""
    previous_response_id: str | None = None
    conversation: str | None = None
    stream: bool = True
    background: bool = False
    tools: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)  # may hold secrets
    tool_choice: str | Mapping[str, Any] | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_output_tokens: int | None = None
    effort: str | None = None
    enable_thinking: bool | None = None
    session_cache: bool | None = None
    text_format: Mapping[str, Any] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


def body(request: Request) -> dict[str, Any]:
    """Return the request's JSON object."""
    found = {
        "model": request.model,
        "input": _wire_input(request.input),
        "instructions": request.instructions or None,
        "previous_response_id": request.previous_response_id,
        "conversation": request.conversation,
        "stream": request.stream and not request.background,
        "background": request.background or None,
        "tools": list(request.tools) or None,
        "tool_choice": request.tool_choice,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "max_output_tokens": request.max_output_tokens,
        "reasoning": {"effort": request.effort} if request.effort else None,
        "enable_thinking": request.enable_thinking,
        "text": {"format": request.text_format} if request.text_format else None,
        **request.extra,
    }
    return {name: value for name, value in found.items() if value is not None}


def content(request: Request) -> bytes:
    """Return the body as it is sent; halves of a character become U+FFFD.

    Raises:
        RequestError: It holds a value that JSON has no form for.
    """
    try:
        written = json.dumps(
            body(request), ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )
    except (TypeError, ValueError, RecursionError) as exc:
        raise RequestError(
            f"the request cannot be sent as JSON: {exc}",
            hint="texts, finite numbers, lists and dicts with text keys can be sent",
        ) from exc
    return clean(written).encode()


def headers(request: Request) -> dict[str, str]:
    """Return the headers that belong to the request alone."""
    if request.session_cache is None:
        return {}
    return {"x-dashscope-session-cache": "enable" if request.session_cache else "disable"}


def check(request: Request, *, vendor: bool = True) -> None:
    """Refuse what the API would refuse late, unclearly, or not at all.

    Args:
        request: What is about to be sent.
        vendor: Whether Model Studio's own limits hold where it goes.

    Raises:
        RequestError: Names the value, and what is allowed.
    """
    if not request.model.strip():
        raise RequestError("no model is named", hint=f"for example -m {MODELS[0]}")
    if request.effort is not None:
        known_or_new("effort", request.effort, EFFORTS)
    _check_ranges(request)
    _check_cache(request)
    _check_tools(request)
    if vendor:
        check_limits(request.model, request.tools)
    if request.previous_response_id and request.conversation:
        raise RequestError(
            f"conversation {request.conversation!r} cannot continue a chain",
            hint="--conversation takes the chain's place; add --new or leave one of them out",
        )
    if request.effort and request.enable_thinking is not None:
        raise RequestError(
            "--effort and --thinking exclude each other", hint="-e none turns thinking off"
        )


def doubts(request: Request) -> tuple[str, ...]:
    """Return a line for each value that is sent though it is not known here; mostly none."""
    found = list[str]()
    if request.effort and request.effort not in EFFORTS:
        found.append(f"Effort {request.effort!r} is not known here; it is sent as it is")
    if request.session_cache and is_vendors(request.model) and caches(request.model) is None:
        found.append(
            f"Whether {request.model} has a session cache is not known here; it is asked for"
        )
    return tuple(found)


def _check_ranges(request: Request) -> None:
    temperature, top_p, tokens = request.temperature, request.top_p, request.max_output_tokens
    if temperature is not None and not 0 <= temperature < 2:  # noqa: PLR2004 - the API's range
        raise RequestError(
            f"temperature {temperature!r} is out of range", hint="0 ≤ temperature < 2"
        )
    if top_p is not None and not 0 < top_p <= 1:
        raise RequestError(f"top_p {top_p!r} is out of range", hint="0 < top_p ≤ 1")
    if tokens is not None and tokens < LEAST_OUTPUT_TOKENS:
        raise RequestError(
            f"max_output_tokens {tokens!r} is too small", hint=f"at least {LEAST_OUTPUT_TOKENS}"
        )


def _check_cache(request: Request) -> None:
    """Refuse the session cache for a model without it; we know nothing about newer models."""
    if request.session_cache and caches(request.model) is False:
        raise RequestError(
            f"model {request.model!r} has no session cache",
            hint=f"leave --cache on out, or ask one of {', '.join(CACHING_MODELS)}",
        )


def _check_tools(request: Request) -> None:
    types = [str(tool.get("type")) for tool in request.tools]
    if "web_extractor" in types and "web_search" not in types:
        raise RequestError(
            "web_extractor needs web_search beside it", hint="-t web_search,web_extractor"
        )
    if request.effort == "none" or request.enable_thinking is False:
        for name in ("web_extractor", "code_interpreter"):
            if name in types:
                raise RequestError(
                    f"{name} needs thinking", hint="leave -e none out, or say -e low"
                )
    for tool in request.tools:
        if tool.get("type") == "function" and tool.get("name") in BUILT_IN_TOOLS:
            raise RequestError(
                f"a function named {tool['name']!r} is taken for the built-in tool",
                hint="give the function another name",
            )
    if request.tool_choice == "required" and len(types) != 1:
        raise RequestError(
            f"tool_choice 'required' needs exactly one tool, not {len(types)}",
            hint="offer one tool, or say --tool-choice auto",
        )
    if isinstance(request.tool_choice, str):
        one_of("tool_choice", request.tool_choice, TOOL_CHOICES)


def _wire_input(given: str | Sequence[Mapping[str, Any]]) -> str | list[Mapping[str, Any]]:
    return given if isinstance(given, str) else [_wire_message(message) for message in given]


def _wire_message(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an assistant's short message in its long form: some servers refuse the short one."""
    content = message.get("content")
    if message.get("role") != "assistant" or not isinstance(content, str):
        return message
    parts = [{"type": "output_text", "text": content, "annotations": []}]
    return {"type": "message", **message, "content": parts}
