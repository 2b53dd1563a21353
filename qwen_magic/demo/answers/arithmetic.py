"""Sums and comparisons the script works out itself."""

from __future__ import annotations

import re
from fractions import Fraction

from qwen_magic.demo.answers.chinese import simplified
from qwen_magic.demo.reading.numerals import numeral, spaced

__all__ = ["compared", "expression", "total"]

_SPOKEN = {
    r"\bplus\b|加上?": "+",
    r"\bminus\b|减去?": "-",
    r"\btimes\b|\bmultiplied by\b|×|乘[以上]?": "*",  # noqa: RUF001 - the sign people type
    r"\bdivided by\b|÷|除以": "/",
    r"\u2212": "-",
}
_NUMERAL = re.compile(
    r"[零一二两三四五六七八九十百千]{1,9}(?=\s*(?:加|减|乘|除以|[-+*/×÷]))"  # noqa: RUF001 - the signs people type
    r"|(?<=[加减乘以上去×÷+*/-])[零一二两三四五六七八九十百千]{1,9}"  # noqa: RUF001
)
_EXPRESSION = re.compile(r"(?<![\w.-])\d{1,15}(?:\s*[-+*/]\s*\d{1,15})+(?![\w.]*\d|-\d)")
_DATE = re.compile(r"\d{4}([-/])\d{1,2}\1\d{1,2}|\d{1,2}/\d{1,2}/\d{2,4}")
_DECIMAL = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?!\w|\.\d)")
_WHICH = re.compile(
    r"\b(?:larg|bigg|great|small|high|low)(?:er|est)\b|\bless\b|\bmore\b|哪个|哪一个|更大|更小|谁更?[大小]|比较|较大|较小|大还是",
    re.IGNORECASE,
)
_LESS = re.compile(
    r"\b(?:small|low)(?:er|est)\b|\bless\b|更小|哪一?个(?:数)?小|谁小|较小|最小", re.IGNORECASE
)


def expression(question: str) -> str:
    """Return the sum a question contains, in plain signs, or an empty string."""
    question = _NUMERAL.sub(lambda found: str(numeral(found[0])), spaced(simplified(question)))
    for spoken, sign in _SPOKEN.items():
        question = re.sub(spoken, sign, question, flags=re.IGNORECASE)
    found = _EXPRESSION.search(_DATE.sub("", question))
    return re.sub(r"\s*([-+*/])\s*", r" \1 ", found[0]) if found else ""


def total(summed: str) -> str:
    """Return what the sum comes to, as a whole number if it is one, else as a decimal.

    Raises:
        ZeroDivisionError: The sum divides by zero.
    """
    whole = Fraction(0)
    for sign, product in re.findall(r"(^|[-+] )([^-+]+)", summed):
        whole += _product(product) * (-1 if sign == "- " else 1)
    return str(whole) if whole.denominator == 1 else f"{float(whole):.10g}"


def _product(text: str) -> Fraction:
    first, *rest = text.split()
    value = Fraction(first)
    for sign, factor in zip(rest[::2], rest[1::2], strict=True):
        value = value * int(factor) if sign == "*" else value / int(factor)
    return value


def compared(question: str) -> tuple[str, str, bool] | None:
    """Return the number a question asks for, the other one, and whether it asks for the larger."""
    question = spaced(simplified(question))
    numbers = list(dict.fromkeys(_DECIMAL.findall(question)))
    if len(numbers) != len(("one", "other")) or not _WHICH.search(question):
        return None
    less, more = sorted(numbers, key=Fraction)
    return (less, more, False) if _LESS.search(question) else (more, less, True)
