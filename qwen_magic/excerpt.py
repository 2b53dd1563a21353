"""A bounded repr: a huge container is read only as far as it is shown.

What a reader takes for one character may be several for Python: a letter with its accents, a
syllable of Hangul, a flag, a family of emoji. No text is cut within one.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

__all__ = ["LONGEST", "cut", "excerpt", "first", "whole"]

DEPTH = 30
LONGEST = 64  # characters that make one for a reader
SORTABLE = 1_000
BARE: dict[type, str] = {dict: "{}", list: "[]", tuple: "()", set: "{}"}
NAMED: dict[type, str] = {frozenset: "{}", deque: "[]"} | BARE  # also OrderedDict and its like
KNOWN = {"builtins", "collections"}  # a class from elsewhere may have a repr of its own


def excerpt(value: object, length: int) -> str:
    """Return the repr of a value, or its first `length` + 1 characters.

    The extra character tells the caller that something is missing.
    """
    return first(_pieces(value, length + 1, ()), length + 1)


def first(pieces: Iterable[str], length: int) -> str:
    """Return the first characters of a text in pieces; make only the pieces that it needs."""
    found: list[str] = []
    for piece in pieces:
        found.append(piece[:length])
        length -= len(found[-1])
        if not length:
            break
    return "".join(found)


def cut(text: str, length: int) -> str:
    """Return a text, or its beginning and an ellipsis."""
    return text if len(text) <= length else f"{whole(text, length)}…"


def whole(text: str, length: int) -> str:
    """Return the first characters of a text, at most so many, with none cut apart for a reader.

    One that is far too long (a letter with hundreds of accents) is cut all the same.
    """
    around = text[max(0, length - 1) : length + 1]
    if length >= len(text) or (around.isascii() and around != "\r\n"):
        return text[:length]
    from wcwidth import grapheme_boundary_before

    start = max(0, length - 2 * LONGEST)
    end = start + grapheme_boundary_before(text[start : length + 1], length + 1 - start)
    return text[: end if length - end < LONGEST else length]


def _pieces(value: Any, length: int, path: tuple[int, ...]) -> Iterator[str]:  # noqa: ANN401 - see _base
    base = _base(value)
    if type(value) in {str, bytes}:
        yield repr(value[:length])
    elif base is None:
        yield repr(value)
    elif id(value) in path or len(path) == DEPTH:
        yield "..."
    else:
        path = (*path, id(value))
        opening, closing = _brackets(value, base)
        yield opening
        for number, member in enumerate(_members(value)):
            yield ", " if number else ""
            yield from _pieces(member, length, path)
            if base is dict:
                yield ": "
                yield from _pieces(value[member], length, path)
        yield closing


def _base(value: Any) -> type | None:  # noqa: ANN401 - any variable of the user's
    """Return the built-in container that a value is, if its repr holds no surprise."""
    if type(value).__module__ not in KNOWN or not value:
        return None
    return next((base for base in NAMED if isinstance(value, base)), None)


def _brackets(value: Collection[object], base: type) -> tuple[str, str]:
    opening, closing = NAMED[base][0], NAMED[base][1]
    if type(value) not in BARE:
        return f"{type(value).__name__}({opening}", f"{closing})"
    return opening, f",{closing}" if base is tuple and len(value) == 1 else closing


def _members(value: Collection[object]) -> Collection[object]:
    """Return the elements; those of a small set come in the same order in every run."""
    if isinstance(value, set | frozenset) and len(value) <= SORTABLE:
        return sorted(value, key=repr)
    return value
