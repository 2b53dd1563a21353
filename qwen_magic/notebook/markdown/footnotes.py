"""Footnotes: `[^1]` in a text, `[^1]: words` where they stand.

A note stays where the model wrote it, since what follows must not change what was shown before.
For the same reason, a mark does not ask whether its note will come. `[^a-z]+` is a regular
expression: a mark that is no number follows a word or its punctuation, and a space follows it.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from markdown_it.token import Token
from mdit_py_plugins.footnote.index import footnote_def

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

__all__ = ["NOTE", "add_footnotes", "label", "link_footnotes"]

NOTE = "footnote_reference"
"""The type of a note's tokens, before `_open` and `_close`."""
_NUMBER = re.compile(r"\[\^(\d{1,4})\](?!\()")
_NAME = re.compile(r"\[\^([A-Za-z][\w-]{0,39}|\*{1,3})\](?=[\s.,;:!?)\"'。，；：！？）、]|\Z)")
_WORD_END = frozenset(".,;:!?)\"'”’*`")  # noqa: RUF001
_UNSAFE = re.compile(r"[^\w-]", re.ASCII)


def add_footnotes(md: MarkdownIt) -> None:
    """Teach the parser notes, and `footnote_mark`."""
    md.block.ruler.before("reference", "footnote_def", _note, {"alt": ["paragraph"]})
    md.inline.ruler.before("link", "footnote_mark", _mark)


def _note(state: StateBlock, first: int, last: int, silent: bool) -> bool:  # noqa: FBT001 (markdown-it calls it)
    known = len(state.tokens)
    found = footnote_def(state, first, last, silent)
    if found and not silent:
        state.tokens[known].map = [first, state.line]  # older versions do not tell it
    return found


def _mark(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 (markdown-it calls it)
    match = _NUMBER.match(state.src, state.pos, state.posMax)
    if match is None and state.pos and _ends_word(state.src[state.pos - 1]):
        match = _NAME.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.push("footnote_mark", "sup", 0).meta = {"label": match[1]}
    state.pos = match.end()
    return True


def _ends_word(char: str) -> bool:
    return char.isalnum() or char in _WORD_END


def label(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens with each note's label at the start of its first paragraph."""
    marked: list[Token] = []
    for place, token in enumerate(tokens):
        marked.append(token)
        if token.type != f"{NOTE}_open":
            continue
        mark = Token("footnote_label", "sup", 0, meta=token.meta)
        inside = tokens[place + 1 : place + 3]
        if [t.type for t in inside] == ["paragraph_open", "inline"]:
            inside[1].children = [mark, *(inside[1].children or ())]
        else:
            marked += _paragraph(mark)
    return marked


def _paragraph(mark: Token) -> Iterator[Token]:
    yield Token("paragraph_open", "p", 1, block=True)
    yield Token("inline", "", 0, children=[mark], block=True)
    yield Token("paragraph_close", "p", -1, block=True)


def link_footnotes(tokens: Iterable[Token], within: str) -> None:
    """Link marks and notes with each other, by ids that begin with the name of a scope."""
    flat = [inner for token in tokens for inner in (token, *(token.children or ()))]
    noted = {token.meta["label"] for token in flat if token.type == "footnote_label"}
    seen: Counter[str] = Counter()
    for token in flat:
        name = token.meta.get("label")
        if name not in noted or token.type not in {"footnote_mark", "footnote_label"}:
            continue
        note = f"fn-{within}-{_UNSAFE.sub('-', name)}"
        mark = f"fnref-{within}-{_UNSAFE.sub('-', name)}"
        seen[f"{token.type} {name}"] += 1
        is_first = seen[f"{token.type} {name}"] == 1
        own, other = (mark, note) if token.type == "footnote_mark" else (note, mark)
        token.attrs = {"href": f"#{other}", **({"id": own} if is_first else {})}
