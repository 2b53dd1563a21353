"""A text without what looks secret in it: known values, keys by their form, values by their names.

What stands in a literal, in an address or beside a secret name becomes an ellipsis (pure).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from qwen_magic.notebook.failing.naming import looks_secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["MASK", "Masked", "said_in"]

MASK = "…"
_LONG = 8  # characters; shorter ones are replaced as whole words only
_KEYS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|(?<![A-Za-z0-9])(?:sk|pk|rk)[-_][\w-]{8,}"
    r"|(?<![A-Za-z0-9])(?:gh[pousr]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|hf_\w{16,})"
    r"|(?<![A-Za-z0-9])(?:xox[a-z]-[\w-]{8,}|(?:AKIA|ASIA)[A-Z0-9]{12,}|LTAI\w{10,}|AIza[\w-]{30,})"
    r"|(?<![\w-])eyJ[\w-]{8,}(?:\.[\w-]+){1,2}"
    r"|(?<=\bBearer )[^\s\"']+|(?<=\bBasic )[A-Za-z0-9+/=]{8,}",
    re.DOTALL,
)
_USER = re.compile(r"(?<=://)[^\s/\"'<>]*(?:/[^\s\"'<>]*)?@(?=[^\s\"'<>])")
_STRING = (
    r"[rbfuRBFU]{0,2}(?:\"\"\".*?(?:\"\"\"|\Z)|'''.*?(?:'''|\Z)"
    r"|\"(?:\\.|[^\"\\\n])*(?:\"|$)|'(?:\\.|[^'\\\n])*(?:'|$))"
)
_NAME = r"(?<![\w.-])(?P<name>[^\W\d][\w.-]*+)"
_WORD = r"(?P<value>(?!['\"\[({{<])[^\s,;&'\")\]}}]+)"
_CODE = re.compile(  # name = "…", name: str = "…", "name": "…", ["name"] = "…", ("name", "…")
    rf"""(?:(?P<mark>["'])(?P<quoted>[^\W\d][\w.-]*+)(?P=mark)\s*(?:\]\s*=|:|,|[=!]=)
        |{_NAME}\s*(?::\s*[\w\[\]., |]{{1,80}}?\s*)?(?:[=!:]?=))[\s([{{]*
    (?P<value>{_STRING}(?:\s*{_STRING})*(?(mark)|(?:\s*,\s*{_STRING})*)|\d[\w.]*)""",
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)
_TEXT = re.compile(  # as messages and reprs write it: name=…, name: …, 'name': '…'
    rf"""\\?["']?{_NAME}\\?["']?\s*[=:]\s*(?:(?P<literal>{_STRING})|{_WORD})""",
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)


class Masked:
    """Masks texts, and counts what it masked. Line ends stay, so that lines keep their numbers.

    Args:
        values: The texts that must not be in them.
        home: The home folder, which becomes `~`; empty for none.

    Attributes:
        count: How many places were masked.
    """

    def __init__(self, values: Iterable[str] = (), home: str = "") -> None:
        self._forms = frozenset(form for value in values for form in _forms(value))
        self._home = re.compile(rf"{re.escape(home)}(?=[/\\'\"\s]|$)") if home.strip("/") else None
        self.count = 0

    def code(self, text: str, *, parses: bool = True) -> str:
        """Return code without its secrets; an expression that fetches one stays.

        Args:
            text: The code.
            parses: Whether it is whole: then the known values hold all its literals.
        """
        text = self.plain(text)
        if not parses:
            text = self._without(_CODE, text)
            text = re.sub(_STRING, lambda found: self.message(found[0]), text, flags=_CODE.flags)
        return re.sub("#.*", lambda found: self.message(found[0]), text)

    def message(self, text: str) -> str:
        """Return what an error says, without secrets."""
        return self._without(_TEXT, self.plain(text))

    def plain(self, text: str) -> str:
        """Return a text without known values, keys and users of addresses."""
        for pattern in (_pattern(form for form in self._forms if form in text), _KEYS, _USER):
            text = pattern.sub(self._whole, text) if pattern else text
        return self._home.sub("~", text) if self._home else text

    def _whole(self, found: re.Match[str]) -> str:
        self.count += 1
        return MASK + "\n" * found[0].count("\n") + "@" * found[0].endswith("@")

    def _without(self, pattern: re.Pattern[str], text: str) -> str:
        pieces, done = [], 0
        for start, end in _spans(pattern, text):
            self.count += 1
            value = text[start:end]
            mark = value.lstrip("rbfuRBFU")[:1]
            mark = mark if mark in {'"', "'"} else ""
            pieces += [text[done:start], mark, MASK, mark, "\n" * value.count("\n")]
            done = end
        return "".join([*pieces, text[done:]])


def said_in(text: str) -> set[str]:
    """Return the values beside secret names in a text, as in `host=db password=…`."""
    return {text[start:end].strip("\"'") for start, end in _spans(_TEXT, text)}


def _spans(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    """Return where values stand beside secret names; what stands beside another may be a name."""
    start = 0
    while found := pattern.search(text, start):
        groups = found.groupdict()
        name = "name" if groups["name"] else "quoted"
        value = "literal" if groups.get("literal") else "value"
        start = found.end(name)
        if looks_secret(found[name]) and found[value].strip("\"'") not in {"", MASK, "None"}:
            yield found.span(value)
            start = found.end(value)


def _forms(value: str) -> set[str]:
    """Return the ways in which a text may have a value."""
    return {value, repr(value)[1:-1], quote(value, safe="")} - {""}


def _pattern(forms: Iterable[str]) -> re.Pattern[str] | None:
    parts = [
        re.escape(form) if len(form) >= _LONG else rf"(?<!\w){re.escape(form)}(?!\w)"
        for form in sorted(forms, key=len, reverse=True)
    ]
    return re.compile("|".join(parts)) if parts else None
