"""What a text says for a field: a rule or two for each role that a field may have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from qwen_magic.demo.filling.dates import Hit, dates, moments, times
from qwen_magic.demo.filling.fields import labels, stem, words_of
from qwen_magic.demo.filling.people import FIRM, SHOP, persons
from qwen_magic.demo.filling.places import CITY, COUNTRY, STREET, WHERE, ZIP
from qwen_magic.demo.reading.numerals import NUMBER, number_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    Rule: TypeAlias = Callable[[str, date], Iterator[Hit]]

__all__ = ["beside", "hits", "labelled"]

_SIGN = r"(?:US\$|[$€£¥₹]|\b(?:USD|EUR|GBP|CNY|RMB|JPY|CHF)\b)"
_BEHIND = rf"(?:{_SIGN}|euros?\b|dollars?\b|pounds?\b|yuan\b|francs?\b|bucks\b|块钱|[元块圆])"
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_CODES = {
    "us$": "USD", "$": "USD", "€": "EUR", "£": "GBP", "¥": "CNY", "₹": "INR", "euro": "EUR",
    "dollar": "USD", "pound": "GBP", "yuan": "CNY", "元": "CNY", "块": "CNY", "块钱": "CNY", "圆": "CNY",
    "rmb": "CNY", "franc": "CHF", "buck": "USD",
}  # fmt: skip
_UNIT = r"(?:pieces?|pcs|kg|bottles?|packs?|boxes|box|bags?|cups?|cans?|pairs?|units?)\b"
_COUNTED = "[个件斤盒瓶本台只杯份包袋张双条箱支把套部辆]"
_TOTAL = (
    r"(?:(?<!sub)(?<!sub )(?<!sub-)\btotal\b|\bsum\b|\bto pay\b|合计|总计|总价|总额|实付|一共|共计)"
)


def _text(pattern: str, *, plain: bool = True) -> Rule:
    """Return a rule that yields what a pattern, or its first group, matches."""
    known = re.compile(pattern, re.IGNORECASE if plain else 0)

    def rule(text: str, _today: date) -> Iterator[Hit]:
        for match in known.finditer(text):
            group = 1 if known.groups and match[1] else 0
            yield Hit(match[group].strip(), *match.span(group))

    return rule


def _number(pattern: str, *, alone: bool = False) -> Rule:
    """Return a rule that yields the number in the group of a pattern that matches.

    Unless it is used alone, what stands beside it is used, too.
    """
    known = re.compile(pattern, re.IGNORECASE)

    def rule(text: str, _today: date) -> Iterator[Hit]:
        for match in known.finditer(text):
            group = match.lastindex or 0
            yield Hit(number_of(match[group]), *match.span(group if alone else 0))

    return rule


def _currency(text: str, _today: date) -> Iterator[Hit]:
    for match in re.finditer(_BEHIND, text, re.IGNORECASE):
        word = match[0].casefold()
        code = _CODES.get(word) or _CODES.get(stem(word)) or word.upper()
        yield Hit(code, *match.span())


_RULES: dict[str, tuple[Rule, ...]] = {
    "email": (_text(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),),
    "url": (_text(r"https?://[^\s)>\],，。；]*[^\s)>\],，。；.]|\bwww\.[^\s)>\],，。]+"),),
    "phone": (_text(r"(?<![\w.])(?:\+|\()?\d[\d ()/-]{6,}\d(?![\w.])"),),
    "date": (dates,),
    "time": (times,),
    "moment": (moments,),
    "age": (
        _number(
            r"(\d{1,3})\s*(?:岁|-?\s?years?[\s-]old|y/?o\b)|\b(?:aged?|turn(?:s|ed)|年龄)\s?:? ?(\d{1,3})"
            r"|(?:\b(?:is|am|are|was)|'s|今年)\s*(?:just|only|now|already|almost|nearly|才|刚)?\s*(\d{1,3})"
            r"(?=\s*(?:[,.;!?)，。；、]|(?:and|but|while)\b|\Z))(?![.,]\d)|(?:(?<=[^\W\d])|(?<=[^\W\d]\s))\((\d{1,3})\)"
            r"|(?<=[^\W\d]), ?(\d{1,3})(?=, [a-z])"
        ),
        _number(r"(?<![\w.$€£¥:-])(\d{1,3})(?![\w%]|[.,:-]\d|\s?[€$£])"),
    ),
    "currency": (_currency,),
    "percent": (_number(rf"({_DIGITS})\s*(?:%|percent\b)|百分之({NUMBER})"),),
    "total": (_number(rf"{_TOTAL}[^\d\n]{{0,15}}({_DIGITS})"),),
    "money": (
        _number(
            rf"{_SIGN} ?({_DIGITS})(?!\d)|(?<![\d.])({_DIGITS}) ?{_BEHIND}|(?<![\d.:])(\d+\.\d\d)(?![\d%]|\.\d)",
            alone=True,
        ),
    ),
    "quantity": (
        _number(
            r"(?<![\w.])(\d+) ?[x×] |(?<!\w)[x×] ?(\d+)(?![\w.])"  # noqa: RUF001 - the sign people type
            rf"|({NUMBER}) {_UNIT}(?: of\b)?|({NUMBER})\s*{_COUNTED}(?!钱)"
            rf"|(?<![\w.])({NUMBER})(?= [^\W\d])"
        ),
    ),
    "number": (_number(rf"({NUMBER})", alone=True),),
    "zip": (_text(ZIP, plain=False),),
    "street": (_text(STREET, plain=False),),
    "address": (_text(rf"(?:{STREET})[^\n]*", plain=False),),
    "country": (_text(COUNTRY, plain=False),),
    "city": (_text(CITY, plain=False), _text(WHERE, plain=False)),
    "company": (
        _text(FIRM, plain=False),
        _text(SHOP, plain=False),
        _text(r"\A\s*([A-Z][\w'&-]*(?: [A-Z&][\w'&-]*)*)(?=\s*\n|\s{2}|\t)", plain=False),
    ),
    "title": (_text(r"[“「《\"]([^”」》\"]+)[”」》\"]"),),
    "version": (_text(r"\bv?(\d+(?:\.\d+)+(?:-?\w+)?)\b"),),
    "person": (lambda text, _today: persons(text),),
    "order": (_text(r"(?<!\w)#?\s?([A-Z]{1,5}-?\d[\w-]+|\d{5,})(?!\w)", plain=False),),
    "unit": (_text(rf"(?<=\d)\s?(?:kg|ml|cm|mm|km|[glm])\b|(?<=\d)\s?{_COUNTED}"),),
}


def hits(role: str, text: str, today: date) -> list[Hit]:
    """Return all that a text has for a role, by the first rule that finds anything."""
    for rule in _RULES.get(role, ()):
        if found := list(rule(text, today)):
            return found
    return []


def labelled(name: str, text: str) -> Hit | None:
    """Return what stands behind a field's name and a colon, up to the next one or the line's end."""
    alike = "|".join(re.escape(label) for label in labels(name))
    found = re.search(
        rf"(?<![\w-])(?:{alike})\s*[:：=]\s*([^\n;；]+?)"
        r"(?=\s*[,，.。;；]?\s+[^\W\d]\w*(?: \w+)?\s*[:：=]|\s*[,，]\s*[^\W\d]\w*\s*[:：=]|[\n;；]|\s*\Z)",
        text,
        re.IGNORECASE,
    )
    return Hit(found[1], *found.span(1)) if found and found[1].strip("\ue000 ") else None


def beside(name: str, text: str) -> Hit | None:
    """Return the number that stands beside a field's name: `4 stars`, `room 204`."""
    words = [word for word in words_of(name) if len(word) > 1 or not word.isascii()]
    for word in reversed(words):
        near = rf"\b{re.escape(stem(word))}\w{{0,2}}\b" if word.isascii() else re.escape(word)
        pattern = (
            rf"({NUMBER})[\s-]*{near}|{near}(?:\s*[:：=#]|\s+(?:is|was|of)|是|为)?\s*({NUMBER})"
        )
        if found := re.search(pattern, text, re.IGNORECASE):
            return Hit(number_of(found[found.lastindex or 0]), *found.span())
    return None
