"""All that the script may know of one request: the conversation and the tools on offer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qwen_magic.demo.wire.items import Item, text_of
from qwen_magic.demo.wire.refusals import effort_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Answer", "Scene", "scene_of"]

LONG = 500  # characters; a longer question brings a text with it

_LAST_PARAGRAPH = re.compile(r"(?:.*\n\s*\n)?(.+)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the script says, and what it thinks first."""

    text: str
    thought: str
    annotations: Sequence[Item] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """One request and everything that was said before it.

    Attributes:
        context: The whole conversation, oldest item first, without the instructions.
        tools: The tools that may be called now.
        forced: One of the tools must be called.
        instructions: The instructions of this request alone.
        effort: How hard to think; `none` is not at all.
    """

    context: tuple[Item, ...]
    tools: tuple[Item, ...] = ()
    forced: bool = False
    instructions: str = ""
    effort: str = "medium"

    @property
    def said(self) -> list[Item]:
        """Every message of the user, oldest first."""
        return [item for item in self.context if item.get("role") == "user"]

    @property
    def question(self) -> str:
        """The last message of the user."""
        return text_of(self.said[-1].get("content")).strip() if self.said else ""

    @property
    def topic(self) -> str:
        """What is asked: the question, or its last paragraph if a long text comes before it."""
        if len(self.question) < LONG:
            return self.question
        found = _LAST_PARAGRAPH.match(self.question)
        return found[1] if found else ""

    @property
    def earlier(self) -> list[str]:
        """What the user said before the question."""
        return [text_of(item.get("content")).strip() for item in self.said[:-1]]

    @property
    def since(self) -> tuple[Item, ...]:
        """The items after the question: calls already made, and their outputs."""
        places = [place for place, item in enumerate(self.context) if item.get("role") == "user"]
        return self.context[places[-1] + 1 :] if places else self.context

    @property
    def images(self) -> list[str]:
        """The addresses of the images in the question."""
        content = self.said[-1].get("content") if self.said else None
        parts = content if isinstance(content, list) else []
        return [part.get("image_url") or "" for part in parts if part.get("type") == "input_image"]


def scene_of(body: Mapping[str, Any], context: Sequence[Item]) -> Scene:
    """Return what the script sees of a checked request."""
    tools, forced = _offer(body.get("tools") or [], body.get("tool_choice") or "auto")
    instructions = body.get("instructions") or ""
    return Scene(tuple(context), tools, forced, instructions, effort_of(body))


def _offer(tools: Sequence[Item], choice: str | Mapping[str, Any]) -> tuple[tuple[Item, ...], bool]:
    """Return the tools that may be called, and whether one of them must be."""
    match choice:
        case "none":
            return (), False
        case str():
            return tuple(tools), choice == "required"
        case {"type": "allowed_tools"}:
            allowed, forced = choice.get("tools") or [], choice.get("mode") == "required"
        case _:
            allowed, forced = [choice], True
    return tuple(
        tool for tool in tools if any(want.items() <= tool.items() for want in allowed)
    ), forced
