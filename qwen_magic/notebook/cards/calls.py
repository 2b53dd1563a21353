"""What a card shows of a call that we answer, or an MCP server does (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qwen_magic.notebook.cards.parts import Picture, as_json, as_logs, as_note, labelled
from qwen_magic.notebook.cards.wording import called, line
from qwen_magic.responses import items, lenient

if TYPE_CHECKING:
    from qwen_magic.notebook.cards.parts import Drawn, Part, State

__all__ = ["call_state", "function", "mcp_approval", "mcp_call"]


def function(item: items.FunctionCall) -> Drawn:
    """Draw a call of one of our functions, and its result."""
    spoken = as_note("Read from the text" if item.spoken else "")
    arguments = (*spoken, *as_json(item.arguments))
    printed = labelled("Printed", as_logs(item.logs))
    if item.error:
        return called(item.name, item.arguments), (
            *arguments,
            *printed,
            *as_note(line(item.error, 600)),
        )
    return called(item.name, item.arguments), (*arguments, *printed, *_returned(item.output))


def _returned(output: str | tuple[dict[str, Any], ...] | None) -> tuple[Part, ...]:
    """Return what a function returned: a text, or texts and images."""
    if not isinstance(output, tuple):
        return labelled("Result", as_json(output or ""))
    parts: list[Part] = []
    for part in output:
        url = lenient.text(part, "image_url")
        parts += [Picture(url)] if url else as_json(lenient.text(part, "text"))
    return labelled("Result", tuple(parts))


def mcp_call(item: items.McpCall) -> Drawn:
    """Draw a call that an MCP server answered."""
    place = f" on {line(item.server_label)}" if item.server_label else ""
    found = (*as_note(line(item.error, 600)), *labelled("Result", as_json(item.output)))
    return f"MCP call: {line(item.name)}{place}", (*as_json(item.arguments), *found)


def mcp_approval(item: items.McpApprovalRequest) -> Drawn:
    """Draw the question whether an MCP server may be called, and its answer."""
    place = f" on {line(item.server_label)}" if item.server_label else ""
    title = "MCP call approved" if item.approve else "MCP call that needs approval"
    refused = as_note(line(item.error, 600))
    return f"{title}: {line(item.name)}{place}", (*as_json(item.arguments), *refused)


def call_state(item: items.FunctionCall | items.McpApprovalRequest, *, live: bool) -> State | None:
    """Return how far one of our calls is; None if its item tells."""
    if item.status == "denied":
        return "not called"
    if item.error:
        return "failed"
    answer = item.output if isinstance(item, items.FunctionCall) else item.approve
    if answer is not None:
        return "done"
    if live:
        return "waiting for approval" if item.status == "waiting" else "running"
    return "stopped" if item.status in {"waiting", "approved", "running"} else None
