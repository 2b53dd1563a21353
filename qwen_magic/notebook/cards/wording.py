"""Short plain words, bounded, for what tools were asked and what they returned (pure)."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.chains.tree import counted
from qwen_magic.excerpt import cut as bounded
from qwen_magic.excerpt import excerpt, whole
from qwen_magic.notebook.markdown.escapes import strip_controls
from qwen_magic.responses import lenient
from qwen_magic.responses.items import McpApprovalRequest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qwen_magic.conversation.turn.calls import Call

__all__ = [
    "address",
    "asked_of",
    "called",
    "cut",
    "line",
    "loaded",
    "pretty",
    "quoted",
    "scope",
    "unfenced",
]

LONGEST = 4_000  # characters that a card shows unfolded
WHOLE = 100_000  # characters of one output; the rest is left out
LINE = 80
_QUERIES = 3
_LONGEST_JSON = 100_000
_DEPTH = 20
_SCHEME = re.compile(r"(?:https?://)?(?:[^/?#]*@)?(?:www\.)?", re.IGNORECASE)
_FENCE = re.compile(r"^ {0,3}(?:`{3,}[^`\n]*|~{3,}[^\n]*)(?:\n|\Z)", re.MULTILINE)


def line(text: str, limit: int = LINE) -> str:
    """Return the text on one line, shortened."""
    words = " ".join(strip_controls(whole(text, limit * 4)).split())
    is_whole = len(words) <= limit and len(text) <= limit * 4
    return words if is_whole else f"{whole(words, limit - 1)}…"


def cut(text: str, limit: int = LONGEST) -> str:
    """Return the text, or its beginning with a last line that tells how much is missing."""
    kept = whole(text, limit)
    left = len(text) - len(kept)
    return f"{kept}\n… {counted(left, 'more character')}" if left > 0 else text


def quoted(queries: Sequence[str]) -> str:
    """Return the first of several queries, in quotes."""
    shown = ", ".join(f"“{line(query)}”" for query in queries[:_QUERIES])
    left = len(queries) - _QUERIES
    return f"{shown} and {left} more" if left > 0 else shown


def address(url: str) -> str:
    """Return the host and path of a web address: a reader knows it by these."""
    bare = _SCHEME.sub("", url.strip(), count=1)
    return line(re.split(r"[?#]", bare, maxsplit=1)[0].rstrip("/"), 60) or line(url, 60)


def called(name: str, arguments: str) -> str:
    """Return a call as Python would write it; arguments that are not a JSON object show as `…`."""
    value = loaded(arguments)
    if not isinstance(value, dict):
        return f"{line(name)}({'…' if arguments.strip() else ''})"
    inside = ", ".join(f"{key}={_excerpt(found)}" for key, found in value.items())
    return f"{line(name)}({line(inside)})"


def _excerpt(value: object) -> str:
    """Return the beginning of a value; it ends in an ellipsis if there is more."""
    return bounded(excerpt(value, LINE), LINE)


def asked_of(call: Call) -> str:
    """Return the question whether a call may be made."""
    place = f" on {line(call.server_label)}" if isinstance(call, McpApprovalRequest) else ""
    return f"Call {called(call.name, call.arguments)}{place}?"


def loaded(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value of a JSON text; None if it is cut, not JSON, or too long to read."""
    try:
        return lenient.load(text.encode(errors="replace")) if len(text) <= _LONGEST_JSON else None
    except ValueError:
        return None


def pretty(value: object, limit: int = LONGEST) -> str:
    """Return indented JSON; read no more of the value than is shown."""
    pieces: list[str] = []
    room = limit
    for piece in _pieces(value, limit, "\n"):
        if len(piece) > room:
            return "".join([*pieces, whole(piece, room), "\n… cut"])
        pieces.append(piece)
        room -= len(piece)
    return "".join(pieces)


def scope(*known: object) -> str:
    """Return what tells the ids in one answer from those in another, the same in every run."""
    return hashlib.sha256(repr(known).encode(errors="replace")).hexdigest()[:8]


def unfenced(logs: str) -> str:
    """Return what code printed, without the Markdown fences that the service puts around it."""
    return _FENCE.sub("", logs).strip("\n")


def _pieces(value: object, limit: int, newline: str) -> Iterator[str]:
    if not isinstance(value, dict | list) or not value:
        kept = value[: limit + 1] if isinstance(value, str) else value
        yield json.dumps(kept, ensure_ascii=False, default=str)
    elif len(newline) > 2 * _DEPTH:
        yield "…"
    else:
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        inner = f"{newline}  "
        separator = f"{opening}{inner}"
        for member in value:
            yield separator
            found: object = member
            if isinstance(value, dict):
                yield f"{json.dumps(whole(str(member), limit), ensure_ascii=False)}: "
                found = value[member]
            yield from _pieces(found, limit, inner)
            separator = f",{inner}"
        yield f"{newline}{closing}"
