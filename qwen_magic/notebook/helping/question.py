"""The question about an error, in the notebook's language (pure)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qwen_magic.notebook.failing.report import Report

__all__ = ["question_about"]

_ASKED = (
    "My cell raised an error. Tell me the cause in a sentence or two, then give the whole cell, "
    "corrected, as one block of Python code."
)
_ASKED_IN_CHINESE = (
    "我的单元格报错了。请先用一两句话说明原因，再给出改正后的完整单元格，放在一个 Python 代码块里。"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA = re.compile(r"[\u3041-\u30fa]")
_SAYING = re.compile(r"#.*|\A%%qwen[\s\S]*|^%qwen.*", re.MULTILINE)


def question_about(report: Report, hint: str = "", cells: Iterable[str] = ()) -> str:
    """Return what to ask about an error.

    Args:
        report: The error.
        hint: What the reader says about it.
        cells: The notebook's cells, which show its language.
    """
    chinese = _is_chinese(hint, report.text, cells)
    asked = _ASKED_IN_CHINESE if chinese else _ASKED
    said = (f"我想要的是：{hint}" if chinese else f"What I want: {hint}") if hint else ""
    return "\n\n".join(filter(None, (asked, said, report.text)))


def _is_chinese(hint: str, text: str, cells: Iterable[str]) -> bool:
    """Return whether the reader writes Chinese: in the hint, else in comments and questions."""
    if hint.strip():
        return _has_chinese(hint)
    said = " ".join(found for cell in cells for found in re.findall(_SAYING, cell))
    return _has_chinese(said) or _has_chinese(" ".join(re.findall("#.*", text)))


def _has_chinese(text: str) -> bool:
    return bool(_HAN.search(text)) and not _KANA.search(text)
