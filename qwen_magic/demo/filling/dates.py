"""Dates and times of day in a text, in digits and in words."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Hit", "Piece", "dates", "moments", "times"]


class Hit(NamedTuple):
    """Something that a text says, and where."""

    value: str | int | float
    start: int
    end: int


class Piece(NamedTuple):
    """Where a record stands, where in it the value by which it was found, and what it is about."""

    start: int
    end: int
    near: int = -1
    is_behind: bool = False


_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905
_DAYS = "mon tue wed thu fri sat sun".split()  # noqa: SIM905
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4})"
_WEEKDAYS = "|".join(f"{day}\\w*day" for day in _DAYS)
_PATTERNS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_YEAR}[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})(?![\d])",
        rf"{_YEAR}\s*年\s*(?P<month>\d{{1,2}})\s*月(?:\s*(?P<day>\d{{1,2}})\s*[日号])?",
        r"(?<!\d)(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号]?",
        rf"(?:\b(?:{_WEEKDAYS}),?\s+(?:the\s+)?)?\b{_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+{_YEAR})?",
        rf"(?:\b(?:{_WEEKDAYS}),?\s+)?\b{_MONTH}\s+{_DAY}(?!\d|[:.]\d)(?:,?\s+{_YEAR})?",
        rf"\b{_MONTH}\s+{_YEAR}",
        rf"(?<![\d.])(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.{_YEAR}",
        rf"(?<!\d)(?P<one>\d{{1,2}})/(?P<two>\d{{1,2}})/{_YEAR}",
        r"\b(?P<word>the day before yesterday|the day after tomorrow|yesterday|today|tonight|tomorrow)\b",
        r"(?P<word>大前天|前天|昨天|昨晚|今天|今晚|明天|后天)",
        rf"\b(?P<next>(?:last|next)\s+)?(?P<weekday>{_WEEKDAYS})\b(?!,?\s+(?:the\s+)?(?:\d|{_MONTH.replace('?P<month>', '?:')}))",
    )
]
_WORDS = {
    "the day before yesterday": -2,
    "yesterday": -1,
    "today": 0,
    "tonight": 0,
    "tomorrow": 1,
    "the day after tomorrow": 2,
    "大前天": -3,
    "前天": -2,
    "昨天": -1,
    "昨晚": -1,
    "今天": 0,
    "今晚": 0,
    "明天": 1,
    "后天": 2,
}
_TIME = re.compile(
    r"""
      (?<![\d:.])(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?!\d)\s*(?P<half>[ap]\.?m\b\.?)?
    | (?<![\d:.])(?P<h2>1[0-2]|0?[1-9])\s*(?P<half2>[ap]\.?m\b\.?|o['\u2019]clock)
    | (?P<part>上午|下午|早上|晚上|中午|凌晨)?\s*(?<!\d)(?P<h3>\d{1,2})[点时](?:(?P<m3>[0-5]?\d)分?|(?P<half3>半))?
    | \b(?P<noon>noon|midnight)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_JOINED = re.compile(r"[\s,，]*(?:at|um|T)?\s*", re.IGNORECASE)


def dates(text: str, today: date) -> Iterator[Hit]:
    """Yield the dates, in order, as in `2026-01-31`; one without a year is of the year before it."""
    found: dict[int, tuple[int, re.Match[str]]] = {}
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if not any(start < match.end() and match.start() < end for start, (end, _) in found.items()):  # fmt: skip
                found[match.start()] = (match.end(), match)
    known = [match for _, (_, match) in sorted(found.items())]
    years = [int(one["year"]) for one in known if one.groupdict().get("year")]
    near = years[0] if years else today.year
    for match in known:
        if (day := _date(match, near, today)) is not None:
            near = day.year if match.groupdict().get("year") else near
            yield Hit(day.isoformat(), match.start(), match.end())


def _date(match: re.Match[str], year: int, today: date) -> date | None:
    given = {name: text for name, text in match.groupdict().items() if text}
    if word := given.get("word"):
        return today + timedelta(_WORDS[word.lower()])
    if weekday := given.get("weekday"):
        ahead = (_DAYS.index(weekday[:3].lower()) - today.weekday()) % 7
        if (given.get("next") or "").lower().startswith("last"):
            return today + timedelta(ahead - 7)
        return today + timedelta(ahead or 7)
    if "one" in given:
        one, two = int(given["one"]), int(given["two"])
        given["day"], given["month"] = (str(two), str(one)) if two > 12 else (str(one), str(two))  # noqa: PLR2004 - months
    month = given["month"][:3].lower()
    number = _MONTHS.index(month) + 1 if month in _MONTHS else int(given["month"])
    try:
        return date(int(given.get("year", year)), number, int(given.get("day", 1)))
    except ValueError:
        return None


def times(text: str, _today: date | None = None) -> Iterator[Hit]:
    """Yield the times of day, in order, as in `15:30:00`."""
    for match in _TIME.finditer(text):
        given = {name.rstrip("23"): one for name, one in match.groupdict().items() if one}
        if noon := given.get("noon"):
            hour, minute = (12 if noon.lower() == "noon" else 0), 0
        else:
            hour = int(given.get("hour") or given["h"])
            minute = int(given.get("minute") or given.get("m") or (30 if "半" in match[0] else 0))
        half, part = given.get("half", "").lower(), given.get("part", "")
        if (half[:1] == "p" or part in {"下午", "晚上"}) and hour < 12:  # noqa: PLR2004 - of a clock
            hour += 12
        hour = 0 if half[:1] == "a" and hour == 12 else hour  # noqa: PLR2004
        if hour < 24:  # noqa: PLR2004
            yield Hit(f"{hour:02}:{minute:02}:{given.get('second', '00')}", *match.span())


def moments(text: str, today: date) -> Iterator[Hit]:
    """Yield the dates with the times behind them, as in `2026-01-31T15:30:00`."""
    clocks = list(times(text))
    for day in dates(text, today):
        joined = _JOINED.match(text, day.end)
        at = joined.end() if joined else day.end
        behind = next((one for one in clocks if one.start in {at, day.end}), None)
        clock = behind or next(iter(clocks), None)
        end = behind.end if behind else day.end
        yield Hit(f"{day.value}T{clock.value if clock else '00:00:00'}", day.start, end)
