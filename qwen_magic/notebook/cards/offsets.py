"""The two offsets of an annotation, in characters (pure).

They count characters, UTF-16 units or bytes, whoever wrote the server. The count that fits the text
best is taken.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING, Any, TypeAlias

from qwen_magic.responses import lenient

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qwen_magic.conversation.turn.sources import Source

__all__ = ["Span", "fitted", "is_within_word", "span"]

Span: TypeAlias = tuple[int, int]
_LINK_SCORE = 4  # a place that ends with a link to the source counts more than one after a word


def span(annotation: Mapping[str, Any]) -> Span | None:
    """Return the offsets that an annotation tells; a file may be cited at one only."""
    kind = annotation.get(lenient.text(annotation, "type"))
    told = {**annotation, **kind} if isinstance(kind, dict) else annotation
    index = lenient.integer(told, "index")
    end = lenient.integer(told, "end_index")
    end = index if end is None else end
    start = lenient.integer(told, "start_index")
    start = end if start is None else start
    return (start, end) if start is not None and end is not None and 0 <= start <= end else None


def fitted(text: str, told: Sequence[tuple[Source, Span]]) -> list[Span | None]:
    """Return the spans in characters; None for one that is not in the text."""
    counts: list[Sequence[int]] = [range(len(text) + 1)]
    if not text.isascii():
        counts += (list(accumulate(map(size, text), initial=0)) for size in (_units, _bytes))
    return max(
        ([_counted(span, count) for _, span in told] for count in counts),
        key=lambda spans: sum(
            _score(text, span, source) for span, (source, _) in zip(spans, told, strict=True)
        ),
    )


def _units(char: str) -> int:
    return 1 + (char > "\uffff")


def _bytes(char: str) -> int:
    return len(char.encode(errors="replace"))


def _counted(span: Span, count: Sequence[int]) -> Span | None:
    start, end = (bisect_left(count, place) for place in span)
    fits = end < len(count) and (count[start], count[end]) == span
    return (start, end) if fits else None


def _score(text: str, span: Span | None, source: Source) -> int:
    if span is None:
        return 0
    said = text[slice(*span)]
    is_linked = bool(source.url) and source.url in said and said.endswith((")", source.url))
    return (_LINK_SCORE if is_linked else 0) + (not is_within_word(text, span[1]))


def is_within_word(text: str, place: int) -> bool:
    """Return whether a place has a letter on both sides; Chinese sets no spaces between words."""
    beside = text[max(0, place - 1) : place + 1]
    return len(beside) > 1 and place > 0 and beside.isalnum() and not _is_wide(beside)


def _is_wide(beside: str) -> bool:
    return any(char >= "\u2e80" for char in beside)
