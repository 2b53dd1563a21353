"""What a short text is about, by its words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["topic_among", "topics_in"]

_TOPICS = {
    (
        "delivery",
        "物流",
    ): "deliver* ship* parcel package arriv* courier late 快递 物流 发货 送货 包裹",
    ("price", "价格"): "price* expensive cheap cost* worth money pay 价格 贵 便宜 划算 性价比",
    (
        "quality",
        "质量",
    ): "quality broke* defect* sturdy durable material 质量 做工 材质 破损 耐用 坏",
    ("battery", "电池"): "batter* charg* 电池 续航 充电",
    ("service", "服务"): "service support staff reply refund* 客服 服务 售后 退款",
    ("size", "尺寸"): "size* fit* small large tight 尺寸 尺码 大小 偏小 偏大",
    ("taste", "味道"): "tast* flavour flavor delicious 味道 口味 好吃",
    ("design", "外观"): "look* colour* color* design beautiful ugly 外观 颜色 设计 漂亮",
    ("sound", "声音"): "sound* loud noise noisy quiet 声音 音质 噪音",
    ("screen", "屏幕"): "screen display bright* 屏幕 显示",
    ("software", "软件"): "app software update* bug* crash* login 软件 应用 闪退 更新",
}


def topics_in(text: str, *, chinese: bool = False) -> list[str]:
    """Return the topics of a text, in the order in which they come up."""
    found = {names[chinese]: words.search(text) for names, words in _PATTERNS.items()}
    places = {name: match.start() for name, match in found.items() if match}
    return sorted(places, key=lambda name: places[name])


def topic_among(choices: Sequence[object], text: str) -> object | None:
    """Return the choice that a text says most about; None if it says nothing of any."""
    scores = [_score(str(choice), text) for choice in choices]
    best = max(scores, default=0)
    return choices[scores.index(best)] if best else None


def _score(choice: str, text: str) -> int:
    """Return how often a text speaks of what a word names."""
    direct = len(re.findall(re.escape(choice.replace("_", " ")), text, re.IGNORECASE))
    word = choice.casefold()
    known = (
        words
        for names, words in _PATTERNS.items()
        if any(name in word or word in name for name in names) or words.search(word)
    )
    return direct + max((len(words.findall(text)) for words in known), default=0)


def _pattern(words: str) -> re.Pattern[str]:
    plain = (word.replace("*", r"\w*") for word in words.split() if word.isascii())
    chinese = (word for word in words.split() if not word.isascii())
    return re.compile(rf"\b(?:{'|'.join(plain)})\b|{'|'.join(chinese)}", re.IGNORECASE)


_PATTERNS = {names: _pattern(words) for names, words in _TOPICS.items()}
