"""The lines around an answer: what it waits for, how it ended, what it cost (pure)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from qwen_magic.conversation.chains.tree import counted
from qwen_magic.conversation.turn.calls import unanswered
from qwen_magic.conversation.turn.records import JOINED
from qwen_magic.notebook.cards.wording import line
from qwen_magic.responses import items
from qwen_magic.responses.refusals import CANCELLED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwen_magic.conversation.turn.calls import Call
    from qwen_magic.conversation.turn.turn import Turn

__all__ = ["ending", "footer", "hint", "place_notes"]

_TOOLS = 8
_LEFT = "The server works on it in the background · %qwen_log --refresh shows the answer"
_WAITING: dict[type[items.Item], str] = {
    items.Reasoning: "Thinking…",
    items.WebSearchCall: "Searching the web…",
    items.WebExtractorCall: "Reading web pages…",
    items.CodeInterpreterCall: "Running Python code…",
    items.ImageSearchCall: "Searching for images…",
    items.FileSearchCall: "Searching files…",
    items.McpListTools: "Asking the MCP server for its tools…",
}


def hint(turn: Turn) -> str:
    """Return what a growing turn waits for; nothing while its answer is being written."""
    if turn.ended or turn.is_left:
        return _LEFT if turn.is_left else ""
    waiting = _waiting(turn)
    if calls := unanswered(turn):
        is_value = turn.shaped is not None and calls[0].name == turn.shaped.name
        return "" if is_value and calls[0].arguments else _calls_hint(calls)
    slot = turn.output[-1] if turn.output else None
    item = turn.item(len(turn.output) - 1) if slot else None
    match item:
        case items.Message():
            told = _WAITING[items.Reasoning] if item.thought else waiting
            return "" if any(part.text for part in item.content) else told
        case items.McpCall():
            return f"Calling {line(item.name)}…"
        case _ if slot is None or slot.done or item is None or item.status == "completed":
            return waiting
        case _:
            return _WAITING.get(type(item), waiting)


def _waiting(turn: Turn) -> str:
    """Return what it waits for before a word has come; a turn without a number is not asked yet."""
    is_before = turn.notes and not turn.number
    return line(turn.notes[-1]) if is_before else f"Waiting for {line(turn.model) or 'the model'}…"


def _calls_hint(calls: Sequence[Call]) -> str:
    """Return what our calls wait for: approval, before anything else."""
    if any(call.status == "waiting" for call in calls):
        return "Waiting for your approval…"
    running = [call for call in calls if call.status == "running"] or calls
    return f"Calling {line(running[0].name)}…"


def ending(turn: Turn) -> str:
    """Return how a turn ended; nothing if it simply completed."""
    match turn.status:
        case "cancelled" if turn.error == CANCELLED:
            return "Cancelled at the server."
        case "cancelled":
            cut = bool(turn.text.strip())
            return (
                "Stopped by you — the answer above is incomplete."
                if cut
                else "Stopped by you before an answer came."
            )
        case "incomplete":
            return f"Stopped at {line(turn.error) or 'a limit'}."
        case "failed":
            error = line(turn.error, 600) or "the response failed"
            return f"{error[0].upper()}{error[1:]}"
        case "completed" if _is_silent(turn):
            return "The model said nothing."
        case _:
            return ""


def _is_silent(turn: Turn) -> bool:
    """Return whether a turn has nothing to show but thoughts."""
    messages = [item for item in turn.items if isinstance(item, items.Message)]
    thoughts = sum(isinstance(item, items.Reasoning) for item in turn.items)
    said = "".join(part.text or part.refusal for one in messages for part in one.content)
    is_all = len(messages) + thoughts == len(turn.items)
    return is_all and not said.strip() and turn.shaped is None


def place_notes(turn: Turn) -> tuple[str, ...]:
    """Return what changed in the chain: nothing, unless the turn became its head."""
    return turn.notes if turn.status in {"completed", "incomplete"} else ()


def footer(turn: Turn) -> str:
    """Return what answered, what it cost, and where the turn stands; leave out what is unknown."""
    skipped = counted(turn.skipped, "unreadable event")
    told = [
        line(turn.model),
        _tokens(turn),
        *(f"{line(name, 40)} ×{count:,}" for name, count in _tools(turn)),  # noqa: RUF001 - times
        *_mended(turn),
        f"{skipped} skipped" if turn.skipped else "",
        _place(turn),
    ]
    return " · ".join(filter(None, told))


def _mended(turn: Turn) -> tuple[str, ...]:
    """Return what a value took: a model that is often corrected ends in empty words that just fit."""
    shaped = turn.shaped
    if shaped is None:
        return ()
    corrected = counted(shaped.corrections, "correction") if shaped.corrections else ""
    return corrected, "JSON repaired" if shaped.repaired else ""


def _place(turn: Turn) -> str:
    """Return the chain and the turn's number; a conversation's id differs in every run."""
    named = "conversation" if turn.chain.startswith(JOINED) else f"chain {line(turn.chain, 40)}"
    return f"{named}, turn {turn.number:,}" if turn.chain else ""


def _tokens(turn: Turn) -> str:
    usage = turn.usage
    if usage is None:
        return ""
    cached = f" ({usage.cached_tokens:,} cached)" if usage.cached_tokens else ""
    reasoning = f" ({usage.reasoning_tokens:,} reasoning)" if usage.reasoning_tokens else ""
    read = f"{usage.input_tokens:,} in{cached}" if usage.input_tokens else ""
    written = f"{usage.output_tokens:,} out{reasoning}" if usage.output_tokens else ""
    return " / ".join(filter(None, (read, written)))


def _tools(turn: Turn) -> list[tuple[str, int]]:
    """Return how often each tool was used: the service's own count, if it counts.

    Calls that give the turn's value are its answer.
    """
    gives = turn.shaped.name if turn.shaped else None
    seen = Counter(
        call.name if isinstance(call, items.FunctionCall) else call.type[: -len("_call")]
        for call in turn.tool_calls
        if not (isinstance(call, items.FunctionCall) and call.name == gives)
    )
    counts = dict(seen) | (turn.usage.tools if turn.usage else {})
    return list(counts.items())[:_TOOLS]
