"""The text that a schema is filled from, and what of it has been used."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qwen_magic.demo.filling.clues import Clues
from qwen_magic.demo.reading.numerals import narrowed
from qwen_magic.demo.reading.passages import passage_of

if TYPE_CHECKING:
    from datetime import date

    from qwen_magic.demo.filling.dates import Hit, Piece

__all__ = ["USED", "Material", "material_of"]

USED = "\ue000"
"""What stands in the place of each character that has been used."""

_TASK = re.compile(
    r"""\s*(?:please\s+|kindly\s+|can\ you\s+|could\ you\s+)?
    (?:extract|list|read|find|which|what|who|classify|give|return|make|parse|summari[sz]e|turn|collect
    |pull|get|identify|fill|convert|tell|here\ (?:is|are)|sort|label|rate|analy[sz]e
    |请|提取|列出|找出|从|把|将|分析|整理|以下|下面|判断)""",
    re.IGNORECASE | re.VERBOSE,
)
_HEAD = re.compile(r"\A[^\n]{0,300}?[:：](?=\s|[^\d\s/])\s*|\A[^\n]{0,300}\n\s*\n")
_ASKED = re.compile(r"\A[^\n]{2,300}[?？][ \t]*\n\s*(?=\S)")
_YEAR = re.compile(r"(?<![\d.,])(?:1[5-9]|2[01])\d\d(?![\d,]|\.\d)")
_TAIL = re.compile(r"\n\s*\n[^\n]{0,300}\Z")


def material_of(question: str) -> str:
    """Return what a question brings along, without the sentence that says what to do with it."""
    head = _HEAD.match(question)
    if head and _TASK.match(question) and question[head.end() :].strip():
        return question[head.end() :]
    tail = _TAIL.search(question)
    if tail and _TASK.match(tail[0]) and question[: tail.start()].strip():
        return question[: tail.start()]
    if asked := _ASKED.match(question):
        return question[asked.end() :]
    return passage_of(question) or question


class Material:
    """A text; what has been used of it is not found again.

    Args:
        text: The text as it was written.
        today: The day that "yesterday" is counted from.
        left: The text with blanks in the place of what was used.

    Attributes:
        clues: What it offers where no rule finds anything.
        near: Where the surest value of a record stands; -1 where none is known.
        is_behind: Whether what the record is about stands behind that.
        around: What the text around a record says for all of them, by role.
        is_record: Whether it is a piece that tells of one record.
        is_passage: Whether the question was about this text.
        is_of_things: Whether that has a price or a number of pieces: then its name is no person's.
    """

    def __init__(self, text: str, today: date, *, left: str = "") -> None:
        self.whole = text
        self.today = today
        self.left = left or narrowed(text)
        self.clues = Clues(text)
        self.near = -1
        self.is_behind = False
        self.around: dict[str, str | int | float] = {}
        self.is_record = False
        self.is_passage = False
        self.is_of_things = False
        for used in re.finditer(f"{USED}+", self.left):
            self.clues.drop(*used.span())

    def take(self, start: int, end: int) -> None:
        """Use a part of the text."""
        self.left = f"{self.left[:start]}{USED * (end - start)}{self.left[end:]}"
        self.clues.drop(start, end)

    def use(self, hit: Hit) -> str | int | float:
        """Use what was found, and return it."""
        self.take(hit.start, hit.end)
        return hit.value

    def piece(self, piece: Piece) -> Material:
        """Return a part of the text that tells of one record."""
        at = slice(piece.start, piece.end)
        years = _YEAR.findall(self.whole[: piece.end])
        day = self.today.replace(day=min(28, self.today.day), year=int(years[-1])) if years else self.today  # fmt: skip
        made = Material(self.whole[at], day, left=self.left[at])
        made.is_record, made.near, made.is_behind = True, piece.near, piece.is_behind
        made.around, made.is_passage = dict(self.around), self.is_passage
        return made
