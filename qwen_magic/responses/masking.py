"""What of an address may be shown and kept (pure)."""

from __future__ import annotations

from urllib.parse import urlsplit

__all__ = ["MCP_OPEN", "without_secrets"]

MCP_OPEN = (
    "type",
    "server_label",
    "server_description",
    "server_url",
    "server_protocol",
    "connector_id",
    "allowed_tools",
    "require_approval",
)
"""The fields of an MCP server that hold no secret, its address's query aside."""


def without_secrets(url: str) -> str:
    """Return an address without the user, password and query it may hold."""
    parts = urlsplit(url)
    query = "?…" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}{query}"
