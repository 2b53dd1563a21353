"""A text on a magic line or in a setting as a value."""

from __future__ import annotations

import re
from keyword import iskeyword
from typing import TYPE_CHECKING

from qwen_magic.errors import CellError, RequestError
from qwen_magic.responses.nearest import one_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "APPROVALS",
    "SWITCH",
    "above_zero",
    "check_secret",
    "named",
    "names",
    "number",
    "retries",
    "switch",
    "tokens",
    "variable",
    "whole",
    "word_of",
]

SWITCH = ("on", "off")
APPROVALS = ("ask", "always", "never")
_SECRET = re.compile(r"\bsk-[A-Za-z0-9_-]{8,}")
_MOST_RETRIES = 10
_TOKENS = re.compile(r"(\d+(?:\.\d+)?)\s*([kKmMbB]?)")
_SIZES = {"": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000}


def check_secret(value: object, where: str) -> None:
    """Refuse what looks like an API key.

    Raises:
        CellError: It looks like one; the message does not repeat it.
    """
    if isinstance(value, str) and _SECRET.search(value):
        raise CellError(
            f"an API key does not belong {where}: it would be saved in the notebook",
            hint='set it once: import os, getpass; os.environ["DASHSCOPE_API_KEY"] = getpass.getpass()',
        )


def word_of(what: str, allowed: tuple[str, ...]) -> Callable[[str], str]:
    """Return a function that reads one of several allowed words."""
    return lambda text: one_of(what, text, allowed)


def number(what: str) -> Callable[[str], float]:
    """Return a function that reads a number."""

    def read(text: str) -> float:
        try:
            return float(text)
        except ValueError:
            raise RequestError(f"{what} {text!r} is no number") from None

    return read


def whole(what: str) -> Callable[[str], int]:
    """Return a function that reads a whole number."""

    def read(text: str) -> int:
        try:
            return int(text.replace("_", ""))
        except ValueError:
            raise RequestError(f"{what} {text!r} is no whole number") from None

    return read


def above_zero(what: str) -> Callable[[str], int]:
    """Return a function that reads a whole number of things."""

    def read(text: str) -> int:
        found = whole(what)(text)
        if found < 1:
            raise RequestError(f"{what} {text!r} is too small", hint="at least 1")
        return found

    return read


def tokens(text: str) -> int:
    """Return a number of tokens, which may be short: 500k, 2M.

    Raises:
        RequestError: It is none.
    """
    found = _TOKENS.fullmatch(text.strip().replace("_", "").replace(",", ""))
    count = int(float(found[1]) * _SIZES[found[2].lower()]) if found else 0
    if count < 1:
        raise RequestError(f"budget {text!r} is no number of tokens", hint="such as 500k or 2M")
    return count


def switch(what: str) -> Callable[[str], bool]:
    """Return a function that reads `on` or `off`."""
    return lambda text: one_of(what, text, SWITCH) == "on"


def names(text: str) -> tuple[str, ...]:
    """Return names that commas separate, of whatever kind."""
    return tuple(name.strip() for name in re.split("[,，、;；]", text) if name.strip())


def named(flag: str) -> Callable[[str], str]:
    """Return a function that reads a text that is not empty."""

    def read(text: str) -> str:
        if not text.strip():
            raise RequestError(f"{flag} is empty")
        return text

    return read


def variable(text: str) -> str:
    """Return the name of a variable.

    Raises:
        RequestError: It cannot be one.
    """
    if not text.isidentifier() or iskeyword(text):
        raise RequestError(f"{text!r} is no name of a variable")
    return text


def retries(text: str) -> int:
    """Return how often a value may be corrected.

    Raises:
        RequestError: It is no number, or too large a one.
    """
    most = whole("schema-retries")(text)
    if not 0 <= most <= _MOST_RETRIES:
        raise RequestError(f"{most} corrections are out of range", hint=f"0 to {_MOST_RETRIES}")
    return most
