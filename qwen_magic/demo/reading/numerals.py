"""Numbers as people write them: digits, words, Chinese numerals."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["LETTER", "NUMBER", "narrowed", "number_of", "numeral", "spaced"]

LETTER = r"[^\W\u3040-\u9fff\uac00-\ud7a3]"
"""A letter or digit of a language that has spaces between words."""

_WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "dozen": 12}
_KNOWN = {word: value for value, word in enumerate(_WORDS)} | _TENS
_UNITS = {"十": 10, "百": 100, "千": 1_000}
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2}
_EDGE = re.compile(
    r"(?<=[\u3040-\u9fff\uac00-\ud7a3])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[\u3040-\u9fff\uac00-\ud7a3])"
)

NUMBER = (
    rf"(?:(?<!{LETTER})(?<![.])(?:-|\N{{MINUS SIGN}})?(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"|\b(?:{'|'.join(_KNOWN)})\b|[零一二两三四五六七八九十百千]{{1,7}})"
)
"""A pattern for one number, to be read by `number_of`."""


def number_of(text: str) -> int | float:
    """Return the number that is written there."""
    plain = text.strip().lower().replace(",", "").replace("\N{MINUS SIGN}", "-")
    if plain in _KNOWN:
        return _KNOWN[plain]
    if plain[-1:].isdecimal():
        return float(plain) if "." in plain else int(plain)
    return numeral(plain)


def numeral(text: str) -> int:
    """Return a number below ten thousand that is written in Chinese."""
    found = digit = 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        else:
            found += (digit or 1) * _UNITS[char]
            digit = 0
    return found + digit


def spaced(text: str) -> str:
    """Return a question as its patterns read it: plain digits, and words apart from Chinese."""
    return _EDGE.sub(" ", unicodedata.normalize("NFKC", text))


def narrowed(text: str) -> str:
    """Return a text with the plain forms of wide characters; each stays in its place."""
    return "".join(map(_narrow, text))


def _narrow(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char)
    return plain if len(plain) == 1 else char
