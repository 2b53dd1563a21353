"""A finished response as the events that would have built it, framed as the vendor does.

Each item opens with `output_item.added` and closes with `output_item.done`; the table `ITEMS` says
what comes between. An MCP call is announced by its arguments, before `added`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from qwen_magic.demo.usage import pieces
from qwen_magic.demo.wire.items import place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from qwen_magic.demo.wire.items import Item

__all__ = ["TERMINAL", "Frame", "encode", "frames"]

TERMINAL = frozenset({"response.completed", "response.incomplete", "response.failed"})
"""The events that end a stream."""

LATER = ("output", "outputs", "results")
"""The fields of a tool call that are known only when it is done."""

EMPTY: dict[str, Item] = {
    "reasoning": {"summary": []},
    "message": {"content": []},
    "function_call": {"arguments": ""},
    "web_search_call": {"action": {"type": "search", "query": "Web search"}},
    "mcp_list_tools": {"tools": []},
}
"""What an item holds before its content."""

WORK = 12  # paces a built-in tool seems to work


@dataclass(frozen=True, slots=True)
class Frame:
    """One event and the time before it.

    Attributes:
        event: The JSON object; empty if the stream only stays silent.
        paces: How many times the server's pace to wait before sending.
        seconds: More seconds to wait, whatever the pace.
    """

    event: Mapping[str, Any]
    paces: int = 0
    seconds: float = 0.0


def encode(number: int, event: Mapping[str, Any]) -> bytes:
    """Return the bytes of the event with this sequence number; ids count from 1."""
    data = msgspec.json.encode({"sequence_number": number, **event})
    kind = event["type"].encode()
    return b"id:%d\nevent:%b\n:HTTP_STATUS/200\ndata:%b\n\n" % (number + 1, kind, data)


def frames(response: Mapping[str, Any]) -> Iterator[Frame]:
    """Yield the whole stream of a response: sparse at first, complete at the end."""
    if response["status"] != "failed":
        for kind, status in (("created", "queued"), ("in_progress", "in_progress")):
            yield _frame(f"response.{kind}", response=_sparse(response, status))
        by_text = response["model"].startswith("qwen3.6")
        for index, item in enumerate(response["output"]):
            yield from _item(index, item, by_text=by_text)
    yield _frame(f"response.{response['status']}", response=dict(response))


def _frame(kind: str, paces: int = 0, **fields: object) -> Frame:
    return Frame({"type": kind, **fields}, paces)


def _sparse(response: Mapping[str, Any], status: str) -> Item:
    """Return the response as the vendor announces it: without its model and its tools."""
    known = {key: response[key] for key in ("id", "created_at", "object", "tool_choice")}
    unknown = {"output": [], "parallel_tool_calls": False, "model": "", "tools": []}
    return {**known, **unknown, "status": status}


def _item(index: int, item: Item, *, by_text: bool) -> Iterator[Frame]:
    at = {"output_index": index, "item_id": item["id"]}
    if item["type"] == "mcp_call":
        yield from _mcp_arguments(item, at)
    added = _frame("response.output_item.added", item=_opening(item), output_index=index)
    yield added
    if item["type"] == "reasoning" and by_text:
        yield from _reasoning(item, at, "reasoning_text")
    elif item["type"] in ITEMS:
        yield from ITEMS[item["type"]](item, at)
    paces = 1 if item["type"] in ITEMS else WORK
    yield _frame("response.output_item.done", paces, item=item, output_index=index)


def _opening(item: Item) -> Item:
    """Return the item as it is announced: what it will hold is empty or still missing."""
    if item["type"] == "mcp_approval_request":
        return item
    begun = {key: value for key, value in item.items() if key not in LATER}
    if "status" in item:
        begun["status"] = "in_progress"
    return begun | EMPTY.get(item["type"], {})


def _reasoning(item: Item, at: Item, family: str = "reasoning_summary_text") -> Iterator[Frame]:
    text = item["summary"][0]["text"]
    where = {"summary_index": 0} if "summary" in family else {}
    for piece in pieces(text):
        yield _frame(f"response.{family}.delta", 1, delta=piece, **at, **where)
    yield _frame(f"response.{family}.done", text=text, **at, **where)


def _message(item: Item, at: Item) -> Iterator[Frame]:
    for index, part in enumerate(item["content"]):
        here, text = {**at, "content_index": index}, part["text"]
        empty: Item = {"text": "", "annotations": []}
        yield _frame("response.content_part.added", part=part | empty, **here)
        yield from _cited(text, part["annotations"], here)
        yield _frame("response.output_text.done", text=text, logprobs=[], **here)
        yield _frame("response.content_part.done", part=part, **here)


def _cited(text: str, annotations: Sequence[Item], here: Item) -> Iterator[Frame]:
    """Yield the pieces of a text; each annotation follows the piece that completes its place."""
    left = list(enumerate(annotations))
    sent = 0
    for piece in pieces(text):
        yield _frame("response.output_text.delta", 1, delta=piece, logprobs=[], **here)
        sent += len(piece)
        while left and place_of(left[0][1]) <= sent:
            number, told = left.pop(0)
            kind = "response.output_text.annotation.added"
            yield _frame(kind, annotation=told, annotation_index=number, **here)


def _function_call(item: Item, at: Item) -> Iterator[Frame]:
    kind, arguments = "response.function_call_arguments", item["arguments"]
    for piece in pieces(arguments):
        yield _frame(f"{kind}.delta", 1, delta=piece, **at)
    yield _frame(f"{kind}.done", arguments=arguments, name=item["name"], **at)


def _mcp_arguments(item: Item, at: Item) -> Iterator[Frame]:
    kind, arguments = "response.mcp_call_arguments", item["arguments"]
    yield _frame(f"{kind}.delta", 1, delta=arguments, **at)
    yield _frame(f"{kind}.done", arguments=arguments, **at)


def _working(*steps: str) -> Callable[[Item, Item], Iterator[Frame]]:
    """Return the events of a built-in tool that only reports its progress."""

    def between(item: Item, at: Item) -> Iterator[Frame]:
        for step in steps:
            paces = WORK if step == "completed" else 1
            yield _frame(f"response.{item['type']}.{step}", paces, **at)

    return between


ITEMS: dict[str, Callable[[Item, Item], Iterator[Frame]]] = {
    "reasoning": _reasoning,
    "message": _message,
    "function_call": _function_call,
    "web_search_call": _working("in_progress", "searching", "completed"),
    "file_search_call": _working("in_progress", "searching", "completed"),
    "code_interpreter_call": _working("in_progress", "interpreting", "completed"),
    "mcp_call": _working("completed"),
    "mcp_list_tools": _working("in_progress", "completed"),
}
