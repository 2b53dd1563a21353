"""Thoughts that a server left in the answer's text, between `<think>` and `</think>` (pure).

Servers without a reasoning parser hand on what the model wrote. Some models' templates open the
tag in the prompt, so the text has only its end. Tags in code or within an answer are text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qwen_magic.responses.items import Message

__all__ = ["apart", "split"]

_OPEN, _CLOSE = "<think>", "</think>"
_HEAD = re.compile(r"\s*<think>")
_CLOSED = re.compile(r"</think>[ \t]*(?:\r?\n|\Z)")
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
_OFFSETS = frozenset({"start_index", "end_index", "index"})


def apart(item: Message, *, whole: bool) -> Message:
    """Return a message with its thoughts apart from its text; they are not cited.

    Args:
        item: The message as it stands.
        whole: No more of it will come: the beginning of a tag at its end is text.
    """
    if not item.content or not _may_think(item.content[0].text):
        return item
    first, *others = item.content
    thought, text = split(first.text, whole=whole)
    if len(text) == len(first.text):
        return item
    annotations = tuple(map(_placeless, first.annotations))
    said = replace(first, text=text, annotations=annotations)
    return replace(item, thought=thought, content=(said, *others))


def split(text: str, *, whole: bool) -> tuple[str, str]:
    """Return the thoughts and the answer; a text that may be the start of a tag is in neither."""
    opened = _HEAD.match(text)
    if opened:
        thought, closed, rest = text[opened.end() :].partition(_CLOSE)
        if not closed and not whole:
            thought = _without_start(thought, _CLOSE)
        return thought.strip(), rest.lstrip()
    for end in _CLOSED.finditer(text):
        if not _is_code(text[: end.start()]):
            return text[: end.start()].strip(), text[end.end() :].lstrip()
    return "", text if whole or not _OPEN.startswith(text.lstrip()) else ""


def _may_think(text: str) -> bool:
    return _CLOSE in text or text.lstrip()[:1] == "<"


def _without_start(text: str, tag: str) -> str:
    """Return the text without a beginning of the tag at its end."""
    sizes = range(min(len(tag) - 1, len(text)), 0, -1)
    return next((text[:-size] for size in sizes if text.endswith(tag[:size])), text)


def _is_code(before: str) -> bool:
    """Return whether what follows this text is in a fence, or between backticks."""
    line = before[before.rfind("\n") + 1 :]
    return len(_FENCE.findall(before)) % 2 > 0 or line.count("`") % 2 > 0


def _placeless(annotation: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in annotation.items() if key not in _OFFSETS}
