"""A request as a server on this computer understands it, or why it cannot be sent there (pure).

llama.cpp takes a JSON schema in a field of its own and holds the answer to it by a grammar; it
ignores `text.format` and `tool_choice`. Whether to think it reads in `chat_template_kwargs`, as do
vLLM and SGLang, to which an effort of `minimal` is thinking. Ollama holds the answer to
`text.format`, and ignores `tool_choice`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qwen_magic.responses.endpoint import Serving
    from qwen_magic.responses.request import Request
    from qwen_magic.responses.response import Usage

__all__ = ["is_cut", "suited"]

_MOST_TOKENS = 4096
_UNTHINKING = frozenset({"none", "minimal"})
_TEMPLATED = frozenset({"vLLM", "SGLang"})


def suited(request: Request, serving: Serving | None) -> Request:
    """Return the request as the server takes it; other servers take it as it is.

    Raises:
        RequestError: It asks for something that no model on this computer can do.
    """
    if serving is None:
        return request
    _refuse(request, serving)
    form, choice = _form(request), request.tool_choice
    if not serving.forces_calls and (forced := _forced(request)):
        form, choice = _call_schema(forced), None
    most = request.max_output_tokens or (_cap(serving) if serving.is_llama else None)
    changed = replace(request, tool_choice=choice, max_output_tokens=most, session_cache=None)
    if serving.is_llama:
        form_there = {} if form is None else {"json_schema": form}
        return replace(changed, text_format=None, extra=form_there | _thinking(request))
    if serving.server in _TEMPLATED:
        changed = replace(changed, extra=_thinking(request))
    if form is not None and form is not _form(request):
        return replace(changed, text_format={"type": "json_schema", "name": "call", "schema": form})
    return changed


def is_cut(request: Request, used: Usage, serving: Serving | None) -> bool:
    """Return whether an answer was cut at a limit, which llama.cpp does not tell."""
    if serving is None or not serving.is_llama:
        return False
    most = request.max_output_tokens
    is_full = 0 < serving.context <= used.total_tokens
    return is_full or (most is not None and used.output_tokens >= most)


def _refuse(request: Request, serving: Serving) -> None:
    for tool in request.tools:
        if (kind := tool.get("type")) != "function":
            raise RequestError(
                f"{_called(str(kind))} runs at Model Studio, not with a model on this computer",
                hint="leave it out, or offer a function of your own with -t",
            )
    if request.background or request.conversation:
        what = "works in the background" if request.background else "keeps conversations"
        raise RequestError(
            f"no server on this computer {what}", hint="leave --background and --conversation out"
        )
    if request.session_cache:
        raise RequestError(
            "a model on this computer has no session cache",
            hint="it reads only what is new, anyway",
        )
    if serving.images is False and _has_image(request.input):
        raise RequestError(
            f"{serving.model} does not see images", hint="-m picks a model that does: %qwen --local"
        )


def _called(kind: str) -> str:
    return "an MCP server" if kind == "mcp" else kind


def _cap(serving: Serving) -> int:
    """Return where an answer ends that would run on for ever."""
    return min(_MOST_TOKENS, serving.context // 2 or _MOST_TOKENS)


def _form(request: Request) -> Mapping[str, Any] | None:
    return request.text_format.get("schema") if request.text_format else None


def _thinking(request: Request) -> dict[str, Any]:
    """Return the field that tells a chat template whether to think, if the reader does."""
    thinks = request.enable_thinking
    if request.effort:
        thinks = request.effort not in _UNTHINKING
    return {} if thinks is None else {"chat_template_kwargs": {"enable_thinking": thinks}}


def _forced(request: Request) -> list[Mapping[str, Any]]:
    """Return the functions of which one must be called; none if the model may do without."""
    choice = request.tool_choice
    if choice == "required":
        return [*request.tools]
    if not isinstance(choice, dict):
        return []
    named = choice.get("tools") if choice.get("mode") == "required" else [choice]
    names = {tool.get("name") for tool in named or ()}
    return [tool for tool in request.tools if tool.get("name") in names]


def _call_schema(tools: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the schema of a call, as a model writes it."""
    calls = [
        {
            "type": "object",
            "properties": {
                "name": {"const": tool.get("name")},
                "arguments": tool.get("parameters"),
            },
            "required": ["name", "arguments"],
            "additionalProperties": False,
        }
        for tool in tools
    ]
    return calls[0] if len(calls) == 1 else {"anyOf": calls}


def _has_image(given: str | Sequence[Mapping[str, Any]]) -> bool:
    if isinstance(given, str):
        return False
    parts = (item.get("content", item.get("output")) for item in given)
    return any(
        part.get("type") == "input_image"
        for several in parts
        if isinstance(several, list | tuple)
        for part in several
        if isinstance(part, dict)
    )
