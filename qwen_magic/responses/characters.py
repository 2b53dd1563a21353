"""Texts as UTF-8 can hold them (pure)."""

from __future__ import annotations

__all__ = ["clean"]


def clean(text: str) -> str:
    """Return the text with each half of a character, which UTF-8 cannot hold, as U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
