"""A question about a short text, in two: what is asked, and the text."""

from __future__ import annotations

import re

__all__ = ["asked_of", "passage_of"]

_TASK = re.compile(
    r"""
      \b(?:sentiment|mood|feels?|feeling|opinion|classif\w*|categor\w*|labels?|tags?|topics?|extract\w*|rat(?:e|ing)
      |which\ language|what\ language|language\ of|summar\w*|positive\ or\ negative|complain\w*)\b
    | 情感|情绪|感受|态度|正面|负面|分类|类别|归类|语言|语种|提取|抽取|标签|主题|打分|评分|概括|总结
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LINE = re.compile(r"(.{4,}?(?:[?:]\s+|[\uff1f\uff1a]\s*))(\S.{3,})", re.DOTALL)
_SHORT = 2  # lines below which a question is but a question


def passage_of(question: str) -> str:
    """Return the text that a question is about; empty if it is but a question.

    What is asked stands above the text, below it, or before a colon.
    """
    lines = [line for line in question.split("\n") if line.strip()]
    if len(lines) >= _SHORT:
        if _TASK.search(lines[0]):
            return question.partition(lines[0])[2].strip()
        if _TASK.search(lines[-1]):
            return question.rpartition(lines[-1])[0].strip()
        return ""
    found = _LINE.fullmatch(question.strip())
    return found[2].strip() if found and _TASK.search(found[1]) else ""


def asked_of(question: str) -> str:
    """Return what is asked about the text: the rest of the question."""
    return question.replace(passage_of(question), "", 1).strip()
