"""The line that ends each answer of the demo, by which it is also known later."""

from __future__ import annotations

__all__ = ["CHINESE", "ENGLISH", "is_closed"]

ENGLISH = "*Offline demo: a script answered, not a model.*"
CHINESE = "*离线演示：由脚本回答，并非模型。*"  # noqa: RUF001 - Chinese has its own punctuation


def is_closed(text: str) -> bool:
    """Tell whether a text holds an answer of the demo."""
    return ENGLISH in text or CHINESE in text
