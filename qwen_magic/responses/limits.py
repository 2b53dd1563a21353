"""What Model Studio refuses, though other servers may take it (pure).

Limits: Model Studio, "MCP" (servers by SSE, at most ten) and "Knowledge retrieval" (one knowledge
base). They do not hold for other servers of the protocol, so those are not asked to keep them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qwen_magic.errors import RequestError
from qwen_magic.models import MODELS
from qwen_magic.responses.nearest import known_or_new

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["check_limits"]

_MOST_SERVERS = 10
_PROTOCOL = "sse"


def check_limits(model: str, tools: Sequence[Mapping[str, Any]]) -> None:
    """Refuse what Model Studio is known not to take.

    Raises:
        RequestError: The model's name has a slip, or the tools are more than can be used at once.
    """
    known_or_new("model", model, MODELS)
    servers = [tool for tool in tools if tool.get("type") == "mcp"]
    if len(servers) > _MOST_SERVERS:
        raise RequestError(
            f"{len(servers)} MCP servers are too many",
            hint=f"Model Studio takes at most {_MOST_SERVERS} in one question",
        )
    for server in servers:
        protocol = server.get("server_protocol") or _PROTOCOL
        if protocol != _PROTOCOL:
            raise RequestError(
                f"MCP server {server.get('server_label')!r} is reached by {protocol!r}",
                hint="Model Studio takes servers by SSE alone: give the address for it, often …/sse",
            )
    _check_knowledge(tools)


def _check_knowledge(tools: Sequence[Mapping[str, Any]]) -> None:
    searches = [tool for tool in tools if tool.get("type") == "file_search"]
    bases = [name for tool in searches for name in tool.get("vector_store_ids") or ()]
    if len(bases) > 1:
        raise RequestError(
            f"file_search cannot search {len(bases)} knowledge bases: {', '.join(map(str, bases))}",
            hint=f"Model Studio takes one in each question: -t file_search:{bases[0]}",
        )
