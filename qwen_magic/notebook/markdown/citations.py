"""Citations within a text: `[1]`, a link to the source.

They are put into the model's Markdown before it is parsed, as a run that nothing else reads: a
caret, and letters between two code points that stand for no character in any text.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Protocol

from qwen_magic.notebook.markdown.escapes import strip_controls
from qwen_magic.notebook.markdown.links import safe_link

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline

__all__ = ["add_citations", "after", "before", "citation", "cleaned", "without_citations"]

_OPEN, _CLOSE = "^\ufdd0", "\ufdd1"
_RUN = re.compile(r"\^\ufdd0([\w-]*)\ufdd1", re.ASCII)
_STRAY = str.maketrans({"\ufdd0": "\ufffd", "\ufdd1": "\ufffd"})
_LONGEST = 200  # characters of a title


class _Source(Protocol):
    @property
    def number(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def url(self) -> str: ...


def citation(source: _Source) -> str:
    """Return what stands for a citation in a text that will be parsed."""
    told = json.dumps([source.number, source.url, source.title[:_LONGEST]])
    return f"{_OPEN}{urlsafe_b64encode(told.encode()).decode().rstrip('=')}{_CLOSE}"


def without_citations(text: str) -> str:
    """Return the text without what stands for citations."""
    return _RUN.sub("", text) if _OPEN in text else text


def cleaned(text: str) -> str:
    """Return a text of the same length in which nothing could be taken for a citation."""
    return text.translate(_STRAY) if "\ufdd0" in text or "\ufdd1" in text else text


def add_citations(md: MarkdownIt) -> None:
    """Teach the parser `citation`."""
    md.inline.ruler.before("escape", "citation", _citation)


def before(text: str, place: int) -> int:
    """Return the place before the citations that end at this one."""
    while place and text[place - 1] == _CLOSE:
        place = max(0, text.rfind(_OPEN, 0, place))
    return place


def after(text: str, place: int) -> int:
    """Return the place behind the citations that begin at this one."""
    while match := _RUN.match(text, place):
        place = match.end()
    return place


def _citation(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 (markdown-it calls it)
    match = _RUN.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        _push(state, match[1])
    state.pos = match.end()
    return True


def _push(state: StateInline, told: str) -> None:
    try:
        number, url, title = json.loads(urlsafe_b64decode(told + "=" * (-len(told) % 4)))
        meta = {"number": int(number)}
    except (ValueError, TypeError):
        return
    token = state.push("citation", "a", 0)
    token.meta = meta
    if href := safe_link(str(url)):
        token.attrs["href"] = href
    if title:
        token.attrs["title"] = " ".join(strip_controls(str(title)).split())
