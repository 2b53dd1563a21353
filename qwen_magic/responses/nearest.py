"""Refusing a wrong word by naming the right one (pure)."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["one_of", "suggestion"]


def one_of(what: str, word: str, allowed: Collection[str]) -> str:
    """Return the word if it is allowed.

    Raises:
        RequestError: It is not; the hint has the nearest allowed word and all of them.
    """
    if word in allowed:
        return word
    raise RequestError(f"unknown {what} {word!r}", hint=suggestion(word, allowed))


def suggestion(word: str, allowed: Collection[str]) -> str:
    """Return a hint: the nearest allowed word, if one is near, and all of them."""
    near = get_close_matches(word.lower(), allowed, n=1)
    question = f"did you mean {near[0]}? " if near else ""
    return f"{question}allowed: {', '.join(allowed)}"
