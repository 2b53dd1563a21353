"""Where emphasis may open and close beside Chinese, Japanese and Korean text.

CommonMark asks for a space or punctuation outside of `**` if there is punctuation inside, but these
scripts set no spaces: a bold word that ends in a full-width colon stays as it is typed. The rule here is the amended one of
"CJK-friendly emphasis" (github.com/tats-u/markdown-cjk-friendly): beside a CJK character or
punctuation mark, `*` and `~` may open and close. One pattern of other scripts is read as it is
meant, too: closing punctuation, `**`, a letter, as in `**Note:**text`.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline.state_inline import Scanned, StateInline

from qwen_magic.notebook.markdown import citations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

__all__ = ["FriendlyInline", "apart", "is_cjk", "joins_lines", "neighbours"]

_FIRST = 0x1100  # nothing before Hangul is CJK
_SELECTORS = range(0xFE00, 0xFE0F)  # variation selectors, without the one that makes an emoji
_IDEOGRAPHIC_SELECTORS = range(0xE0100, 0xE01F0)
_WIDE_QUOTES = "\N{VARIATION SELECTOR-2}"  # after a quotation mark, it asks for the full width
_CLOSING = frozenset(":.,;!?)]}%\N{HORIZONTAL ELLIPSIS}")
_NOTHING = "&#8203;"  # a space without width
_STRONG = 2  # asterisks
# Wide symbols are emoji, but for these blocks.
_IDEOGRAPHIC = (
    range(0x2E80, 0x3400),  # radicals, strokes, CJK punctuation, enclosed letters and months
    range(0x4DC0, 0x4E00),  # hexagrams
    range(0x1D300, 0x1D380),  # Tai Xuan Jing
)
_SQUARED = range(0x1F200, 0x1F300)  # enclosed ideographs; some of them are emoji
_SQUARED_EMOJI = frozenset(
    {0x1F201, 0x1F21A, 0x1F22F, 0x1F250, 0x1F251}
    | {*range(0x1F232, 0x1F237), *range(0x1F238, 0x1F23B)}
)


class FriendlyInline(ParserInline):
    """Parses what is inside a block, with the amended rule."""

    def parse(  # noqa: D102 - the base's
        self,
        src: str,
        md: MarkdownIt,
        env: dict[str, object],  # type: ignore[override]
        tokens: list[Token],
    ) -> list[Token]:
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


class _State(StateInline):
    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: FBT001, N802, N803 - the base's names
        end = start
        while end < self.posMax and self.src[end] == self.src[start]:
            end += 1
        before, main = _before(self.src, citations.before(self.src, start))
        behind = citations.after(self.src, end)
        after = self.src[behind] if behind < self.posMax else " "
        if _is_space(main) or _is_space(after):
            return Scanned(not _is_space(after), not _is_space(main), end - start)
        opens, closes = _is_punctuation(main), _is_punctuation(after)
        if canSplitWord:
            is_cjk_beside = bool(is_cjk(after)) or _is_cjk_before(before, main)
            is_meant = end - start >= _STRONG and _closes(main) and after.isalpha()
            opens, closes = (
                is_cjk_beside or opens or not closes,
                is_cjk_beside or closes or not opens or is_meant,
            )
        return Scanned(opens, closes, end - start)


def is_cjk(char: str) -> bool | None:
    """Return whether a character belongs to Chinese, Japanese or Korean; None if that depends."""
    code = ord(char)
    if code < _FIRST:
        return False
    match unicodedata.east_asian_width(char):
        case "F" | "H":
            return True
        case "W":
            return not _is_emoji(char)
        case "A":
            return None
        case "N":
            return unicodedata.name(char, "").startswith("HANGUL")
        case _:
            return False


def joins_lines(before: str, after: str) -> bool:
    """Return whether a line end between two characters is no space.

    Source: CSS Text, "Segment Break Transformation Rules"; Korean sets spaces between words.
    """
    return all(
        unicodedata.east_asian_width(char) in "FWH"
        and not _is_emoji(char)
        and not unicodedata.name(char, "").startswith(("HANGUL", "HALFWIDTH HANGUL"))
        for char in (before, after)
    )


def neighbours(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Return for each text the characters before and behind it, past empty ones; or nothing."""
    before, after = [""], [""]
    for text in texts[:-1]:
        before.append(text[-1:] or before[-1])
    for text in reversed(texts[1:]):
        after.append(text[:1] or after[-1])
    return list(zip(before, reversed(after), strict=True)) if texts else []


def apart(marked: str, length: int, before: str, after: str) -> str:
    """Return marked text with nothing around it that keeps CommonMark's readers from seeing it.

    They want a space or punctuation outside of the marks where there is punctuation inside: they
    get an entity, of which nothing is seen.

    Args:
        marked: The text between its marks.
        length: How many characters each mark has.
        before: The character before it; empty at the start.
        after: The character behind it; empty at the end.
    """
    inner = marked[length : len(marked) - length]
    opens, closes = (
        not inner or not _is_punctuation(inside) or not outside or _is_apart(outside)
        for inside, outside in ((inner[:1], before), (inner[-1:], after))
    )
    return f"{'' if opens else _NOTHING}{marked}{'' if closes else _NOTHING}"


def _is_apart(char: str) -> bool:
    return _is_space(char) or _is_punctuation(char)


def _before(text: str, start: int) -> tuple[str, str]:
    """Return the character before a place, and the one that it varies, if it is a selector."""
    before = text[start - 1] if start else " "
    if ord(before) in _SELECTORS:
        varied = text[start - 2] if start > 1 else " "
        return before, before if unicodedata.category(varied) == "Zs" else varied
    return before, before


def _is_cjk_before(before: str, main: str) -> bool:
    if before == main:
        known = is_cjk(main)
        return ord(main) in _IDEOGRAPHIC_SELECTORS if known is None else known
    known = is_cjk(main)
    return before == _WIDE_QUOTES and main in "‘’“”" if known is None else known  # noqa: RUF001 - these marks


def _is_emoji(char: str) -> bool:
    code = ord(char)
    if unicodedata.category(char) not in {"So", "Sk"}:
        return False
    if code in _SQUARED:
        return code in _SQUARED_EMOJI
    return not any(code in block for block in _IDEOGRAPHIC)


def _is_space(char: str) -> bool:
    return isWhiteSpace(ord(char))


def _is_punctuation(char: str) -> bool:
    return isMdAsciiPunct(ord(char)) or isPunctChar(char)


def _closes(char: str) -> bool:
    """Return whether a punctuation mark ends something."""
    return char in _CLOSING or unicodedata.category(char) in {"Pe", "Pf"}
