"""A Cell and the notebook's variables → what to ask, and how (pure)."""

from __future__ import annotations

import json
from contextlib import suppress
from types import FunctionType
from typing import TYPE_CHECKING, Any

from qwen_magic.errors import CellError
from qwen_magic.responses.nearest import suggestion
from qwen_magic.responses.request import BUILT_IN_TOOLS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qwen_magic.conversation.planning.question import Asking
    from qwen_magic.conversation.turn.records import Prompt
    from qwen_magic.notebook.magics.cell import Cell
    from qwen_magic.settings import Offer

__all__ = ["asking_of", "prompt_for", "tools_named"]

_TAKES = f"functions, {', '.join(BUILT_IN_TOOLS)}; --mcp takes MCP servers"
_FIELDS = (
    "system",
    "new",
    "conversation",
    "tool_choice",
    "temperature",
    "top_p",
    "max_output_tokens",
    "thinking",
    "background",
    "schema_retries",
    "over",
)


def prompt_for(cell: Cell, namespace: Mapping[str, object]) -> tuple[Prompt, tuple[str, ...]]:
    """Return what to send, and a line for each value that was put into it.

    Raises:
        CellError: A variable is missing or cannot be sent.
    """
    name = cell.options.get("messages")
    if name is None:
        if cell.options.get("raw"):
            return cell.text, ()
        from qwen_magic.conversation.planning.question import as_input
        from qwen_magic.notebook.magics.values import fill

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


def asking_of(options: Mapping[str, Any], variables: Mapping[str, object]) -> Asking:
    """Return how to ask, by a cell's options; a schema may be a variable.

    Raises:
        CellError: There is no such variable.
    """
    from qwen_magic.conversation.planning.question import Asking

    given = {name: options[name] for name in _FIELDS if name in options}
    if "schema" in options:
        from qwen_magic.conversation.schema.naming import schema_named

        given["schema"] = schema_named(options["schema"], variables)
    return Asking(**given, stream=not options.get("no_stream", False))


def tools_named(names: Sequence[str], namespace: Mapping[str, object]) -> tuple[Offer, ...]:
    """Return the tools: built-in ones by name, others from variables.

    Raises:
        CellError: A name is not a tool.
        ToolError: A function cannot be offered.
    """
    return tuple(
        name if name.partition(":")[0] in BUILT_IN_TOOLS else _tool(name, namespace)
        for name in names
    )


def _tool(name: str, namespace: Mapping[str, object]) -> Offer:
    found = namespace.get(name)
    if callable(found):
        from qwen_magic.conversation.tools.tools import tool_of

        return tool_of(found, name=name)
    if isinstance(found, str):
        with suppress(ValueError):
            found = json.loads(found)
    if isinstance(found, dict) and isinstance(found.get("type"), str):
        return found
    if name in namespace:
        raise CellError(f"{name!r} is no function", hint=f"-t takes {_TAKES}")
    functions = [known for known, value in namespace.items() if isinstance(value, FunctionType)]
    raise CellError(f"unknown tool {name!r}", hint=suggestion(name, (*functions, *BUILT_IN_TOOLS)))
