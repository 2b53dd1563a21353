"""Whether a text is pleased or not, by its words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qwen_magic.demo.reading.numerals import NUMBER, number_of

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["balance", "mood_among"]

_GOOD = """
amazing awesome best better brilliant charming comfortable delicious delight* easily easy enjoy* excellent
fantastic fast fine friendly good great happy helpful impress* like liked likes love* nice perfect*
pleasant pleased quick recommend* reliable satisfied solid superb thank* wonderful works 好 喜欢 满意 很棒 优秀 不错 推荐 完美 舒服 划算 惊喜 耐用
"""
_BAD = """
angry annoy* awful bad broke broken crash* cheap defect* dim weak scratch* cold die dies died dirty disappoint* dreadful
expensive fail* fault* hate* horrible late loud noisy poor* refund return* rude sad slow terribl* ugly unhappy
unusable useless waste worse worst wrong 差 坏 糟 失望 讨厌 难用 不好 退货 太慢 生气 破损 失灵 刺耳 太贵
"""
_NEUTRAL = frozenset({"neutral", "mixed", "中性", "中立"})
_NAMES = (
    frozenset(
        {"positive", "pos", "good", "happy", "praise", "satisfied", "正面", "积极", "好评", "表扬"}
    ),
    frozenset(
        {
            "negative",
            "neg",
            "bad",
            "unhappy",
            "sad",
            "angry",
            "complaint",
            "负面",
            "消极",
            "差评",
            "投诉",
        }
    ),
)
_NOT = re.compile(
    r"\b(?:not|no|never|isn't|wasn't|don't|doesn't|didn't|without)\s+(?:\w+\s+)?\Z|[不没未别无](?:太|很|怎么|是|有)?\Z",
    re.IGNORECASE,
)
_STARS = re.compile(rf"({NUMBER})(?:\s*stars?\b|\s*/\s*5|\s?[颗]?星)", re.IGNORECASE)
_MIDDLE = 3


def mood_among(choices: Sequence[object], text: str) -> object | None:
    """Return the choice that names the text's mood; None if the choices are no moods."""
    found = [
        next((choice for choice in choices if str(choice).casefold() in names), None)
        for names in (*_NAMES, _NEUTRAL)
    ]
    good, bad, neutral = found
    if good is None or bad is None:
        return None
    praise = balance(text)
    if praise == 0 and neutral is not None:
        return neutral
    return good if praise >= 0 else bad


def balance(text: str) -> int:
    """Return how much more praise than blame a text holds; the stars that it gives count twice."""
    stars = _STARS.search(text)
    given = number_of(stars[1]) if stars else _MIDDLE
    return 2 * ((given > _MIDDLE) - (given < _MIDDLE)) + sum(
        -side if _NOT.search(text[: found.start()]) else side
        for side, pattern in ((1, _PATTERNS[0]), (-1, _PATTERNS[1]))
        for found in pattern.finditer(text)
    )


def _pattern(words: str) -> re.Pattern[str]:
    plain = (word.replace("*", r"\w*") for word in words.split() if word.isascii())
    chinese = (word for word in words.split() if not word.isascii())
    return re.compile(rf"\b(?:{'|'.join(plain)})\b|{'|'.join(chinese)}", re.IGNORECASE)


_PATTERNS = (_pattern(_GOOD), _pattern(_BAD))
