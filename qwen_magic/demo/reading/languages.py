"""In which language a text is: by its letters, else by its smallest words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["language_among", "language_of", "speaks_chinese"]

_LETTERS = {
    "ja": re.compile(r"[\u3041-\u30ff]"),
    "ko": re.compile(r"[\uac00-\ud7a3]"),
    "zh": re.compile(r"[\u4e00-\u9fff]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "el": re.compile(r"[\u0370-\u03ff]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
}
_WORDS = {
    "en": "the and is was it this that not for with very but of to my has are have",
    "de": "der die das und ist nicht ein eine sehr mit aber war ich zu für es von",
    "fr": "le la les et est un une pas très avec mais c'est je pour ce de du des",
    "es": "el la los y es un una no muy con pero está para que de lo por",
    "it": "il la e è un una non molto con ma che per di sono questo",
    "pt": "o a os e é um uma não muito com mas para que de do da",
    "nl": "de het een en is niet zeer met maar ik van voor dit",
}
_NAMES = {
    "en": ("English", "英语", "英文"),
    "de": ("German", "德语", "德文", "Deutsch"),
    "fr": ("French", "法语", "法文", "Français"),
    "es": ("Spanish", "西班牙语", "Español"),
    "it": ("Italian", "意大利语", "Italiano"),
    "pt": ("Portuguese", "葡萄牙语", "Português"),
    "nl": ("Dutch", "荷兰语", "Nederlands"),
    "ja": ("Japanese", "日语", "日文", "日本語"),
    "ko": ("Korean", "韩语", "韩文", "한국어"),
    "zh": ("Chinese", "中文", "汉语"),
    "ru": ("Russian", "俄语", "俄文", "Русский"),
    "ar": ("Arabic", "阿拉伯语"),
    "el": ("Greek", "希腊语"),
    "th": ("Thai", "泰语"),
}
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def speaks_chinese(text: str) -> bool:
    """Return whether a text is in Chinese."""
    return language_of(text) == "zh"


def language_of(text: str) -> str:
    """Return the code of a text's language; English if nothing tells."""
    counts = {code: len(letters.findall(text)) for code, letters in _LETTERS.items()}
    if counts["ja"]:  # Chinese letters stand in Japanese too
        return "ja"
    code = max(counts, key=lambda one: counts[one])
    if counts[code] > len(text) / 10:
        return code
    said = _WORD.findall(text.lower())
    hits = {one: sum(word in words.split() for word in said) for one, words in _WORDS.items()}
    return max(hits, key=lambda one: hits[one])


def language_among(choices: Sequence[object], text: str, *, chinese: bool = False) -> object | None:
    """Return the choice that names a text's language; its usual name without choices."""
    code = language_of(text)
    if not choices:
        return _NAMES[code][chinese]
    known = {code, *(name.casefold() for name in _NAMES[code])}
    are_languages = any(str(choice).casefold() in _ALL for choice in choices)
    found = next((choice for choice in choices if str(choice).casefold() in known), None)
    return found if are_languages else None


_ALL = {*_NAMES, *(name.casefold() for names in _NAMES.values() for name in names)}
