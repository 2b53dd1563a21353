"""A question with everything that decides how it is asked, and the request it becomes (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

from qwen_magic.errors import RequestError
from qwen_magic.responses.nearest import suggestion
from qwen_magic.responses.request import TOOL_CHOICES, Request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qwen_magic.conversation.chains.placement import Asked
    from qwen_magic.conversation.turn.records import Prompt
    from qwen_magic.settings import Offer, Settings

__all__ = ["Asking", "How", "HowAndWhere", "as_input", "prompt_of", "request_for", "tool_choice"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How one question is asked; None leaves the choice to the settings or the server.

        session.ask("Name a colour.", asking=Asking(temperature=1.5, new=True))

    Attributes:
        system: The system message, kept for the turns that follow in the chain.
        new: Whether to start the chain afresh.
        conversation: The server's conversation to join instead of the chain.
        tool_choice: What it may or must call: `auto`, `none`, `required`, names of tools separated
            by commas, or the object that the API takes.
        temperature: How varied the answer is: from 0 to below 2.
        top_p: How large a share of the likely words is considered: above 0, up to 1.
        max_output_tokens: After how many tokens the answer is cut; at least 16.
        thinking: Whether to think; the effort sets how hard.
        stream: Whether the answer arrives while it is written.
        background: Whether to return at once and let the server work on, where it can;
            `Session.refresh` fetches the answer.
        schema: What the answer's value is to look like: a type, a JSON schema or a short form.
        schema_retries: How often the model may correct a value that does not fit.
        over: Whether to ask also if the day's budget does not last.
    """

    system: str | None = None
    new: bool = False
    conversation: str | None = None
    tool_choice: str | Mapping[str, Any] | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_output_tokens: int | None = None
    thinking: bool | None = None
    stream: bool = True
    background: bool = False
    schema: Any = None
    schema_retries: int = 2
    over: bool = False


class How(TypedDict, total=False):
    """The other arguments of `Session.ask`, for type checkers."""

    tools: Sequence[Offer] | None
    asking: Asking | None


class HowAndWhere(How, total=False):
    """The other arguments of `Session.stream`, for type checkers."""

    asked: Asked | None


def as_input(text: str, images: Sequence[str]) -> Prompt:
    """Return a question with images, which are data URLs, as the API takes it."""
    if not images:
        return text
    parts = [{"type": "input_image", "image_url": url} for url in images]
    return [{"role": "user", "content": [{"type": "input_text", "text": text}, *parts]}]


def prompt_of(prompt: Prompt) -> str:
    """Return the question's text; for a list of messages, the last one's.

    Raises:
        RequestError: It is empty, or is no list of messages.
    """
    if isinstance(prompt, str):
        text = prompt
    elif _are_messages(prompt):
        text = _text(prompt[-1])
    else:
        raise RequestError(
            f"{_kind(prompt)} is no list of messages",
            hint='it looks like [{"role": "user", "content": "…"}]',
        )
    if not text.strip() and isinstance(prompt, str):
        raise RequestError("the question is empty", hint="write it below %%qwen, or after %qwen")
    return text


def _kind(prompt: object) -> str:
    """Return in words what was given in the place of messages."""
    if not isinstance(prompt, list | tuple):
        return type(prompt).__name__
    return "a list of other things" if prompt else "an empty list"


def tool_choice(
    choice: str | Mapping[str, Any] | None, tools: Sequence[Mapping[str, Any]]
) -> str | Mapping[str, Any] | None:
    """Return the choice as the API takes it; names become the object that allows those tools.

    Raises:
        RequestError: No tool is named, or one that is not among those offered.
    """
    if not isinstance(choice, str) or choice in TOOL_CHOICES:
        return choice
    names = [name.strip() for name in choice.split(",") if name.strip()]
    known = list(dict.fromkeys(found for tool in tools for found in _names(tool)))
    if not names:
        raise RequestError(
            f"tool_choice {choice!r} names no tool", hint=suggestion("", [*TOOL_CHOICES, *known])
        )
    for name in names:
        if name not in known:
            raise RequestError(
                f"tool_choice {name!r} is not among the tools",
                hint=suggestion(name, [*TOOL_CHOICES, *known]),
            )
    allowed = [_reference(tool) for tool in tools if {*names} & {*_names(tool)}]
    mode = "required" if len(allowed) == 1 else "auto"
    return {"type": "allowed_tools", "mode": mode, "tools": allowed}


def request_for(  # noqa: PLR0913 - each by its name
    prompt: Prompt,
    asking: Asking,
    settings: Settings,
    *,
    offered: tuple[Mapping[str, Any], ...],
    system: str,
    previous_response_id: str | None,
) -> Request:
    """Return the request for a question.

    Raises:
        RequestError: A value is not allowed.
    """
    cache = settings.session_cache
    return Request(
        model=settings.model,
        input=prompt,
        instructions=system,
        previous_response_id=previous_response_id,
        conversation=asking.conversation,
        stream=asking.stream,
        background=asking.background,
        tools=offered,
        tool_choice=tool_choice(asking.tool_choice, offered),
        temperature=asking.temperature,
        top_p=asking.top_p,
        max_output_tokens=asking.max_output_tokens,
        effort=settings.effort or None,
        enable_thinking=asking.thinking,
        session_cache=cache == "on" if cache else None,
    )


def _are_messages(prompt: object) -> bool:
    return (
        isinstance(prompt, list | tuple)
        and bool(prompt)
        and all(isinstance(message, dict) for message in prompt)
    )


def _text(message: Mapping[str, Any]) -> str:
    content = message.get("content", "")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list | tuple) else ()
    return " ".join(str(part.get("text", "")) for part in parts if isinstance(part, dict)).strip()


def _names(tool: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a tool may be called: a function by its name, an MCP server by its label."""
    if tool.get("type") == "mcp":
        return (str(tool.get("server_label")), "mcp")
    return (str(tool.get("name") or tool.get("type")),)


def _reference(tool: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tool[name] for name in ("type", "name", "server_label") if name in tool}
