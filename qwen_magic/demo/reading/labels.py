"""A field's value, read from the text that a question is about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from qwen_magic.demo.reading.languages import language_among, speaks_chinese
from qwen_magic.demo.reading.moods import balance, mood_among
from qwen_magic.demo.reading.topics import topic_among, topics_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["choice", "label"]

_TOPICS = re.compile(r"topic|tag|aspect|keyword|subject|theme|主题|标签|关键词|方面", re.IGNORECASE)
_LANGUAGE = re.compile(r"\blang|语言|语种", re.IGNORECASE)
_BLAME = re.compile(r"complain|negative|refund|angry|problem|抱怨|投诉|负面", re.IGNORECASE)


def label(schema: Mapping[str, Any], name: str, text: str) -> Any:  # noqa: ANN401 - any JSON
    """Return the value of a field of this name; None if the text says nothing of it."""
    kind = schema.get("type")
    chinese = speaks_chinese(text)
    if kind == "array" and _TOPICS.search(name):
        allowed = (schema.get("items") or {}).get("enum")
        found: list[object] = list(topics_in(text, chinese=chinese))
        return found if allowed is None else [one for one in allowed if topic_among([one], text)]
    if kind == "string" and _LANGUAGE.search(name):
        return language_among((), text, chinese=chinese)
    if kind == "string" and _TOPICS.search(name):
        return next(iter(topics_in(text, chinese=chinese)), None)
    if kind == "boolean" and _BLAME.search(name):
        return balance(text) < 0
    return None


def choice(choices: Sequence[object], text: str) -> object | None:
    """Return the choice that suits a text: its mood, its language, its topic; None if none does."""
    mood = mood_among(choices, text)
    if mood is not None:
        return mood
    language = language_among(choices, text)
    return topic_among(choices, text) if language is None else language
