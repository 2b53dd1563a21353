"""What of an address may be shown and kept (pure)."""

from __future__ import annotations

from urllib.parse import urlsplit

__all__ = ["without_secrets"]


def without_secrets(url: str) -> str:
    """Return an address without the user, password and query it may hold."""
    parts = urlsplit(url)
    query = "?…" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}{query}"
