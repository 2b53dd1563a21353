"""MCP servers as the API takes them, from a variable or from a file of `mcpServers`.

The API's object: Model Studio's "OpenAI responses" reference, Body, `tools`. The file has the shape
that MCP clients use: names, each with an `url` and perhaps `headers`.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qwen_magic.errors import CellError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["labels_of", "mcp_servers"]

_SHAPE = 'for example {"mcpServers": {"maps": {"url": "https://…/sse"}}}'
_URLS = ("server_url", "url", "serverUrl")
_PROTOCOLS = ("type", "transport", "server_protocol")
_PROTOCOL = "sse"


def mcp_servers(name: str, namespace: Mapping[str, object]) -> tuple[dict[str, Any], ...]:
    """Return the servers that a variable or a file describes.

    Raises:
        CellError: There is neither, or it describes no server that the API can reach. The message
            never repeats the headers.
    """
    found = _value(name, namespace)
    if not isinstance(found, dict) or not found:
        raise CellError(f"--mcp {name!r} describes no MCP server", hint=_SHAPE)
    servers = found.get("mcpServers") or found.get("servers") or found
    if not isinstance(servers, dict) or _is_server(servers):
        return (_server(Path(name).stem, found),)
    return tuple(_server(str(label), fields) for label, fields in servers.items())


def labels_of(value: object) -> tuple[str, ...]:
    """Return the labels of the MCP servers that a variable describes; none if it describes none."""
    with suppress(CellError):
        found = mcp_servers("value", {"value": value})
        return tuple(str(server.get("server_label")) for server in found)
    return ()


def _value(name: str, namespace: Mapping[str, object]) -> object:
    if name in namespace:
        found = namespace[name]
        return _loaded(found, name) if isinstance(found, str) else found
    path = Path(name).expanduser()
    try:
        return _loaded(path.read_text("utf-8"), name)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise CellError(
            f"--mcp {name!r} is neither a variable nor a file that can be read", hint=_SHAPE
        ) from error


def _loaded(text: str, name: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise CellError(f"--mcp {name!r} holds no JSON", hint=_SHAPE) from None


def _is_server(fields: Mapping[str, Any]) -> bool:
    return fields.get("type") == "mcp" or any(key in fields for key in (*_URLS, "command"))


def _server(label: str, fields: object) -> dict[str, Any]:
    if not isinstance(fields, dict):
        raise CellError(f"MCP server {label!r} has no url", hint=_SHAPE)
    if fields.get("type") == "mcp":
        return fields
    if "command" in fields:
        raise CellError(
            f"MCP server {label!r} is a program on this machine, which the API cannot reach",
            hint="a server with an https address can be used",
        )
    url = next((fields[key] for key in _URLS if fields.get(key)), None)
    if not isinstance(url, str):
        raise CellError(f"MCP server {label!r} has no url", hint=_SHAPE)
    rest = {key: value for key, value in fields.items() if key not in {*_URLS, *_PROTOCOLS}}
    protocol = next((str(fields[key]) for key in _PROTOCOLS if fields.get(key)), _PROTOCOL)
    named = {"server_protocol": protocol.lower(), "server_label": label, "server_url": url}
    return {"type": "mcp", **named, **rest}
