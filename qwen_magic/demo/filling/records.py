"""A text in pieces, one for each of the records that it tells of; and what a piece is about."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from qwen_magic.demo.filling.dates import Piece
from qwen_magic.demo.filling.finding import hits
from qwen_magic.demo.filling.material import USED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date

    from qwen_magic.demo.filling.dates import Hit

__all__ = ["Span", "listed", "phrase", "pieces_of", "thing"]

Span = tuple[int, int]

_ANCHORS = (
    *("money", "age", "email", "phone", "percent", "number", "quantity", "order", "person"),
    *("moment", "date", "time", "company", "city", "country"),
)
"""What there is once in each record, the surest first."""

_NO_ITEM = re.compile(
    r"\b(?:(?:sub|grand )?-?total|sum|tax|vat|change|cash|card|tip|to pay|balance)\b|合计|总计|小计|税|找零|实付|共计",
    re.IGNORECASE,
)
_SEPARATORS = (
    re.compile(r"\n+"),
    re.compile(r"[;；。!?！？]\s*|\.\s+"),
    re.compile(
        r"\s*[,，、]\s*(?:(?:and|und|plus|then)\b\s*|和|以及)?|\s+(?:and|und|plus|then)\s+|和|与|以及"
    ),
)
_UNUSED = re.compile(rf"[^{USED}\n]+")
_FEW = 5  # words of a thing in a list
_COUNTED = re.compile(
    r"\b(?:an?|two|three|four|five|six|\d+) ((?:new |old )?[a-z][\w-]+)(?=\s+(?:and|or|arrived|for|from|is|are|was|were|at|with|in|to)\b|[,.;!]|\Z)"
)
_SENTENCE_END = re.compile(r"[.!?](?=\s|\Z)|[。！？]|\n\s*\n")
_LINE = re.compile(r"\n")
_BLANK = re.compile(r"\n\s*\n")
_LISTED = re.compile(
    r"\s*[,，、;；\n]\s*(?:(?:and|or|plus)\b\s*|和)?|\s+(?:and|or|plus)\s+|和|以及"
)

_EMPTY_WORDS = """
i please send we you he she they it a an the this that these those my our your his her its their some of for on
at in to from with and or but also then plus by as each per only just about around cost costs
costing was were is are be been had has have got get gets bought buy buys paid pay pays spent spend
ordered order orders took take takes ate drank grabbed picked up went had need needs want wants
there here new another price item items euro euros dollar dollars pound pounds yuan usd eur gbp cny
rmb me us old years year later day next same yesterday today tomorrow total until till by since during under over people x cash card more
again finally first second after before and
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())
_RUN = re.compile(
    r"[^\s\ue000.,;:!?()\[\]{}|/\"“”，。；：！？（）、$€£¥=*•]+|[^\S\n]+|.", re.DOTALL
)
_CHINESE_LEAD = re.compile(
    r".*(?:买了?|点了?|要了|付了|花了|订了|吃了|喝了|用了)|\A(?:这[款个部台双件本把张]|今天|昨天|还有|以及|另外|和|与|又|的|在|共|每)+"
)
_CHINESE_TAIL = re.compile(r"(?:花了|花|各|每|共|是|为|卖|要|用了|一共|的)+\Z")


def pieces_of(text: str, roles: Collection[str], today: date) -> list[Piece]:
    """Return where the records with fields of these roles stand.

    Without a value that each record has, those are the lines or the sentences, if there are several.
    """
    for role in (role for role in _ANCHORS if role in roles):
        found = [one for one in hits(role, text, today) if not _is_sum(text, one)]
        if found:
            named = hits("person", text, today) if "person" in roles else []
            starts = [hit.start for hit in named]
            names = starts if starts and min(starts) < found[0].start else []
            return [_piece(text, span, role, found) for span in _between(text, found, names)]
    lines = [(a, b) for a, b in _parts(text, _LINE) if text[a:b].strip()]
    told = lines if len(lines) > 1 else [(a, b) for a, b in _parts(text, _SEPARATORS[1]) if b > a]
    return [Piece(a, b) for a, b in told] if len(told) > 1 else []


def _piece(text: str, span: Span, role: str, found: Sequence[Hit]) -> Piece:
    start, end = span
    near = max(0, next(hit.start for hit in found if hit.end > start) - start)
    is_chinese = bool(re.search(r"[\u4e00-\u9fff]", text[start:end]))
    return Piece(start, end, near, role == "quantity" and not is_chinese)


def _is_sum(text: str, hit: Hit) -> bool:
    """Return whether a number is the sum of others, or a part of the payment."""
    start = max(text.rfind("\n", 0, hit.start), text.rfind(". ", 0, hit.start)) + 1
    before = re.split(r"[,;，；。]", text[start : hit.start])[-1]
    return bool(_NO_ITEM.search(before))


def _between(text: str, found: Sequence[Hit], names: Sequence[int]) -> list[Span]:
    """Return the pieces around anchors: blocks, lines, or what lies between separators.

    Where names begin the records, a piece ends before the next one.
    """
    for separator in (_BLANK, _LINE):
        parts = list(_parts(text, separator))
        counts = [sum(a <= hit.start < b for hit in found) for a, b in parts]
        if max(counts) == 1 and sum(counts) > 1:
            return [part for part, count in zip(parts, counts, strict=True) if count]
    colon = max(text.rfind(sign, 0, found[0].start) for sign in ":：")
    cuts = [max(text.rfind("\n", 0, found[0].start), colon) + 1]
    cuts += [_cut(text, one.end, other.start, names) for one, other in pairwise(found)]
    end = text.find("\n", found[-1].end)
    return list(zip(cuts, [*cuts[1:], end if end >= 0 else len(text)], strict=True))


def _parts(text: str, separator: re.Pattern[str]) -> Iterator[Span]:
    start = 0
    for match in separator.finditer(text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _cut(text: str, start: int, end: int, names: Sequence[int]) -> int:
    """Return where the next record begins: behind one of the strongest separators.

    That is the last one before the next record's name, if it has one; else the first one.
    """
    if (name := next((at for at in names if start <= at < end), None)) is not None:
        for separator in _SEPARATORS:
            if found := list(separator.finditer(text, start, name)):
                return found[-1].end()
    for separator in _SEPARATORS:
        if match := separator.search(text, start, end):
            return match.end()
    return start


def listed(text: str) -> list[Span]:
    """Return where the things of a list stand that has lines, bullets or commas."""
    colon = max(text.find(":"), text.find("："))
    first = colon + 1 if 0 <= colon < len(text) - 1 else 0
    end = match.start() if (match := _SENTENCE_END.search(text, first)) else len(text)
    found = [phrase(text[:end], first + a, first + b) for a, b in _parts(text[first:end], _LISTED)]
    is_list = (first or not text[end + 1 :].strip()) and all(
        len(text[a:b].split()) <= _FEW for a, b in found
    )
    if not is_list:
        return [match.span(1) for match in _COUNTED.finditer(text)]
    return [(a, b) for a, b in found if a < b]


def phrase(text: str, start: int = 0, end: int | None = None) -> Span:
    """Return where the longest words of a part of a text stand, without those that say little."""
    best = (start, start)
    for part in _UNUSED.finditer(text, start, len(text) if end is None else end):
        said = [
            token.span()
            for token in _RUN.finditer(text, *part.span())
            if any(map(str.isalpha, token[0])) and token[0].casefold() not in _EMPTY
        ]
        if said and said[-1][1] - said[0][0] > best[1] - best[0]:
            best = (said[0][0], said[-1][1])
    return best


def thing(text: str, near: int = 0, *, behind: bool = False) -> Span | None:
    """Return where the words stand that a piece is about: those before a place, or the next ones."""
    runs: list[Span] = []
    joins = False
    for token in _RUN.finditer(text):
        word = token[0]
        if word.isspace():
            continue
        is_said = any(map(str.isalpha, word)) and word.casefold() not in _EMPTY
        if is_said and joins:
            runs[-1] = (runs[-1][0], token.end())
        elif is_said:
            runs.append(token.span())
        joins = is_said
    before = [run for run in runs if run[1] <= near]
    after = [run for run in runs if run[0] >= near]
    order = [*after, *before[::-1]] if behind else [*before[::-1], *runs]
    return _plain(text, order[0]) if order else None


def _plain(text: str, span: Span) -> Span:
    """Return the span without the words that lead to a thing in Chinese."""
    start, end = span
    if lead := _CHINESE_LEAD.match(text[start:end]):
        start = start + lead.end() if lead.end() < end - start else start
    if tail := _CHINESE_TAIL.search(text[start:end]):
        end = start + tail.start() if tail.start() else end
    return start, end
