"""A response that is worked on while nobody waits for it: how it stands at a moment (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Work", "standing"]

_QUEUED = 0.25  # of the time


@dataclass(frozen=True, slots=True)
class Work:
    """When a response was begun, and how long it takes; 0 for one that came whole."""

    begun: float = 0.0
    seconds: float = 0.0


def standing(response: Mapping[str, Any], work: Work, now: float) -> dict[str, Any]:
    """Return a response as far as it is done: queued, then item after item, then whole."""
    share = (now - work.begun) / work.seconds if work.seconds else 1.0
    if share >= 1.0:
        return dict(response)
    unknown = {"usage", "incomplete_details", "error"}
    known = {name: value for name, value in response.items() if name not in unknown}
    output = response["output"]
    done = int(len(output) * max(share - _QUEUED, 0.0) / (1 - _QUEUED))
    status = "queued" if share < _QUEUED else "in_progress"
    return {**known, "status": status, "output": output[:done]}
