"""The short form of a shape, read as a type (pure).

    sentiment: positive|negative|neutral, score: 0..1, topics: [str], note: str?

A word alone in the place of a type is itself a value: `yes|no` allows these two. `0..1` is any number
from 0 to 1, `1..5` a whole number, `1.0..5.0` and `float 1..5` any number. `?` allows null.
Parentheses after a type tell the model more: `score: 0..1 (how sure)`. Wide signs of an input method
mean the plain ones. Records are read as dicts. Python's own forms mean what they mean there (`list[…]`,
`dict[str, …]`, `tuple[…]`, `Literal[…]`), and types of the notebook may be named.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal, Optional, TypedDict

import msgspec

from qwen_magic.conversation.schema.tokens import Token, failure, tokens
from qwen_magic.conversation.schema.words import CHINESE, GENERICS, WORDS
from qwen_magic.conversation.tools.hints import union
from qwen_magic.responses.nearest import suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qwen_magic.errors import SchemaError

__all__ = ["type_of_short"]

_CLOSING = {"[": "]", "{": "}"}
_DEEPEST = 32


def type_of_short(text: str, types: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - types have no type
    """Return the type that a short form stands for.

    Args:
        text: The short form.
        types: More words that stand for types.

    Raises:
        SchemaError: It cannot be read; a caret stands below the place.
    """
    return _Reader(text, tokens(text), {**CHINESE, **WORDS, **(types or {})}).whole()


@dataclass(slots=True)
class _Reader:
    """One pass over the tokens of a short form."""

    text: str
    left: list[Token]
    words: dict[str, Any]
    made: int = field(default=0)
    depth: int = field(default=0)

    def whole(self) -> Any:  # noqa: ANN401
        """Return the type of the whole text: of fields, or of one value."""
        if not self.left[0].kind:
            raise self._failed("the schema is empty", "for example: score: 0..1, topics: [str]")
        has_fields = any(token.text == ":" for token in self.left) and self.left[0].text not in "[{"
        found = self._fields() if has_fields else self._type("answer")
        if self.left[0].kind:
            hint = "commas stand between fields: a: int, b: str"
            raise self._failed("this is not understood", hint)
        return found

    def _fields(self) -> Any:  # noqa: ANN401
        """Read `name: type, …` as far as it goes."""
        found: dict[str, Any] = {}
        self.made += 1
        name = f"Answer{self.made if self.made > 1 else ''}"
        while True:
            at = self.left[0]
            if at.kind not in {"word", "quoted"}:
                raise self._failed("a field's name is missing here", "for example: price: float")
            if at.text in found:
                raise self._failed(f"the field {at.text!r} is there twice", "rename one of them")
            self.left.pop(0)
            found[at.text] = self._field(at.text)
            if not self._took(","):
                break
        return TypedDict(name, found)  # type: ignore[operator]

    def _field(self, name: str) -> Any:  # noqa: ANN401
        is_nullable = self._took("?")
        found = self._type(name) if self._took(":") else str
        return Optional[found] if is_nullable else found  # noqa: UP045 - `|` takes no strings

    def _type(self, name: str) -> Any:  # noqa: ANN401
        """Read one type, or several with `|` between them, and what is said about it."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self._failed("this is nested too deeply", "ask for less at once")
        found = [self._one(name)]
        while self._took("|"):
            found.append(self._one(name))
        if len(found) == 1 and isinstance(found[0], _Word) and found[0].bare is not None:
            raise self._unknown(found[0].bare)
        values = tuple(one.value for one in found if isinstance(one, _Word))
        others = [one for one in found if not isinstance(one, _Word)]
        words = [Literal.__getitem__(values)] if values else []
        joined = union((*others, *words))
        if self._took("?"):
            joined = Optional[joined]  # noqa: UP045
        if self.left[0].kind == "note":
            joined = Annotated[joined, self.left.pop(0).text]
        self.depth -= 1
        return joined

    def _one(self, name: str) -> Any:  # noqa: ANN401
        token = self.left[0]
        if token.kind == "quoted":
            return _Word(self.left.pop(0).text)
        if token.text in _CLOSING and token.kind == "sign":
            return self._group(token, name)
        if token.kind == "number":
            return self._number(None)
        if token.kind != "word":
            raise self._failed("a type is missing here", f"such as {', '.join(list(WORDS)[:8])}")
        self.left.pop(0)
        return self._named(token, name)

    def _named(self, token: Token, name: str) -> Any:  # noqa: ANN401
        """Read what a word begins: a type, a range of it, or the word itself."""
        if token.text.rpartition(".")[2].lower() in GENERICS and self.left[0].text == "[":
            return self._generic(token.text.rpartition(".")[2].lower(), name)
        kind = self.words.get(token.text, WORDS.get(token.text.lower()))
        if kind in {int, float} and self.left[0].kind == "number":
            return self._number(kind)
        if token.text.lower() in {"null", "none"}:
            return None
        return _Word(token.text, token) if kind is None else kind

    def _group(self, opened: Token, name: str) -> Any:  # noqa: ANN401
        """Read a list in brackets, or a record in braces."""
        self.left.pop(0)
        closing = _CLOSING[opened.text]
        if opened.text == "[":
            inner = self._fields() if self._begins_fields() else self._type(name)
        else:
            inner = self._fields()
        if not self._took(closing):
            raise failure(
                self.text, opened.at, f"this {opened.text} is not closed", f"add {closing}"
            )
        return list.__class_getitem__(inner) if opened.text == "[" else inner

    def _generic(self, word: str, name: str) -> Any:  # noqa: ANN401
        """Read what stands in the brackets behind `list` and the like."""
        opened = self.left.pop(0)
        members: list[Any] = []
        while self.left[0].kind and self.left[0].text != "]":
            members.append(self._value() if word == "literal" else self._member(name))
            if not self._took(","):
                break
        if not self._took("]"):
            raise failure(self.text, opened.at, "this [ is not closed", "add ]")
        try:
            return GENERICS[word](tuple(members))
        except (TypeError, ValueError) as error:
            raise failure(self.text, opened.at, str(error), "such as list[str]") from None

    def _member(self, name: str) -> Any:  # noqa: ANN401
        return ... if self._took("..") else self._type(name)

    def _value(self) -> Any:  # noqa: ANN401
        """Read a value that stands for itself, also if it is the name of a type."""
        token = self.left[0]
        if token.kind not in {"word", "quoted", "number"}:
            raise self._failed("a value is missing here", 'such as Literal["yes", "no"]')
        self.left.pop(0)
        plain = {"True": True, "False": False, "None": None}
        found = plain.get(token.text, token.text) if token.kind == "word" else token.text
        return _value(token.text) if token.kind == "number" else found

    def _begins_fields(self) -> bool:
        return self.left[0].kind == "word" and len(self.left) > 1 and self.left[1].text == ":"

    def _number(self, kind: type | None) -> Any:  # noqa: ANN401
        """Read a range of numbers, or a number that is a value by itself."""
        first = self.left.pop(0)
        if not self._took(".."):
            if kind is not None:
                raise self._failed("a range is missing here", "such as int 1..5")
            return _Word(_value(first.text))
        if self.left[0].kind != "number":
            raise self._failed("the end of the range is missing here", "such as 1..5")
        low, high = _value(first.text), _value(self.left.pop(0).text)
        if low > high:
            raise failure(
                self.text, first.at, "this range is empty", f"did you mean {high}..{low}?"
            )
        is_share = (low, high) == (0, 1)
        whole = isinstance(low, int) and isinstance(high, int) and not is_share
        return Annotated[kind or (int if whole else float), msgspec.Meta(ge=low, le=high)]

    def _took(self, sign: str) -> bool:
        """Take the next token if it is this sign."""
        is_next = self.left[0].kind == "sign" and self.left[0].text == sign
        if is_next:
            self.left.pop(0)
        return is_next

    def _unknown(self, token: Token) -> SchemaError:
        said = f"{token.text!r} is no type, and one value alone is no choice"
        if self.left[0].kind == "word" and self.left[0].text in self.words:
            hint = f"did you mean {token.text}: {self.left[0].text}?"
        else:
            known = [*WORDS, *(self.words.keys() - CHINESE.keys())]
            hint = suggestion(token.text, [*dict.fromkeys(known)])
        return failure(self.text, token.at, said, hint)

    def _failed(self, said: str, hint: str) -> SchemaError:
        return failure(self.text, self.left[0].at, said, hint)


@dataclass(frozen=True, slots=True)
class _Word:
    """A word or number that stands for itself; `bare` if it stands there without quotes."""

    value: Any
    bare: Token | None = None


def _value(text: str) -> int | float:
    return float(text) if {".", "e", "E"} & {*text} else int(text)
