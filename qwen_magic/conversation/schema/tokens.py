"""The words and signs of a short form, and the caret that shows where one is wrong (pure)."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from qwen_magic.errors import SchemaError
from qwen_magic.typed import QUOTED, unquoted

__all__ = ["Token", "failure", "tokens"]

_NUMBER = re.compile(r"-?\d+(?:\.(?!\.)\d+)?(?:[eE][+-]?\d+)?(?![^\W\d])")
_NOTE = re.compile(r"[(（]([^()（）]*)[)）]")
_SIGN = re.compile(r"\.\.\.?|…|[:,|?\[\]{};\n]")
_WORD = re.compile(r"[^\W\d](?:[\w.$-]*\w)?", re.UNICODE)
_SPACE = re.compile(r"[^\S\n]+")
_QUOTES = 'quotes help: "a/b"|"c"'
_UNREADABLE = {
    "(": ("this ( is not closed", "add )"),
    "'": ("this quote is not closed", "add '"),
    '"': ("this quote is not closed", 'add "'),
    "=": ("a field has no default", "? allows null where it may be missing: price: float?"),
}
_LONGEST = 60  # characters of the line above a caret


class Token(NamedTuple):
    """A piece of a short form, and where it begins; the last one has no kind.

    Its kind is `word`, `number`, `quoted`, `note` or `sign`.
    """

    kind: str
    text: str
    at: int


def tokens(text: str) -> list[Token]:
    """Return the pieces of a short form.

    Raises:
        SchemaError: A character has no place in one.
    """
    plain = "".join(map(_plain, text))
    found: list[Token] = []
    at = 0
    while at < len(plain):
        token, end = _next(text, plain, at)
        at = end
        if token is None or (_is_comma(token) and _needs_none(found)):
            continue
        while found and _is_comma(found[-1]) and token.kind == "sign" and token.text in "]}|":
            found.pop()
        found.append(token)
    while found and _is_comma(found[-1]):
        found.pop()
    return [*found, Token("", "", len(text.rstrip()))]


def failure(text: str, at: int, said: str, hint: str) -> SchemaError:
    """Return the error for a place of a short form, with a caret below it."""
    start = text.rfind("\n", 0, at) + 1
    line = text[start:].partition("\n")[0]
    column = at - start
    first = max(0, column - _LONGEST // 2)
    shown = line[first : first + _LONGEST]
    gap = "".join(" " if _width(char) == 1 else "\u3000" for char in line[first:column])
    return SchemaError(f"schema: {said}\n  {shown}\n  {gap}^", hint=hint)


def _next(text: str, plain: str, at: int) -> tuple[Token | None, int]:
    if found := _SPACE.match(plain, at):
        return None, found.end()
    if found := QUOTED.match(text, at):
        return Token("quoted", unquoted(found[0]), at), found.end()
    if found := _NOTE.match(text, at):
        return Token("note", " ".join(found[1].split()), at), found.end()
    if found := _NUMBER.match(plain, at):
        return Token("number", found[0], at), found.end()
    if found := _WORD.match(plain, at):
        return Token("word", found[0], at), found.end()
    if found := _SIGN.match(plain, at):
        sign = {";": ",", "\n": ",", "...": "..", "…": ".."}.get(found[0], found[0])
        return Token("sign", sign, at), found.end()
    said, hint = _UNREADABLE.get(plain[at], ("this character has no place here", _QUOTES))
    raise failure(text, at, said, hint)


def _is_comma(token: Token) -> bool:
    return token.kind == "sign" and token.text == ","


def _needs_none(before: list[Token]) -> bool:
    """Return whether a comma or an end of a line says nothing: others stand there already."""
    return not before or (
        before[-1].kind == "sign" and before[-1].text in {",", "[", "{", "|", ":"}
    )


def _plain(char: str) -> str:
    """Return the plain form of a wide character, if that is one character too."""
    known = {"、": ",", "，": ",", "；": ";", "：": ":", "？": "?", "｜": "|", "【": "[", "】": "]"}
    found = known.get(char) or unicodedata.normalize("NFKC", char)
    return found if len(found) == 1 and not char.isspace() else char


def _width(char: str) -> int:
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
