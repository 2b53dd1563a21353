"""A turn as it is stored, and its items as JSON (pure)."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from qwen_magic.conversation.turn import output
from qwen_magic.conversation.turn.shaped import Shaped
from qwen_magic.conversation.turn.turn import Status, Turn
from qwen_magic.responses import items
from qwen_magic.responses.items import Item
from qwen_magic.responses.response import Echo, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "JOINED",
    "REPLAYED",
    "Chain",
    "Messages",
    "Prompt",
    "Record",
    "digest",
    "input_of",
    "item_json",
    "prompt_in",
    "read_echo",
    "read_item",
    "read_items",
    "read_usage",
    "turn_of",
]

_CLASSES: dict[str, type[Item]] = {
    "message": items.Message,
    "reasoning": items.Reasoning,
    "function_call": items.FunctionCall,
    "web_search_call": items.WebSearchCall,
    "web_extractor_call": items.WebExtractorCall,
    "code_interpreter_call": items.CodeInterpreterCall,
    "web_search_image_call": items.ImageSearchCall,
    "image_search_call": items.ImageSearchCall,
    "mcp_call": items.McpCall,
    "mcp_list_tools": items.McpListTools,
    "mcp_approval_request": items.McpApprovalRequest,
    "file_search_call": items.FileSearchCall,
}
_VOLATILE = frozenset({"previous_response_id", "stream", "background", "headers", "server_headers"})


REPLAYED = "replay "
"""What the id of a notebook begins with whose turns a cassette answers; its name follows."""
JOINED = "conversation "
"""What the name of a chain begins with that the server keeps; the conversation's id follows."""
Messages: TypeAlias = "Sequence[Mapping[str, Any]]"
Prompt: TypeAlias = "str | Messages"
"""What is asked: a text, or a list of messages as the API takes it."""


class Chain(Struct, frozen=True):
    """A chain's name, and the id of the notebook it belongs to; empty if there is none."""

    notebook: str = ""
    name: str = "main"


class Record(Struct, frozen=True, kw_only=True):
    """One turn as it is stored.

    Attributes:
        chain: Where it belongs.
        id: Its number among all of its chain's turns; the store gives it.
        uid: The name of its contents, which copies of a notebook share; the store gives it.
        parent, cell, ask, digest, source: See `tree.Node`.
        input: What was sent as input: the question, and what our functions returned.
        output: What the model produced, as far as it arrived.
        base_url, account: Which server answered, and to which key (see `ChainStore.account`).
        system: The system message of its chain, if one was given.
        shaped: The shape that was asked for, if one was, and what came of it.
        begun, ended: When, in seconds since the epoch; 0 for not yet.
    """

    chain: Chain = Chain()
    id: int = 0
    uid: str = ""
    parent: int | None = None
    cell: str = ""
    ask: int = 1
    digest: str = ""
    source: str = ""
    prompt: str = ""
    input: tuple[dict[str, Any], ...] = ()
    output: tuple[Item, ...] = ()
    status: Status = "queued"
    response_id: str | None = None
    previous_response_id: str | None = None
    model: str = ""
    base_url: str = ""
    account: str = ""
    system: str | None = None
    usage: Usage | None = None
    echo: Echo = Echo()
    error: str = ""
    shaped: Shaped | None = None
    begun: float = 0.0
    ended: float = 0.0

    @property
    def is_left(self) -> bool:
        """Whether the server works on it while nobody waits."""
        return self.response_id is not None and self.status in {"queued", "in_progress"}

    def brought(self, turn: Turn, now: float) -> Record:
        """Return the record as the turn stands now."""
        return replace(
            self,
            output=turn.items,
            status=turn.status,
            response_id=turn.response_id,
            previous_response_id=turn.previous_response_id,
            model=turn.model,
            usage=turn.usage,
            echo=turn.echo,
            error=turn.error,
            shaped=turn.shaped,
            ended=now if turn.ended else 0.0,
        )


def turn_of(record: Record, number: int) -> Turn:
    """Return a stored turn as a `Turn`; its number is its depth on its path."""
    return Turn(
        prompt=record.prompt,
        status=record.status,
        response_id=record.response_id,
        previous_response_id=record.previous_response_id,
        model=record.model,
        usage=record.usage,
        error=record.error,
        chain=record.chain.name,
        number=number,
        output=output.settle((), record.output),
        think_tags=False,  # they were read before the turn was stored
        echo=record.echo,
        background=record.is_left,
        shaped=record.shaped,
        value=record.shaped.json if record.shaped else None,
    )


def input_of(prompt: Prompt) -> tuple[dict[str, Any], ...]:
    """Return a question, or a list of messages, as input items."""
    if isinstance(prompt, str):
        return ({"role": "user", "content": prompt},)
    return tuple(dict(message) for message in prompt)


def prompt_in(items: Sequence[Mapping[str, Any]]) -> str:
    """Return the text of the last question among input items."""
    asked = [item for item in items if item.get("role") == "user"]
    content = asked[-1].get("content") if asked else ""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list | tuple) else ()
    return " ".join(str(part.get("text") or "") for part in parts if isinstance(part, dict)).strip()


def digest(body: Mapping[str, Any]) -> str:
    """Return a digest that tells request bodies apart; where they continue does not count.

    The secrets in a tool's headers do not count either.
    """
    said = json.dumps(_lasting(body), sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def item_json(item: Item) -> str:
    """Return an item as JSON that `read_item` understands."""
    return json.dumps({"type": item.type, **msgspec.to_builtins(item)}, default=str)


def read_item(fields: Any) -> Item:  # noqa: ANN401 - any JSON value
    """Return the item of a JSON object; one we do not understand is kept whole. Never raises."""
    known = fields if isinstance(fields, dict) else {"value": fields}
    kind = str(known.get("type", ""))
    try:
        return msgspec.convert(known, _CLASSES.get(kind, items.OtherItem))
    except msgspec.ValidationError:
        return items.OtherItem(kind, fields=known)


def read_items(text: str) -> tuple[Item, ...]:
    """Return the items of a JSON list; none if it is no list."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    return tuple(map(read_item, found)) if isinstance(found, list) else ()


def read_usage(text: str) -> Usage | None:
    """Return what a turn cost, from its JSON; None if it is not known."""
    try:
        return msgspec.convert(json.loads(text), Usage | None)
    except (ValueError, msgspec.ValidationError):
        return None


def read_echo(text: str) -> Echo:
    """Return what a response said of its request, from its JSON; as much as is known."""
    try:
        return msgspec.convert(json.loads(text), Echo)
    except (ValueError, msgspec.ValidationError):
        return Echo()


def _lasting(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {str(k): _lasting(found) for k, found in value.items() if str(k) not in _VOLATILE}
    return [_lasting(found) for found in value] if isinstance(value, list | tuple) else value
