"""How many examples a test tries that tries many."""

from __future__ import annotations

from hypothesis import settings

__all__ = ["tries"]

USUAL = 100  # of Hypothesis


def tries(count: int) -> int:
    """Return as many, or fewer where Hypothesis's profile tries fewer than usual."""
    return max(1, count * settings.default.max_examples // USUAL)
