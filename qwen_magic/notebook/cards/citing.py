"""Where an answer's citations stand in its text (pure).

A citation whose place does not fit the text has no mark; it is in the list of sources alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.turn.sources import source_of
from qwen_magic.notebook.cards.offsets import fitted, is_within_word, span
from qwen_magic.notebook.markdown.citations import citation, cleaned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from qwen_magic.conversation.turn.sources import Source
    from qwen_magic.notebook.cards.offsets import Span
    from qwen_magic.responses.items import Message

__all__ = ["Mark", "marks", "message_marks", "with_citations", "with_numbers"]

_CODE = re.compile(
    r"^ {0,3}(`{3,}|~{3,}).*?(?:^ {0,3}\1|\Z)|(`+)(?!`).+?(?<!`)\2(?!`)", re.MULTILINE | re.DOTALL
)
_LINK = re.compile(
    r"(?:\[[^\[\]\n]*)?\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)\)?|https?://[^\s<>)\]]+"
)
_ASIDE = re.compile(r"\(?\[[^\[\]\n]*\]\([^\n]*\)\Z")  # `([site](address))`


@dataclass(frozen=True, slots=True)
class Mark:
    """A citation in a text: it stands at `end`, in place of what begins at `start`."""

    start: int
    end: int
    source: Source


def marks(
    text: str, annotations: Iterable[Mapping[str, Any]], sources: Mapping[str, Source]
) -> tuple[Mark, ...]:
    """Return the citations that fit the text, in order; sources are known by their keys."""
    named = [(told, sources.get(s.key)) for told in annotations if (s := source_of(told))]
    told = [(source, place) for told, source in named if source and (place := span(told))]
    if not told:
        return ()
    places = fitted(text, told)
    closed = [match.span() for match in (*_CODE.finditer(text), *_LINK.finditer(text))]
    found = {
        mark
        for (source, _), place in zip(told, places, strict=True)
        if place and (mark := _mark(text, place, source, closed))
    }
    ordered = sorted(found, key=lambda mark: (mark.end, mark.start, mark.source.number))
    return _harmless(text, _apart(ordered))


def _harmless(text: str, placed: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """Leave out marks that would not show, or would make something else of the text around them."""
    from qwen_magic.notebook.markdown.blocks import split_blocks

    finished, rest = split_blocks(text)
    blocks = ["", *finished, rest, ""]
    kept: list[Mark] = []
    begin = 0
    for above, block, below in zip(blocks, blocks[1:], blocks[2:], strict=False):
        around = partial(_is_harmless, (above, block, below))
        inside = _within(placed, begin, len(block))
        if inside and not around(inside):
            inside = [mark for mark in inside if around([mark])]
        kept += (replace(m, start=m.start + begin, end=m.end + begin) for m in inside)
        begin += len(block)
    return tuple(kept)


def _is_harmless(blocks: tuple[str, str, str], placed: Sequence[Mark]) -> bool:
    """Return whether citations in the second block show, and change none of the three.

    A line may end the block above, or go on with it.
    """
    from qwen_magic.notebook.markdown.sameness import citations, says_the_same

    above, block, below = blocks
    shown = with_citations(block, placed)
    without = _replaced(block, placed, _nothing)
    whole = (f"{above}{said}{below}" for said in (without, shown))
    return citations(shown) == len(placed) and says_the_same(*whole)


def _within(placed: Iterable[Mark], begin: int, length: int) -> list[Mark]:
    """Return the marks in a piece of the text, by their places in that piece."""
    end = begin + length
    inside = [mark for mark in placed if begin <= mark.start and begin < mark.end <= end]
    return [replace(m, start=m.start - begin, end=m.end - begin) for m in inside]


def message_marks(item: Message, sources: Mapping[str, Source]) -> tuple[Mark, ...]:
    """Return the citations in all of a message's text."""
    placed: list[Mark] = []
    begin = 0
    for part in item.content:
        found = marks(part.text, part.annotations, sources)
        placed += [Mark(mark.start + begin, mark.end + begin, mark.source) for mark in found]
        begin += len(part.text)
    return tuple(placed)


def with_citations(text: str, placed: Sequence[Mark]) -> str:
    """Return Markdown in which each citation is what `notebook.markdown` draws as one."""
    return _replaced(cleaned(text), placed, lambda _, source: citation(source))


def with_numbers(text: str, placed: Sequence[Mark], begin: int = 0) -> str:
    """Return a text with `[1]` at each citation; it begins at this offset of the whole text."""
    return _replaced(text, _within(placed, begin, len(text)), _number)


def _nothing(_before: str, _source: Source) -> str:
    return ""


def _number(before: str, source: Source) -> str:
    """Return a citation in plain text: `list [1]`, since `list[1]` would look like code."""
    is_word = before[-1:].isalnum() and before[-1:].isascii()
    return f" [{source.number}]" if is_word else f"[{source.number}]"


def _replaced(text: str, placed: Sequence[Mark], drawn: Callable[[str, Source], str]) -> str:
    pieces: list[str] = []
    done = 0
    for mark in placed:
        before = text[done : mark.start]
        pieces += before, drawn(before, mark.source)
        done = mark.end
    return "".join([*pieces, text[done:]])


def _apart(found: Iterable[Mark]) -> tuple[Mark, ...]:
    """Leave out marks that begin within another one."""
    kept: list[Mark] = []
    for mark in found:
        if not kept or kept[-1].end <= mark.start:
            kept.append(mark)
    return tuple(kept)


def _mark(text: str, place: Span, source: Source, closed: Sequence[Span]) -> Mark | None:
    """Return the citation at a place; None if it would be inside of a word or of code."""
    start, end = place
    end = start + len(text[start:end].rstrip()) if text[start:end].strip() else end
    aside = _ASIDE.search(text[start:end])
    if aside and source.url and f"({source.url}" in aside[0]:
        return Mark(start + aside.start(), end, source)
    end = len(text[:end].rstrip())
    end = next((last for first, last in closed if first < end < last), end)
    line = text[text.rfind("\n", 0, end) + 1 : end]
    if line.count("|") > 1 and line.endswith("|"):  # the end of a table's row
        line = line[:-1].rstrip()
        end = text.rfind("\n", 0, end) + 1 + len(line)
    return None if is_within_word(text, end) else Mark(end, end, source)
