r"""What models write beyond CommonMark, as rules for markdown-it: formulas and `<br>`.

Models write `$…$`, `$$…$$`, `\(…\)`, `\[…\]` and bare `\begin{align}…\end{align}`. `$5 and $6` is
money, by the rule that pandoc has for it and one more: a number followed by a word is an amount.
`\[1\]` is a bracket that somebody escaped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

__all__ = ["add_rules"]

_LONGEST = 5_000  # of a formula within a line: bounds what unclosed delimiters cost
_BRACKETS = 500  # of a paragraph
_INLINE = {"$$": "$$", "$": "$", r"\(": r"\)", r"\[": r"\]"}
_BLOCK = {"$$": "$$", r"\[": r"\]"}
_ENVIRONMENT = re.compile(
    r"\\begin\{((?:align|alignat|eqnarray|equation|flalign|gather|multline)\*?)\}"
)
_BR = re.compile(r"<br ?/?>[ \t]*\n?[ \t]*", re.IGNORECASE)
_AMOUNT = re.compile(r"\d[\d.,]*\s+[A-Za-z]{2}")
_WORDS = re.compile(r"[\w\s.,;:']{2,}")


def add_rules(md: MarkdownIt) -> None:
    """Teach the parser `math_inline`, `math_display` and `math_block`, and `<br>` as a hard break.

    No other HTML means anything, but there is no other way to end a line within a table's cell.
    """
    md.inline.ruler.before("autolink", "line_break", _line_break)
    md.inline.ruler.before("link", "flood", _flood)
    md.inline.ruler.before("escape", "math_inline", _inline)
    stops = {"alt": ["paragraph", "blockquote", "list"]}
    md.block.ruler.before("fence", "math_block", _block, stops)


def _flood(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 (markdown-it calls it)
    """Take brackets as text where there are too many: each may look for its end to the last."""
    if state.src[state.pos] not in "[!" or state.src.count("[", 0, 50_000) <= _BRACKETS:
        return False
    if not silent:
        state.append_pending(state.src[state.pos])
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
    if not silent:
        kind = "math_display" if opening in _BLOCK else "math_inline"
        token = state.push(kind, "math", 0)
        token.content, token.markup = state.src[start:end], opening
    state.pos = end + len(closing)
    return True


def _is_formula(opening: str, tex: str, after: str) -> bool:
    if opening == "$" and (tex != tex.strip() or after.isdigit() or after == "{"):
        return False
    unlike = {"$": _AMOUNT.match, r"\[": _WORDS.fullmatch}.get(opening)
    bare = tex.replace(r"\{", "").replace(r"\}", "").strip()
    return bool(bare) and bare.count("{") == bare.count("}") and not (unlike and unlike(bare))


def _block(state: StateBlock, first: int, last: int, silent: bool) -> bool:  # noqa: FBT001
    """Take a formula that starts its line and ends another, or the same.

    If its end is missing, the lines up to the next blank one are a paragraph, whatever they start
    with: a paragraph or list before them must not grow again when the end arrives later.
    """
    line = _line(state, first)
    opening, closing = _delimiters(line)
    if not closing or state.is_code_block(first):
        return False
    rest = line[len(opening) :]
    if silent:
        return not (opening and rest)
    if closing in rest and (not rest.endswith(closing) or _WORDS.fullmatch(rest[:-2].strip())):
        return False
    end, closed = _extent(state, range(first, last), closing, rest)
    content = state.getLines(first, end, state.blkIndent, keepLastLF=False).strip()
    if closed:
        formula = content[len(opening) : -len(closing)] if opening else content
        token = state.push("math_block", "math", 0)
        token.content, token.map, token.markup = formula, [first, end], opening
    else:
        _paragraph(state, [first, end], content)
    state.line = end
    return True


def _delimiters(line: str) -> tuple[str, str]:
    if environment := _ENVIRONMENT.match(line):
        return "", f"\\end{{{environment[1]}}}"
    return next(((o, c) for o, c in _BLOCK.items() if line.startswith(o)), ("", ""))


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()


def _extent(state: StateBlock, lines: range, closing: str, rest: str) -> tuple[int, bool]:
    """Return the line after the formula, and whether it is closed."""
    closed, decided = closing in rest, closing in rest
    for number in lines[1:]:
        if closed or state.isEmpty(number) or state.sCount[number] < state.blkIndent:
            return number, closed
        text = _line(state, number)
        if not decided and closing in text:
            closed, decided = text.endswith(closing), True
    return lines.stop, closed


def _paragraph(state: StateBlock, lines: list[int], content: str) -> None:
    state.push("paragraph_open", "p", 1).map = lines
    token = state.push("inline", "", 0)
    token.content, token.map, token.children = content, lines, []
    state.push("paragraph_close", "p", -1)
