"""What an input method writes, and the plain characters it stands for (pure).

With a Chinese, Japanese or Korean input method switched on, percent signs, dashes, quotes, commas,
spaces, letters and digits come out wide. On a magic line they mean the plain ones. Names of chains
and files, and questions, stay as they are typed.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["QUOTED", "find_flag", "plain", "plain_flag", "plain_quotes", "plain_value", "unquoted"]

_DASHES = "\\-\u2010-\u2015\u2212\u2500\ufe58\ufe63\uff0d"
_FLAG = re.compile(
    rf"\s*[{_DASHES}]{{1,4}}(?P<word>[A-Za-z\uff21-\uff3a\uff41-\uff5a][\w{_DASHES}]*)"
    r"(?P<gap>\s*)(?P<sign>[=\uff1d:\uff1a]?)"
)
_TO_DASH = re.compile(f"[{_DASHES}]")
_KINDS = (
    r'"(?:[^"\\]|\\.)*"',
    r"'(?:[^'\\]|\\.)*'",
    "[“”][^“”]*[“”]",
    "[\u2018\u2019][^\u2018\u2019]*[\u2018\u2019]",
    "\uff02[^\uff02]*\uff02",
    "\uff07[^\uff07]*\uff07",
    "「[^」]*」",
    "『[^』]*』",
)
QUOTED = re.compile("|".join(_KINDS), re.DOTALL)
"""A text in quotes of any kind; in plain ones, a backslash may stand before a quote."""

_WIDE = re.compile("|".join(_KINDS[2:]), re.DOTALL)


def plain(text: str) -> str:
    """Return a word with plain letters, digits, dashes, commas and signs."""
    return _TO_DASH.sub("-", unicodedata.normalize("NFKC", text)).replace("、", ",")


def find_flag(text: str, is_known: Callable[[str], object]) -> tuple[str, str, int] | None:
    """Return the known flag that a text begins with, the sign behind it, and where both end.

    Args:
        text: What may begin with a flag.
        is_known: Whether a flag is one, as it should be written.
    """
    found = _FLAG.match(text)
    if not found:
        return None
    flags = (f"{dashes}{plain(found['word'])}" for dashes in ("-", "--"))
    flag = next(filter(is_known, flags), None)
    sign = "=" if found["sign"] and (not found["gap"] or not found["sign"].isascii()) else ""
    return (flag, sign, found.end() if sign else found.end("word")) if flag else None


def plain_flag(text: str, is_known: Callable[[str], object]) -> str:
    """Return a text whose first word, if it is meant for a known flag, is written as that flag."""
    found = find_flag(text, is_known)
    return f"{found[0]}{found[1]}{text[found[2] :]}" if found else text


def plain_quotes(line: str) -> str:
    """Return a line with plain quotes where a word stands in wide ones."""
    return re.sub(rf"(?<![^\s=\uff1d:\uff1a])(?:{_WIDE.pattern})", _requoted, line)


def plain_value(text: str, *, words: bool = False) -> str:
    """Return what stands behind a setting's equals sign as Python reads it.

    Args:
        text: Python's way to write a value, but for wide signs.
        words: Whether texts in it are words that the settings know; others stay as typed.
    """
    parts = re.split(f"({QUOTED.pattern})", text, flags=re.DOTALL)
    parts[::2] = [plain(part).replace("【", "[").replace("】", "]") for part in parts[::2]]
    parts[1::2] = [_as_literal(part, plain if words else str) for part in parts[1::2]]
    return "".join(parts)


def _as_literal(quoted: str, read: Callable[[str], str]) -> str:
    inner = quoted[1:-1]
    return quoted if quoted[0] in "\"'" and read(inner) == inner else repr(read(unquoted(quoted)))


def unquoted(text: str) -> str:
    """Return what stands in quotes; a backslash before a plain quote is gone."""
    inner = text[1:-1]
    return re.sub(r"\\([\"'\\])", r"\1", inner) if text[0] in "\"'" else inner


def _requoted(found: re.Match[str]) -> str:
    inner = found[0][1:-1]
    quote = next((mark for mark in "\"'" if mark not in inner), "")
    return f"{quote}{inner}{quote}" if quote else found[0]
