"""Recognising values of libraries that only the user imports (pure)."""

from __future__ import annotations

import sys

__all__ = ["is_of"]


def is_of(value: object, module: str, name: str) -> bool:
    """Return whether the value is of a class that somebody has imported already."""
    kind = getattr(sys.modules.get(module), name, None)
    return isinstance(kind, type) and isinstance(value, kind)
