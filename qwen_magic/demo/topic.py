"""One thing the script knows by heart."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Topic", "topic"]


@dataclass(frozen=True, slots=True)
class Topic:
    """A pattern of questions, what is thought of them, and the one answer to all."""

    asked: re.Pattern[str]
    thought: str
    text: str


def topic(asked: str, thought: str, text: str) -> Topic:
    """Return a topic; the pattern is met in whatever case."""
    return Topic(re.compile(asked, re.IGNORECASE), thought, text.strip())
