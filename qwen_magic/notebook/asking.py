"""A Cell and the notebook's variables → what to ask, and how (pure)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.question import Asking, as_input
from qwen_magic.errors import CellError
from qwen_magic.responses.nearest import suggestion
from qwen_magic.responses.request import BUILT_IN_TOOLS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qwen_magic.conversation.question import Prompt
    from qwen_magic.notebook.cell import Cell

__all__ = ["asking_of", "prompt_for", "tools_named"]

_FIELDS = (
    "system",
    "new",
    "conversation",
    "tool_choice",
    "temperature",
    "top_p",
    "max_output_tokens",
    "thinking",
)


def prompt_for(cell: Cell, namespace: Mapping[str, object]) -> tuple[Prompt, tuple[str, ...]]:
    """Return what to send, and a line for each thing that was put into it.

    Raises:
        CellError: A variable is missing or cannot be sent.
    """
    name = cell.options.get("messages")
    if name is None:
        if cell.options.get("raw"):
            return cell.text, ()
        from qwen_magic.notebook.values import fill

        filled = fill(cell.text, namespace)
        return as_input(filled.text, [image.url for image in filled.images]), filled.notes
    if cell.text.strip():
        raise CellError("--messages takes the place of the text", hint="leave one of them out")
    if name not in namespace:
        raise CellError(
            f"--messages {name!r} is no variable",
            hint='messages = [{"role": "user", "content": "…"}]',
        )
    messages: Any = namespace[name]
    return messages, ()


def asking_of(options: Mapping[str, Any]) -> Asking:
    """Return how a cell's options say to ask."""
    given = {name: options[name] for name in _FIELDS if name in options}
    return Asking(**given, stream=not options.get("no_stream", False))


def tools_named(
    names: Sequence[str], namespace: Mapping[str, object]
) -> tuple[str | Mapping[str, Any], ...]:
    """Return the tools: built-in ones by name, others as the objects that variables hold.

    Raises:
        CellError: A name is no tool.
    """
    return tuple(name if name in BUILT_IN_TOOLS else _tool(name, namespace) for name in names)


def _tool(name: str, namespace: Mapping[str, object]) -> Mapping[str, Any]:
    found = namespace.get(name)
    if isinstance(found, str):
        try:
            found = json.loads(found)
        except ValueError:
            found = None
    if isinstance(found, dict) and isinstance(found.get("type"), str):
        return found
    if callable(found):
        raise CellError(
            f"tool {name!r} is a Python function, which cannot be called yet",
            hint=f"built-in tools: {', '.join(BUILT_IN_TOOLS)}",
        )
    raise CellError(
        f"unknown tool {name!r}",
        hint=f"{suggestion(name, BUILT_IN_TOOLS)}; or a variable with an MCP server's object",
    )
