"""What a function's docstring says about it and its parameters (pure).

Google, NumPy, reST and Epydoc styles are read by `docstring_parser`, which is imported late.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from inspect import cleandoc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Described", "described"]


@dataclass(frozen=True, slots=True)
class Described:
    """A docstring without its sections, and what it says about each parameter."""

    text: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)


def described(docstring: str | None) -> Described:
    """Return what a docstring says; one that follows no style is all text."""
    if not docstring or not docstring.strip():
        return Described()
    from docstring_parser import ParseError, parse

    try:
        parsed = parse(docstring)
    except ParseError:
        return Described(cleandoc(docstring))
    parts = (parsed.short_description, parsed.long_description)
    return Described(
        "\n\n".join(part.strip() for part in parts if part),
        {
            name.strip().lstrip("\\*"): text
            for param in parsed.params
            if (text := " ".join((param.description or "").split()))
            for name in param.arg_name.split(",")  # NumPy's "x, y : int"
        },
    )
