"""Turns as they stand after some items have arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.turn.output import Place, Slot
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.responses.items import (
    CodeInterpreterCall,
    CodeOutput,
    FileResult,
    FileSearchCall,
    FunctionCall,
    ImageSearchCall,
    McpApprovalRequest,
    McpCall,
    McpListTools,
    Message,
    OtherItem,
    Part,
    Reasoning,
    WebExtractorCall,
    WebSearchCall,
)

if TYPE_CHECKING:
    from qwen_magic.responses.items import Item

__all__ = ["EVERY_ITEM", "answer", "growing", "thought", "turn_of"]


def answer(text: str) -> Message:
    return Message(content=(Part(text),))


def thought(text: str) -> Reasoning:
    return Reasoning(summary=(text,))


def turn_of(*items: Item, **fields: Any) -> Turn:  # noqa: ANN401 - a turn's own fields
    """Return a turn that ended, with these items."""
    slots = (Slot(Place(n, None, (type(item),)), item, done=True) for n, item in enumerate(items))
    return Turn(output=tuple(slots), **{"status": "completed"} | fields)


def growing(*items: Item, **fields: Any) -> Turn:  # noqa: ANN401
    """Return a turn that is still growing, with its last item open."""
    *done, last = turn_of(*items).output
    still = Slot(last.place, last.item)
    return Turn(output=(*done, still), **{"status": "in_progress"} | fields)


EVERY_ITEM: tuple[Item, ...] = (
    answer("It is **sunny**."),
    thought("First I look outside."),
    FunctionCall(name="get_weather", arguments='{"city": "北京"}', call_id="call_1"),
    WebSearchCall(queries=("weather in Beijing",), sources=("https://weather.example/beijing",)),
    WebExtractorCall(urls=("https://weather.example/",), goal="the forecast", output="Sunny."),
    CodeInterpreterCall(code="print(21 * 2)", outputs=(CodeOutput(logs="```\n42\n```"),)),
    ImageSearchCall(
        "web_search_image_call",
        name="web_search_image",
        arguments='{"queries": ["sun"]}',
        output='[{"title": "The sun", "url": "https://images.example/sun.png", "index": 1}]',
    ),
    ImageSearchCall(
        "image_search_call",
        name="image_search",
        arguments='{"img_idx": 0}',
        output='[{"title": "A cloud", "url": "https://images.example/cloud.png", "index": 1}]',
    ),
    McpCall(name="forecast", server_label="weather", arguments='{"days": 3}', output="Rain later."),
    McpListTools(server_label="weather", tools=("forecast", "warnings")),
    McpApprovalRequest(name="report", server_label="weather", arguments='{"text": "hail"}'),
    FileSearchCall(
        queries=("hail",), results=(FileResult("f1", "storms.md", 0.75, "Hail is ice."),)
    ),
    OtherItem("computer_call", "c1", "", {"type": "computer_call", "id": "c1", "action": {"x": 1}}),
)
"""One item of each type, with something in each of its fields."""
