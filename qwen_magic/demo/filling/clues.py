"""What a question offers as arguments: its numbers, names and quoted words, in order."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING

from qwen_magic.demo.filling.places import CHINESE_CITIES
from qwen_magic.demo.reading.numerals import LETTER, narrowed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["OPENINGS", "Clues"]

_NUMBER = re.compile(rf"(?<!{LETTER})(?<!\.)(?<!\w-)-?\d+(?:\.\d+)?(?!{LETTER}|\.\d|-\d)")
_CAPITAL = "A-Z\u00c0-\u00de\u0386-\u042f"
_NAME = re.compile(
    rf"""
      "(?P<q1>[^"]+)" | “(?P<q2>[^”]+)” | 「(?P<q3>[^」]+)」 | `(?P<q4>[^`]+)`
    | (?<!\w)'(?P<q5>[^']+)'(?!\w)
    | (?<!{LETTER})(?P<code>[A-Z]+-?\d(?:{LETTER}|-)*)(?!{LETTER})                                      # an order: A-1134
    | (?<!{LETTER})(?P<name>[{_CAPITAL}](?:{LETTER}|['\u2019-])*(?:\ [{_CAPITAL}](?:{LETTER}|['\u2019-])*)*)         # Paris, New York, USD
    | (?P<city>{CHINESE_CITIES})
    """,
    re.VERBOSE,
)
_OBJECT = re.compile(
    r"""
    \b(?:in|for|of|to|from|about|at|named|called|with)\s+(?:the\s+|an?\s+|my\s+)?
    ((?:(?:san|new|los|las|hong|rio\ de|abu|cape|kuala|saint)\s+)?[^\W\d][\w-]*)
    """,
    re.VERBOSE,
)
_THING = re.compile(r"\b(?:the|its|my|our|your|this|an?)\s+([a-z]{4,})\s+(?:is|are|was|were|and|has)\b", re.IGNORECASE)  # fmt: skip
_LISTED = re.compile(r"\s*,|\s+(?:and|or|to|vs\.?|versus|with)\b")
_OPENING_WORDS = """
a add and are ask calculate call can check compare compute convert could count create delete do
does draw find fetch first get give hello hi hey how i i'm i'd if in is it let let's list look
make my now ok please read roll say search send set should show sort sum tell that the then
there this today translate try use using was we what what's when where which who why will with
write would you your
"""
OPENINGS = frozenset(_OPENING_WORDS.split())
"""Words that only open a sentence."""


class Clues:
    """The clues of one question; once taken, a clue is gone."""

    def __init__(self, question: str) -> None:
        self.question = question
        plain = narrowed(question)
        self._numbers = [(at.start(), _number(at[0])) for at in _NUMBER.finditer(plain)]
        self._names = list(_names(question))
        self._objects = deque(_OBJECT.findall(question))

    @property
    def numbers(self) -> list[int | float]:
        """The numbers that are left."""
        return [number for _, number in self._numbers]

    @property
    def names(self) -> list[str]:
        """The names that are left."""
        return [name for _, name in self._names]

    def drop(self, start: int, end: int) -> None:
        """Leave out what stands in a part of the question that was used."""
        self._numbers = [one for one in self._numbers if not start <= one[0] < end]
        self._names = [one for one in self._names if not start <= one[0] < end]

    def drop_number(self, number: float) -> None:
        """Leave out a number that was taken."""
        self._numbers.remove(next(one for one in self._numbers if one[1] == number))

    def mentions(self, word: object) -> bool:
        """Tell whether the question contains a word, in any case."""
        whole = rf"(?<!{LETTER}){re.escape(str(word))}(?!{LETTER})"
        return word != "" and bool(re.search(whole, self.question, re.IGNORECASE))

    def of(self, kind: str) -> Sequence[int | float | str]:
        """Return the remaining clues for a JSON type."""
        if kind == "string":
            return self.names
        return self.numbers if kind in ("integer", "number") else ()

    def name(self, fallback: str) -> str:
        """Take the next name, or what follows a preposition."""
        if self._names:
            return self._names.pop(0)[1]
        return self._objects.popleft() if self._objects else fallback

    def take_things(self) -> Sequence[str]:
        """Make the things that the question speaks of its names, and return them."""
        self._names += enumerate(self.things())
        return self.names

    def things(self) -> list[str]:
        """Return the things that the question speaks of: `the battery is …`."""
        return list(dict.fromkeys(_THING.findall(self.question)))

    def found(self, pattern: str) -> str:
        """Return the part of the question a pattern describes, or an empty string."""
        found = re.search(pattern, self.question)
        return found[0] if found else ""


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def _names(question: str) -> Iterator[tuple[int, str]]:
    """Yield the names in order; a single word that opens a sentence comes last, if at all."""
    openings = []
    for found in _NAME.finditer(question):
        if found.lastgroup != "name":
            yield found.start(), found[str(found.lastgroup)]
        elif name := _without_opening(found[0]):
            opens = re.search(r"(?:^|[.!?:]\s+)\Z", question[: found.start()])
            if opens and " " not in found[0] and not _LISTED.match(question, found.end()):
                openings.append((found.start(), name))
            else:
                yield found.start(), name
    if openings and not _OBJECT.search(question):
        yield openings[0]


def _without_opening(name: str) -> str:
    """Return the name without words that only open a sentence."""
    words = name.split(" ")
    while words and words[0].lower() in OPENINGS:
        words.pop(0)
    return " ".join(words)
