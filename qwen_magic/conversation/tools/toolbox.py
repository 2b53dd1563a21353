"""The tools of one question: as the API takes them, and the functions behind them (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from qwen_magic.conversation.tools.tools import Tool, definition, tool_of
from qwen_magic.errors import RequestError, ToolError
from qwen_magic.responses.nearest import suggestion
from qwen_magic.responses.request import BUILT_IN_TOOLS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwen_magic.settings import Offer

__all__ = ["Toolbox", "built_in", "offered", "toolbox"]


class Toolbox(Struct, frozen=True):
    """What the model may use.

    Attributes:
        objects: The tools as the API takes them.
        functions: Those that we call, by their names.
        foreign: The names of functions that only the caller can call.
        has_mcp: Whether an MCP server is among them.
    """

    objects: tuple[Mapping[str, Any], ...] = ()
    functions: dict[str, Tool] = {}
    foreign: frozenset[str] = frozenset()
    has_mcp: bool = False


def offered(tools: Iterable[Offer]) -> tuple[Offer, ...]:
    """Return the tools that a caller offers.

    Raises:
        RequestError: It is one tool alone, or nothing of the kind.
    """
    if isinstance(tools, str | Mapping) or not isinstance(tools, Iterable):
        shown = getattr(tools, "__name__", repr(tools))
        raise RequestError(f"tools={shown:.80} is no list of tools", hint=f"tools=[{shown:.80}]")
    return tuple(tools)


def toolbox(offers: Sequence[Offer]) -> Toolbox:
    """Return the tools that are offered.

    Raises:
        RequestError: A name is no built-in tool's, or two functions share a name.
        ToolError: A function cannot be described.
    """
    functions: dict[str, Tool] = {}
    objects: list[Mapping[str, Any]] = []
    for offer in offers:
        if isinstance(offer, str):
            objects.append(built_in(offer))
        elif callable(offer):
            known = tool_of(offer)
            if known.name in functions:
                raise RequestError(
                    f"two tools are named {known.name!r}", hint='@tool(name="…") renames one'
                )
            functions[known.name] = known
            objects.append(definition(known))
        else:
            objects.append(_described(offer))
    types = [str(found.get("type")) for found in objects]
    names = {
        str(found.get("name"))
        for found, kind in zip(objects, types, strict=True)
        if kind == "function"
    }
    foreign = frozenset(names - functions.keys())
    return Toolbox(tuple(objects), functions, foreign, has_mcp="mcp" in types)


def _described(offer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an MCP server with its description under the API's name for it."""
    if not isinstance(offer, Mapping):
        raise ToolError(f"{offer!r:.80} is no tool", hint="offer functions, and names of tools")
    if offer.get("type") != "mcp" or "description" not in offer:
        return offer
    rest = {name: value for name, value in offer.items() if name != "description"}
    return {"server_description": offer["description"], **rest}


def built_in(name: str) -> dict[str, Any]:
    """Return a built-in tool as the API takes it; `file_search:ID` says where to search.

    Raises:
        RequestError: There is no such tool, or it takes no such detail.
    """
    kind, colon, detail = name.partition(":")
    if kind not in BUILT_IN_TOOLS:
        raise RequestError(f"unknown tool {kind!r}", hint=suggestion(kind, BUILT_IN_TOOLS))
    if not colon:
        return {"type": kind}
    ids = [found for found in detail.split("+") if found]
    if kind != "file_search" or not ids:
        raise RequestError(
            f"tool {name!r} is not understood",
            hint="file_search:vs_123 searches a vector store; the others take no detail",
        )
    return {"type": kind, "vector_store_ids": ids}
