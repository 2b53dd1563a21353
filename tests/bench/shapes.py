"""Answers of a single shape, of any length: one paragraph, one fence, one table…"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["SHAPES", "shaped"]

_WORDS = "A lake holds `still` water, and a **river** carries it on to the sea. "
_OTHERS = "Some of it rises, *cools* and falls as rain; see [more](https://lake.example/rain). "


def _sentences() -> Iterator[str]:
    for number in count(1):
        yield f"{number}. is said here. " if number % 7 == 0 else (_WORDS, _OTHERS)[number % 2]


def _fence() -> Iterator[str]:
    yield "```python\n"
    for number in count(1):
        yield f"def area_{number}(width, height=2.5):\n"
        yield f'    """Return the area of figure {number}."""\n'
        yield f"    if width < {number} and height is not None:\n"
        yield "        return [round(width * height, 2) for _ in range(3)]  # rounded\n"
        yield "    return {'area': None}\n\n"


def _table() -> Iterator[str]:
    yield "| number | name | square | a few words about it |\n|--:|---|--:|---|\n"
    for number in count(1):
        yield f"| {number} | row *{number}* | {number**2} | `x{number}` is the {number}th of them |\n"


def _list() -> Iterator[str]:
    for number in count(1):
        yield f"{number}. The item has **number** {number}, and a few more words.\n"
        if number % 3 == 0:
            yield f"    - Below it stands `{number}.a`, which is smaller.\n    - And another one.\n"


def _quote() -> Iterator[str]:
    for number in count(1):
        yield f"> Line {number} of what *somebody* said a long time ago.\n"
        yield ">\n" if number % 5 == 0 else ""


def _formula() -> Iterator[str]:
    yield "$$\n\\begin{aligned}\n"
    for number in count(1):
        yield f"a_{{{number}}} &= \\frac{{{number}}}{{x + {number}}} + b_{{{number}}} \\\\\n"


SHAPES: dict[str, Callable[[], Iterator[str]]] = {
    "paragraph": _sentences,
    "fence": _fence,
    "table": _table,
    "list": _list,
    "formula": _formula,
    "quote": _quote,
    "reasoning": _sentences,
}
_ENDS = {"fence": "```\n", "formula": "\\end{aligned}\n$$\n"}


def shaped(shape: str, length: int) -> str:
    """Return one block of a shape, so many characters long."""
    text = ""
    for piece in SHAPES[shape]():
        text += piece
        if len(text) >= length:
            return text + _ENDS.get(shape, "")
    raise AssertionError
