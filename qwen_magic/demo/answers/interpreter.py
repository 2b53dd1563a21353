"""The code interpreter: a few programs it knows, with output that is really computed."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from qwen_magic.demo.answers.arithmetic import expression, total
from qwen_magic.demo.answers.chinese import simplified, voice_for
from qwen_magic.demo.reading.numerals import spaced

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PLOT", "program"]

PLOT = "https://demo.invalid/plot.png?Expires=1767225600&Signature=demo"
"""The address of a plot: nothing is there, as with the vendor's own after half a day."""

MOST = 200  # the largest factorial

_ERROR = """Traceback (most recent call last):
  File "<stdin>", line 1, in <module>
ZeroDivisionError: division by zero"""


def program(question: str) -> tuple[str, str]:
    """Return the code for a question and its log, in the Markdown fence the vendor sends."""
    numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", question)]
    plain = spaced(simplified(question))
    for asked, write in _PROGRAMS:
        if re.search(asked, plain, re.IGNORECASE):
            code, log = write(question, numbers)
            return code, f"```\n{log}\n```" if "![" not in log else log
    code, log = _characters(question, numbers)
    return code, f"```\n{log}\n```"


def _factorial(_question: str, numbers: list[float]) -> tuple[str, str]:
    n = min(int(abs(numbers[0])), MOST) if numbers else 10
    return f"import math\n\nprint(math.factorial({n}))", str(math.factorial(n))


def _sum_to(_question: str, numbers: list[float]) -> tuple[str, str]:
    low, high = (int(numbers[0]), int(numbers[1])) if len(numbers) > 1 else (1, 100)
    code = f"print(sum(range({low}, {high} + 1)))"
    return code, str((low + high) * (high - low + 1) // 2)


def _mean(_question: str, numbers: list[float]) -> tuple[str, str]:
    values = numbers or [1.0, 2.0, 3.0]
    code = f"values = {values}\nprint(sum(values) / len(values))"
    return code, str(sum(values) / len(values))


def _primes(_question: str, numbers: list[float]) -> tuple[str, str]:
    limit = min(int(numbers[0]), 1000) if numbers else 30
    found = [n for n in range(2, limit) if all(n % d for d in range(2, math.isqrt(n) + 1))]
    code = f"print([n for n in range(2, {limit}) if all(n % d for d in range(2, int(n**0.5) + 1))])"
    return code, str(found)


def _plot(_question: str, _numbers: list[float]) -> tuple[str, str]:
    code = "import matplotlib.pyplot as plt\n\nplt.plot([x**2 for x in range(10)])\nplt.show()"
    return code, f"![plot]({PLOT})"


def _failing(_question: str, _numbers: list[float]) -> tuple[str, str]:
    return "print(1 / 0)", _ERROR


def _page(question: str, _numbers: list[float]) -> tuple[str, str]:
    say = voice_for(question)
    headings, unit = [say("Models"), say("Products"), say("Solutions")], say("sections")
    return f"headings = {headings}\nprint(len(headings), {unit!r})", f"{len(headings)} {unit}"


def _sum(question: str, numbers: list[float]) -> tuple[str, str]:
    summed = expression(question)
    try:
        return f"print({summed})", total(summed)
    except ZeroDivisionError:
        return _failing(question, numbers)


def _characters(question: str, _numbers: list[float]) -> tuple[str, str]:
    return f"text = {question!r}\nprint(len(text))", str(len(question))


_PROGRAMS: tuple[tuple[str, Callable[[str, list[float]], tuple[str, str]]], ...] = (
    (r"by zero|\braises?\b|\bexception\b|除以零|除以 ?0|报错", _failing),
    (r"factorial|阶乘", _factorial),
    (r"\bprimes?\b|素数|质数", _primes),
    (r"\bmean\b|average|平均", _mean),
    (r"plot|chart|draw|graph|画|图表|曲线", _plot),
    (r"\bsum\b.*\bto\b|\d\s*(?:到|至|加到)\s*\d", _sum_to),
    (r"homepage|home page|website|官网|首页", _page),
    (r"\d\s*(?:[-+*/×÷加减乘]|除以|plus|minus|times|divided)\s*\d?", _sum),  # noqa: RUF001 - what people type
)
