"""Responses fetched from the server → turns of a chain (pure).

Some servers list only the input of a response's own request, others the whole conversation before
it. What comes before its own question is told by earlier responses, if they are known; if not, it
becomes turns of its own, without ids.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from qwen_magic.conversation.turn.records import prompt_in
from qwen_magic.responses.parsing import parse_item

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from qwen_magic.conversation.turn.records import Record
    from qwen_magic.conversation.turn.turn import Turn

__all__ = ["records_of"]

Items = tuple[dict[str, Any], ...]

_ANSWERS = ("function_call_output", "mcp_approval_response")


def records_of(found: Sequence[tuple[Turn, Items]], like: Record) -> tuple[Record, ...]:
    """Return the turns of responses with their inputs, oldest first; `like` has what all share."""
    records: list[Record] = []
    for turn, inputs in found:
        *earlier, own = _parts(inputs)
        if not records and turn.previous_response_id is None:
            records += [_said(part, like) for part in earlier]
        records.append(_asked(turn, own, like))
    return tuple(records)


def _parts(inputs: Sequence[Mapping[str, Any]]) -> list[Items]:
    """Return the items in parts, each a question and what followed it; the last may be empty."""
    parts: list[list[dict[str, Any]]] = [[]]
    for item in map(dict, inputs):
        if parts[-1] and not _is_ours(parts[-1][-1]) and item.get("role") in {"user", "system"}:
            parts.append([])
        parts[-1].append(item)
    if parts[-1] and not _is_ours(parts[-1][-1]):
        parts.append([])
    return [tuple(part) for part in parts]


def _is_ours(item: Mapping[str, Any]) -> bool:
    """Return whether an item was given to the model, not made by it."""
    return item.get("role") in {"user", "system", "developer"} or item.get("type") in _ANSWERS


def _said(part: Items, like: Record) -> Record:
    """Return a turn that the conversation tells of, without an id."""
    given = tuple(_given(part))
    made = tuple(parse_item(item) for item in part if not _is_ours(item))
    return replace(like, prompt=prompt_in(given), input=given, output=made, status="completed")


def _asked(turn: Turn, part: Items, like: Record) -> Record:
    given = tuple(_given(part))
    known = replace(like, prompt=prompt_in(given) or turn.prompt, input=given)
    begun = turn.created_at or like.begun
    return replace(known.brought(turn, begun), begun=begun)


def _given(part: Items) -> Iterator[dict[str, Any]]:
    """Yield what was given to the model, without the ids that the server gave."""
    for item in part:
        if _is_ours(item):
            yield {name: value for name, value in item.items() if name not in {"id", "status"}}
