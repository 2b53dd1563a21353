"""People and firms in a text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qwen_magic.demo.filling.clues import OPENINGS
from qwen_magic.demo.filling.dates import Hit
from qwen_magic.demo.filling.places import CHINESE_CITIES, NAMED, PLACES
from qwen_magic.demo.reading.numerals import LETTER

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FIRM", "SHOP", "persons"]

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方白邹孟熊秦邱江尹薛"
    "闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_CHINESE = (
    rf"(?<![\u4e00-\u9fff])(?:[和与跟及])?(?P<zh>[{_SURNAMES}](?![了过着的是在有一])[\u4e00-\u9fff]{{1,2}}?)"
    r"(?=[，,、。:：（(；;！!\s\ue000]|\d|今年|住|来自|在|说|叫|是|和|与|买|的|想|去|$)"
)
_INTRODUCED = rf"\b(?:[Mm]y name is|I am|I'm|called|named) (?P<name>{NAMED})|(?:我叫|名叫|我是)(?P<zh>[\u4e00-\u9fff]{{2,3}})"
_PERSON = re.compile(rf"(?<![\u201c\x22\u300c])(?<!{LETTER})(?P<name>{NAMED})|{_CHINESE}")
_NO_NAMES = """
january february march april may june july august september october november december monday tuesday
wednesday thursday friday saturday sunday i it we you he she they this that these those the a an and or
but on in at to from of for with by as if then when my our your his her their its there here yes no not hi
hello dear hey thanks thank best regards cheers sincerely yours subject date re total sum name age email
phone tel address order invoice receipt mr mrs ms dr today yesterday tomorrow please paid price cash card
tax vat subtotal what who which how i'm i've i'd also later after before team kind many all both people
persons guests items extract list find read
"""
_NO_NAME = frozenset(_NO_NAMES.split())

FIRM = (
    rf"{NAMED},? (?:Inc|Ltd|LLC|GmbH|AG|Corp|Corporation|Co|Group)\b\.?"
    r"|[\u4e00-\u9fff]{2,12}?(?:有限公司|集团|公司|超市|饭店|餐厅|书店)"
)
SHOP = rf"\b(?:at|by|from|with) ({NAMED})"

_OPENS = re.compile(r"(?:\A|[.!?:\n]\s*)\Z")
_ORDERED = re.compile(
    r" (?:an?|the|my|your|our|me|us|some|all|this|that|these|two|it|him|her|of|\d+)\b"
)


def persons(text: str) -> Iterator[Hit]:
    """Yield the names of people; those who introduce themselves come first."""
    introduced = list(re.finditer(_INTRODUCED, text))
    for match in (*introduced, *_PERSON.finditer(text)):
        group = "zh" if match["zh"] else "name"
        start, end = match.span(group)
        if group == "zh":
            if not re.match(CHINESE_CITIES, match["zh"]):
                yield Hit(match["zh"], start, end)
        elif (found := _without(text, start, end)).end > found.start:
            yield found


def _without(text: str, start: int, end: int) -> Hit:
    """Return a name without words that are none."""
    words = text[start:end].split(" ")
    while words and words[0].casefold() in _NO_NAME | OPENINGS:
        start += len(words.pop(0)) + 1
    while words and words[-1].casefold() in _NO_NAME:
        end -= len(words.pop()) + 1
    name = re.sub(r"['\u2019]s\Z", "", " ".join(words))
    is_order = len(words) == 1 and _ORDERED.match(text, end) and _OPENS.search(text[:start])
    is_none = name in PLACES or is_order or (name.isupper() and len(words) < 3) or not name  # noqa: PLR2004 - an acronym
    return Hit(name, start, start if is_none else min(end, start + len(name)))
