"""The items of an answer, as they are on the wire when done."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["BUILT_IN", "Item", "call", "message", "output_of", "place_of", "reasoning", "text_of"]

Item: TypeAlias = dict[str, Any]

BUILT_IN = (
    "web_search",
    "web_extractor",
    "code_interpreter",
    "web_search_image",
    "image_search",
    "file_search",
)
"""The tools that run on the server, by the name they are offered under."""

_READ_AS_TEXT = ("text", "arguments", "output", "code", "goal", "refusal", "summary", "content")


def message(text: str, annotations: Iterable[Item] = ()) -> Item:
    """Return what the assistant says, and what proves it."""
    part = {"annotations": [*annotations], "text": text, "type": "output_text"}
    return {"type": "message", "role": "assistant", "status": "completed", "content": [part]}


def place_of(annotation: Mapping[str, Any]) -> int:
    """Return where in a text the place ends that an annotation is about."""
    return int(annotation["end_index"] if "end_index" in annotation else annotation["index"])


def reasoning(text: str) -> Item:
    """Return what the assistant thinks before it says or does something."""
    return {"type": "reasoning", "summary": [{"type": "summary_text", "text": text}]}


def call(name: str, arguments: dict[str, Any]) -> Item:
    """Return a call of one of the caller's functions."""
    written = json.dumps(arguments, ensure_ascii=False)
    return {"type": "function_call", "status": "completed", "name": name, "arguments": written}


def text_of(value: object) -> str:
    """Return every word a model reads in an item, its parts or a list of them."""
    match value:
        case str():
            return value
        case list():
            return "\n".join(filter(None, map(text_of, value)))
        case dict():
            return text_of([value[key] for key in _READ_AS_TEXT if key in value])
        case _:
            return ""


def output_of(item: Item) -> str:
    """Return what a function returned; parts are joined, other values written as JSON."""
    output = item.get("output", "")
    return text_of(output) or (output if isinstance(output, str) else json.dumps(output))
