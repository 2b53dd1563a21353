"""A short answer to a short question about a text: its mood, language, category, or what it names."""

from __future__ import annotations

import re

from qwen_magic.demo.reading.labels import choice
from qwen_magic.demo.reading.languages import language_among, speaks_chinese
from qwen_magic.demo.reading.moods import mood_among
from qwen_magic.demo.reading.passages import asked_of, passage_of
from qwen_magic.demo.reading.topics import topics_in

__all__ = ["brief_answer"]

_LANGUAGE = re.compile(r"\blanguage\b|语言|语种", re.IGNORECASE)
_MOOD = re.compile(
    r"sentiment|mood|feel|positive|negative|情感|情绪|感受|态度|正面|负面", re.IGNORECASE
)
_CATEGORY = re.compile(r"categor|classif|label|topic|tag|分类|类别|归类|主题|标签", re.IGNORECASE)
_EXTRACT = re.compile(r"extract|提取|抽取", re.IGNORECASE)
_LISTED = re.compile(
    r"(?:\b(?:one of|among|between|into|as|from)\b|:|：|从|为)\s*([^.?。？\n]+)", re.IGNORECASE
)
_BETWEEN = re.compile(r"\s*(?:[,，、/|;；]|\bor\b|\band\b|或者?|和|还是)\s*", re.IGNORECASE)
_SOUGHT = {
    r"e-?mail|邮箱|邮件": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    r"link|address|url|网址|链接": r"https?://[^\s)>\]，。]+",
    r"phone|电话|手机": r"\+?\d[\d -]{6,}\d",
    r"date|日期": r"\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d+年\d+月\d+日",
    r"price|amount|价格|金额": r"[$€£¥]\s?\d+(?:[.,]\d+)?|\d+(?:[.,]\d+)?\s?(?:dollars|euros?|yuan|元|块)",
    r"order|订单": r"\b[A-Z]{1,3}-?\d{3,}\b",
    r"number|数字": r"-?\d+(?:\.\d+)?",
    r"name|person|people|place|cit|product|人名|姓名|地名|城市|产品": r"(?<!^)(?<![.!?] )\b[A-Z][\w-]+(?: [A-Z][\w-]+)*",
}


def brief_answer(question: str) -> str:
    """Return the answer in a word or two; empty if this is no question about a text."""
    text = passage_of(question)
    if not text:
        return ""
    asked = asked_of(question)
    chinese = speaks_chinese(asked)
    if _EXTRACT.search(asked):
        return _extracted(asked, text) or ("无" if chinese else "none")
    choices = _choices(asked)
    if _LANGUAGE.search(asked):
        found = language_among(choices, text) if choices else None
        return str(found or language_among((), text, chinese=chinese))
    if _MOOD.search(asked):
        usual = ("正面", "负面", "中性") if chinese else ("positive", "negative", "neutral")
        listed = [word for word in usual if re.search(word, asked, re.IGNORECASE)]
        return str(mood_among(listed if len(listed) > 1 else usual, text))
    if not _CATEGORY.search(asked):
        return ""
    found = choice(choices, text) if choices else None
    own = topics_in(text, chinese=chinese)
    last = choices[-1] if choices else ("其他" if chinese else "other")
    return str(found or (own[0] if own and not choices else last))


def _choices(asked: str) -> list[str]:
    """Return what an answer is to be chosen from: words in a list."""
    for found in _LISTED.finditer(asked):
        words = [word.strip(" .\"'“”()") for word in _BETWEEN.split(found[1])]
        words = [word for word in words if word and len(word.split()) <= len("one")]
        if len(words) > 1:
            return words
    return []


def _extracted(asked: str, text: str) -> str:
    for named, sought in _SOUGHT.items():
        if re.search(named, asked, re.IGNORECASE):
            return ", ".join(dict.fromkeys(re.findall(sought, text)))
    return ""
