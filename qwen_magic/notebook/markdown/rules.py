r"""What models write beyond CommonMark, as rules for markdown-it: formulas and `<br>`.

Models write `$…$`, `$$…$$`, `\(…\)`, `\[…\]` and bare `\begin{align}…\end{align}`. `$5 and $6` is
money, by pandoc's rule and one more: a number followed by a word is an amount. `\[1\]` is an
escaped bracket.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qwen_magic.notebook.markdown.flanking import is_cjk

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

__all__ = ["add_rules"]

_LONGEST = 5_000  # characters of a formula within a line; limits the cost of unclosed delimiters
_BRACKETS = 500  # in one paragraph
_COUNT = -1  # the key of their number, in a cache whose other keys are positions
_INLINE = {"$$": "$$", "$": "$", r"\(": r"\)", r"\[": r"\]"}
_BLOCK = {"$$": "$$", r"\[": r"\]"}
_ENVIRONMENT = re.compile(
    r"\\begin\{((?:align|alignat|eqnarray|equation|flalign|gather|multline)\*?)\}"
)
_BR = re.compile(r"<br ?/?>[ \t]*\n?[ \t]*", re.IGNORECASE)
_AMOUNT = re.compile(r"\d[\d.,]*\s+[A-Za-z]{2}")
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b")
_WORDS = re.compile(r"[\w\s.,;:']*")


def add_rules(md: MarkdownIt) -> None:
    """Teach the parser `math_inline`, `math_display` and `math_block`, and `<br>` as a hard break.

    No other HTML means anything; `<br>` is the only way to end a line within a table's cell.
    """
    md.inline.ruler.before("autolink", "line_break", _line_break)
    md.inline.ruler.before("link", "flood", _flood)
    md.inline.ruler.before("escape", "math_inline", _inline)
    md.block.ruler.before(
        "fence", "math_block", _block, {"alt": ["paragraph", "blockquote", "list"]}
    )


def _flood(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 (markdown-it calls it)
    """Take brackets as text if there are too many: each may search all that follows for its end."""
    if state.src[state.pos] not in "[!":
        return False
    if _COUNT not in state.cache:
        state.cache[_COUNT] = state.src.count("[")
    if state.cache[_COUNT] <= _BRACKETS:
        return False
    if not silent:
        state.pending += state.src[state.pos]
    state.pos += 1
    return True


def _line_break(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    match = _BR.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos = match.end()
    return True


def _inline(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    opening = next((o for o in _INLINE if state.src.startswith(o, state.pos)), "")
    if not opening:
        return False
    closing = _INLINE[opening]
    start = state.pos + len(opening)
    limit = min(state.posMax, start + _LONGEST)
    end = state.src.find(closing, start, limit)
    while closing == "$" and end > 0 and state.src[end - 1] == "\\":
        end = state.src.find(closing, end + 1, limit)
    if end < 0 or not _is_formula(opening, state.src[start:end], state.src[end + 1 : end + 2]):
        return False
    if opening == "$" and _is_money(state.src, start - 1, end + 1):
        return False
    if not silent:
        kind = "math_display" if opening in _BLOCK else "math_inline"
        token = state.push(kind, "math", 0)
        token.content = state.src[start:end]
    state.pos = end + len(closing)
    return True


def _is_money(text: str, start: int, end: int) -> bool:
    """Return whether a dollar touches a word, as in `A$5` or `$HOME:$PATH`; an ordinal does not."""
    beside = text[max(0, start - 1) : start], text[end : end + 1]
    words = [char.isalnum() and not is_cjk(char) for char in beside]  # Chinese sets no spaces
    return words[0] or (words[1] and not _ORDINAL.match(text, end))


def _is_formula(opening: str, tex: str, after: str) -> bool:
    if opening == "$" and (tex != tex.strip() or "`" in tex or after.isdigit() or after == "{"):
        return False
    unlike = {"$": _AMOUNT.match, r"\[": _WORDS.fullmatch}.get(opening)
    bare = tex.replace(r"\{", "").replace(r"\}", "").strip()
    return bool(bare) and bare.count("{") == bare.count("}") and not (unlike and unlike(bare))


def _block(state: StateBlock, first: int, last: int, silent: bool) -> bool:  # noqa: FBT001
    """Take a formula that starts a line, and ends that line or a later one.

    If its end is missing, the lines up to the next blank one are a paragraph, whatever they start
    with: a paragraph or list before them must not change when the end arrives.
    """
    line = _line(state, first)
    opening, closing = _delimiters(line)
    if not closing or state.is_code_block(first):
        return False
    rest = line[len(opening) :]
    if silent:
        return not (opening and rest)
    closed = _closes(rest, closing)
    if closed is False or (closed and _WORDS.fullmatch(rest[: -len(closing)])):
        return False
    end = first + 1
    while end < last and not closed and _continues(state, end):
        closed = _closes(_line(state, end), closing) if closed is None else closed
        end += 1
    _push(state, [first, end], (opening, closing) if closed else None)
    return True


def _push(state: StateBlock, lines: list[int], delimiters: tuple[str, str] | None) -> None:
    content = state.getLines(lines[0], lines[1], state.blkIndent, keepLastLF=False).strip()
    if delimiters is None:
        state.push("paragraph_open", "p", 1).map = lines
        token = state.push("inline", "", 0)
        token.children = []
        state.push("paragraph_close", "p", -1)
    else:
        token = state.push("math_block", "math", 0)
        opening, closing = delimiters
        content = content[len(opening) : -len(closing)] if opening else content
    token.content, token.map = content, lines
    state.line = lines[1]


def _delimiters(line: str) -> tuple[str, str]:
    if environment := _ENVIRONMENT.match(line):
        return "", f"\\end{{{environment[1]}}}"
    return next(((o, c) for o, c in _BLOCK.items() if line.startswith(o)), ("", ""))


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()


def _closes(line: str, closing: str) -> bool | None:
    """Return whether the line ends with its first delimiter, or None if it has none."""
    place = line.find(closing)
    return None if place < 0 else place + len(closing) == len(line)


def _continues(state: StateBlock, number: int) -> bool:
    return not state.isEmpty(number) and state.sCount[number] >= state.blkIndent
