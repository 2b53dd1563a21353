"""Where a paragraph that still grows can be cut: between words, outside of its markup."""

from __future__ import annotations

import re
from itertools import islice

from qwen_magic.notebook.markdown.flanking import joins_lines
from qwen_magic.notebook.markdown.tokens import blocks, safe

__all__ = ["seam"]

_SEAM = re.compile(r"(?<=[\w.,;:!?)\"'])[ \n](?=\w)|(?<=[。！\uff1f\uff1b：，、])(?=\w)")
_SENTENCE = re.compile(r"(?<=[.!?])[ \n](?=\w)|(?<=[。！\uff1f])(?=\w)")
_TRIED = 4  # places, from the end
_OPENING = re.compile(r"[`\[~]|\*(?!\s)|(?<!\w)_(?!\s)|\$(?!\s)(?!\d[\d.,]*\s+[A-Za-z]{2})")
_UNMARKED = 500  # characters in which an opening mark may find its end
_WORD = 200  # characters of a word that is cut


def seam(text: str, *, is_item: bool) -> tuple[int, str] | None:
    """Return where the first part of a paragraph ends, and the space that follows it.

    Args:
        text: As much of the paragraph as has arrived.
        is_item: The parts are blocks of their own: end them with sentences only, and few.
    """
    places = [m for m in (_SENTENCE if is_item else _SEAM).finditer(text) if _is_space(text, m)]
    scale = 3 if is_item else 1
    if is_item and len(text) < scale * _UNMARKED:
        return None
    for found in islice(reversed(places), _TRIED):
        if _is_closed(text[: found.start()]):
            return found.start(), found[0]
    if len(text) < scale * _UNMARKED:
        return None
    if places:
        return places[-1].start(), places[-1][0]
    return _within_word(text)


def _is_space(text: str, found: re.Match[str]) -> bool:
    """Return whether a line end is a space, and not nothing as in Chinese."""
    at = found.start()
    return found[0] != "\n" or not joins_lines(text[at - 1], text[at + 1])


def _is_closed(text: str) -> bool:
    """Return whether no mark is open: each one that has its end is a token, no longer text."""
    if any(text.rfind(f"\\{a}") > text.rfind(f"\\{b}") for a, b in ("()", "[]")):
        return False
    tokens = safe(blocks(f"x {text}"))
    words = (token.content for token in tokens[1].children or () if token.type == "text")
    return not any(map(_OPENING.search, words))


def _within_word(text: str) -> tuple[int, str] | None:
    end = len(text) - _WORD
    for at in range(end, max(0, end - _WORD), -1):
        if text[at - 1].isalnum() and text[at].isalnum():
            return at, ""
    return None
