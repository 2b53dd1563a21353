"""How a map is asked, as its options say."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, TypedDict

from qwen_magic.conversation.planning.question import Asking
from qwen_magic.errors import RequestError

__all__ = ["Mapped", "asking_of", "most_of", "tokens_of"]


class Mapped(TypedDict, total=False):
    """How a map is asked; all of it may be left out.

    Attributes:
        schema: What each answer's value is to look like: a type, a JSON schema or a short form.
        concurrency: How many rows may be in flight at most; how many are is found out.
        budget: How many tokens may be spent; it stops before.
        fresh: Whether to ask anew what was answered before.
        limit: Ask only so many rows, the first ones.
        sample: Ask only so many rows, from everywhere.
        keep_going: Whether to go on though the first rows all fail for one reason.
        asking: How each row is asked: temperature, system message and so on.
        name: What it is called in the list of maps.
        about: What that list should know of it, as JSON.
        cache: The URL of a folder that keeps what was answered, which several computers may share;
            by default, the reader's own folder does.
    """

    schema: Any
    concurrency: int | None
    budget: float | None
    fresh: bool
    limit: int | None
    sample: int | None
    keep_going: bool
    asking: Asking
    name: str
    about: str
    cache: str


def asking_of(how: Mapped) -> Asking:
    """Return how each row is asked."""
    asking = how.get("asking") or Asking()
    if how.get("schema") is None:
        return asking
    return dataclasses.replace(asking, schema=how["schema"])


def most_of(wanted: int | None, allowed: int) -> int:
    """Return how many rows may be in flight.

    Raises:
        RequestError: It is no number of rows.
    """
    if wanted is None:
        return allowed
    if wanted < 1:
        raise RequestError(f"concurrency {wanted!r} is no number of rows", hint="at least 1")
    return min(wanted, max(allowed, wanted))


def tokens_of(budget: float | None) -> float:
    """Return how many tokens may be spent.

    Raises:
        RequestError: It is no number of tokens.
    """
    if budget is not None and not budget > 0:
        raise RequestError(f"budget {budget!r} is no number of tokens", hint="at least 1")
    return math.inf if budget is None else float(budget)
