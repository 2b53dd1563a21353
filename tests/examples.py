"""How many examples a test tries that tries many."""

from __future__ import annotations

from hypothesis import settings

__all__ = ["tries"]

USUAL = 100  # of Hypothesis


def tries(count: int) -> int:
    """Return as many, or fewer where Hypothesis's profile tries fewer than usual."""
    profile = settings.default
    assert profile is not None
    return max(1, count * profile.max_examples // USUAL)
