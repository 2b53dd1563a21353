"""What a row will probably cost, and whether it may still be asked (pure)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qwen_magic.conversation.turn.records import Prompt

__all__ = ["Budget", "length"]

_LETTERS_A_TOKEN = 2.5  # while nothing is known; few for a text of Latin letters
_LETTERS_AN_IMAGE = 3000  # a picture is about 1,200 tokens
_UNKNOWN_ANSWER = 300.0
_CAREFUL = 2.0  # standard deviations


def length(prompt: Prompt) -> int:
    """Return how long a prompt is, in letters; an image counts as many."""
    if isinstance(prompt, str):
        return len(prompt)
    parts = [part for message in prompt for part in _parts(message.get("content"))]
    return sum(len(part) if isinstance(part, str) else _LETTERS_AN_IMAGE for part in parts)


def _parts(content: object) -> list[object]:
    if not isinstance(content, list | tuple):
        return [str(content)]
    return [part.get("text") if "text" in part else part for part in content]


@dataclass(slots=True)
class Budget:
    """Tokens that were spent, and those that rows in flight will spend.

    Attributes:
        most: How many may be spent; infinite if nobody set a limit.
        spent: How many were.
        reserved: How many the rows in flight will probably cost.
        rows: How many rows have told what they cost.
    """

    most: float = math.inf
    spent: int = 0
    reserved: float = 0.0
    rows: int = 0
    _letters: float = 0.0
    _input: float = 0.0
    _letters_squared: float = 0.0
    _products: float = 0.0
    _output: float = 0.0
    _output_squared: float = 0.0

    @property
    def is_known(self) -> bool:
        """Whether an answer has told what rows cost."""
        return self.rows > 0

    def estimate(self, letters: float, *, careful: bool = False) -> float:
        """Return what a row of so many letters will cost; if careful, rather too much."""
        if not self.rows:
            return letters / _LETTERS_A_TOKEN + _UNKNOWN_ANSWER
        output = self._output / self.rows
        if careful:
            variance = max(0.0, self._output_squared / self.rows - output**2)
            output += _CAREFUL * math.sqrt(variance) + output / self.rows
        return self._given(letters) + output

    def _given(self, letters: float) -> float:
        """Return how many tokens of input so many letters are: a line through what is known."""
        usual, given = self._letters / self.rows, self._input / self.rows
        spread = self._letters_squared / self.rows - usual**2
        if spread <= 1:
            return given * letters / max(1.0, usual)
        slope = max(0.0, (self._products / self.rows - usual * given) / spread)
        return max(0.0, given + slope * (letters - usual))

    def admits(self, letters: int) -> bool:
        """Return whether one more row may be asked, with what is in flight."""
        if math.isinf(self.most):
            return True
        return self.spent + self.reserved + self.estimate(letters, careful=True) <= self.most

    def reserve(self, letters: int) -> float:
        """Note that a row is asked; return what is reserved for it."""
        cost = self.estimate(letters, careful=True)
        self.reserved += cost
        return cost

    def release(self, cost: float) -> None:
        """Note that a row came back."""
        self.reserved = max(0.0, self.reserved - cost)

    def paid(self, letters: int, tokens: tuple[int, int]) -> None:
        """Note what an answer cost: tokens of input and of output."""
        given, came = tokens
        self.spent += given + came
        self.rows += 1
        self._letters += letters
        self._input += given
        self._letters_squared += letters * letters
        self._products += letters * given
        self._output += came
        self._output_squared += came * came
