"""What a question offers as arguments: its numbers, names and quoted words, in order; its mood."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING

from qwen_magic.demo.answers.chinese import spaced

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Clues", "mood_among"]

_GOOD = """
amazing awesome best better brilliant charming comfortable delicious delight* easy enjoy* excellent
fantastic fast fine friendly good great happy helpful impress* like liked likes love* nice perfect*
pleasant pleased quick recommend* reliable satisfied solid superb thank* wonderful works 好 喜欢 满意 很棒 优秀 不错 推荐 完美 舒服
"""
_BAD = """
angry annoy* awful bad broke broken crash* cheap defect* die dies died dirty disappoint* dreadful
expensive fail* fault* hate* horrible late loud noisy poor* refund return* rude sad slow terribl* ugly unhappy
unusable useless waste worse worst wrong 差 坏 糟 失望 讨厌 难用 不好 退货 太慢 生气
"""
_NEUTRAL = frozenset({"neutral", "mixed", "中性", "中立"})
_NAMES = (
    frozenset({"positive", "pos", "good", "happy", "正面", "积极", "好评"}),
    frozenset({"negative", "neg", "bad", "unhappy", "sad", "angry", "负面", "消极", "差评"}),
)
_NOT = re.compile(
    r"\b(?:not|no|never|isn't|wasn't|don't|doesn't|didn't)\s+(?:\w+\s+)?\Z", re.IGNORECASE
)
_NUMBER = re.compile(r"(?<![\w.])(?<!\w-)-?\d+(?:\.\d+)?(?!\w|\.\d|-\d)")
_CITIES = (
    "北京|上海|广州|廣州|深圳|杭州|成都|重庆|重慶|天津|苏州|蘇州|南京|武汉|武漢|西安|长沙|長沙|郑州|青岛|厦门|廈門|昆明|大连"
    "|哈尔滨|拉萨|香港|澳门|澳門|台北|臺北|台中|臺中|高雄|东京|東京|首尔|首爾|新加坡|巴黎|伦敦|倫敦|纽约|紐約|罗马|羅馬|柏林"
    "|莫斯科|悉尼|奥斯陆"
)
_LETTER = r"[^\W\u3040-\u9fff\uac00-\ud7a3]"  # Chinese has no spaces between words
_CAPITAL = "A-Z\u00c0-\u00de\u0386-\u042f"
_NAME = re.compile(
    rf"""
      "(?P<q1>[^"]+)" | “(?P<q2>[^”]+)” | 「(?P<q3>[^」]+)」 | `(?P<q4>[^`]+)`
    | (?<!\w)'(?P<q5>[^']+)'(?!\w)
    | (?<!{_LETTER})(?P<code>[A-Z]+-?\d(?:{_LETTER}|-)*)(?!{_LETTER})                                      # an order: A-1134
    | (?<!{_LETTER})(?P<name>[{_CAPITAL}](?:{_LETTER}|['\u2019-])*(?:\ [{_CAPITAL}](?:{_LETTER}|['\u2019-])*)*)         # Paris, New York, USD
    | (?P<city>{_CITIES})
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
_OPENINGS = frozenset(_OPENING_WORDS.split())


class Clues:
    """The clues of one question; once taken, a clue is gone."""

    def __init__(self, question: str) -> None:
        self.question = question
        self.numbers = deque(map(_number, _NUMBER.findall(spaced(question))))
        self.names = deque(_names(question))
        self._objects = deque(_OBJECT.findall(question))

    def mentions(self, word: object) -> bool:
        """Tell whether the question contains a word, in any case."""
        whole = rf"(?<!{_LETTER}){re.escape(str(word))}(?!{_LETTER})"
        return word != "" and bool(re.search(whole, self.question, re.IGNORECASE))

    def of(self, kind: str) -> Sequence[int | float | str]:
        """Return the remaining clues for a JSON type."""
        if kind == "string":
            return self.names
        return self.numbers if kind in ("integer", "number") else ()

    def name(self, fallback: str) -> str:
        """Take the next name, or what follows a preposition."""
        if self.names:
            return self.names.popleft()
        return self._objects.popleft() if self._objects else fallback

    def take_things(self) -> Sequence[str]:
        """Make the things that the question speaks of its names, and return them."""
        self.names.extend(dict.fromkeys(_THING.findall(self.question)))
        return self.names

    def found(self, pattern: str) -> str:
        """Return the part of the question a pattern describes, or an empty string."""
        found = re.search(pattern, self.question)
        return found[0] if found else ""


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def _names(question: str) -> Iterator[str]:
    """Yield the names in order; a single word that opens a sentence comes last, if at all."""
    openings = []
    for found in _NAME.finditer(question):
        if found.lastgroup != "name":
            yield found[str(found.lastgroup)]
        elif name := _without_opening(found[0]):
            opens = re.search(r"(?:^|[.!?:]\s+)\Z", question[: found.start()])
            if opens and " " not in found[0] and not _LISTED.match(question, found.end()):
                openings.append(name)
            else:
                yield name
    if openings and not _OBJECT.search(question):
        yield openings[0]


def _without_opening(name: str) -> str:
    """Return the name without words that only open a sentence."""
    words = name.split(" ")
    while words and words[0].lower() in _OPENINGS:
        words.pop(0)
    return " ".join(words)


def mood_among(choices: Sequence[object], text: str) -> object | None:
    """Return the choice that names the text's mood; None if the choices are no moods."""
    found = [
        next((choice for choice in choices if str(choice).casefold() in names), None)
        for names in (*_NAMES, _NEUTRAL)
    ]
    good, bad, neutral = found
    if good is None or bad is None:
        return None
    balance = _balance(text)
    if balance == 0 and neutral is not None:
        return neutral
    return good if balance >= 0 else bad


def _balance(text: str) -> int:
    return sum(
        -side if _NOT.search(text[: found.start()]) else side
        for side, pattern in ((1, _PATTERNS[0]), (-1, _PATTERNS[1]))
        for found in pattern.finditer(text)
    )


def _pattern(words: str) -> re.Pattern[str]:
    plain = (word.replace("*", r"\w*") for word in words.split() if word.isascii())
    chinese = (word for word in words.split() if not word.isascii())
    return re.compile(rf"\b(?:{'|'.join(plain)})\b|{'|'.join(chinese)}", re.IGNORECASE)


_PATTERNS = (_pattern(_GOOD), _pattern(_BAD))
