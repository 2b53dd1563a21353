"""Whether citations leave the rest of a text as it is."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from qwen_magic.notebook.markdown.tokens import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it.token import Token

__all__ = ["citations", "says_the_same"]

_KEPT = 512  # blocks of the answers that grow now


def says_the_same(text: str, cited: str) -> bool:
    """Return whether a text with citations shows what it shows without them."""
    return _said(text) == _said(cited)


def citations(text: str) -> int:
    """Return how many citations a text shows."""
    return sum(token.type == "citation" for token in _every(parse(text)))


@lru_cache(_KEPT)
def _said(text: str) -> tuple[tuple[object, ...], ...]:
    tokens = (token for token in _every(parse(text)) if token.type not in {"citation", "inline"})
    told: list[tuple[object, ...]] = []
    for is_text, found in groupby(tokens, lambda token: token.type == "text"):
        if is_text:
            told.append(("text", "".join(token.content for token in found)))
        else:
            told += ((t.type, t.nesting, str(t.attrs), t.content) for t in found)
    return tuple(told)


def _every(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from token.children or ()
