"""Refusing a wrong word by naming the right one (pure)."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["known_or_new", "one_of", "suggestion"]

_MANY = 20  # words that nobody reads in a hint


def one_of(what: str, word: str, allowed: Collection[str]) -> str:
    """Return the word if it is allowed.

    Raises:
        RequestError: It is not; the hint has the nearest allowed word and all of them.
    """
    if word in allowed:
        return word
    raise RequestError(f"unknown {what} {word!r}", hint=suggestion(word, allowed))


def known_or_new(what: str, word: str, known: Collection[str]) -> str:
    """Return the word unless it is a known one with a slip; a server may know more words than we.

    Another number is no slip: it names another version.

    Raises:
        RequestError: One letter makes it a known word; the hint has that word.
    """
    if word not in known and any(_is_slip(word.lower(), other) for other in known):
        raise RequestError(f"unknown {what} {word!r}", hint=suggestion(word, known))
    return word


def _is_slip(word: str, known: str) -> bool:
    """Return whether a letter is missing, added or another one, or two have changed places."""
    if re.findall(r"\d", word) != re.findall(r"\d", known):
        return False
    start = next((n for n, (a, b) in enumerate(zip(word, known, strict=False)) if a != b), None)
    if start is None:
        return abs(len(word) - len(known)) <= 1
    mine, theirs = word[start:], known[start:]
    swapped = mine[1::-1] + mine[2:]
    return theirs in (mine[1:], swapped) or theirs[1:] in (mine, mine[1:])


def suggestion(word: str, allowed: Collection[str]) -> str:
    """Return a hint: the nearest allowed word, if one is near, and all of them unless too many."""
    slips = [other for other in allowed if _is_slip(word.lower(), other)]
    near = get_close_matches(word.lower(), slips, n=1, cutoff=0)
    near = near or get_close_matches(word.lower(), allowed, n=1)
    question = f"did you mean {near[0]}? " if near else ""
    if near and len(allowed) > _MANY:
        return question.rstrip()
    return f"{question}allowed: {', '.join(allowed)}"
