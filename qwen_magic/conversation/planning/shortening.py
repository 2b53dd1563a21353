"""A conversation that is too long for the model: refused with both numbers, or made shorter."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from qwen_magic.conversation.chains.rebuild import input_items
from qwen_magic.errors import ContextError, RequestError, StatusError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwen_magic.conversation.turn.records import Prompt, Record
    from qwen_magic.errors import QwenError
    from qwen_magic.responses.endpoint import Serving

__all__ = ["left_out", "too_long"]

_TOO_LONG = (
    r"\((?P<needed>\d+) tokens\) exceeds the available context size \((?P<most>\d+) tokens\)",
    r"maximum context length is (?P<most>\d+) tokens.*?prompt contains (?P<least>at least )?(?P<needed>\d+)",
    r"\((?P<needed>\d+) tokens\) is longer than the model's context length \((?P<most>\d+) tokens\)",
    r"keep the first (?P<needed>\d+) tokens.*?context length of only (?P<most>\d+) tokens",
)  # llama.cpp, vLLM, SGLang, LM Studio
_FULL = "Context size has been exceeded"
_FOR_THE_ANSWER = 0.25  # of what the model reads and writes


def too_long(error: QwenError, serving: Serving | None) -> QwenError:
    """Return the error in our words, if a server says that the question is too long."""
    said = str(error.args[0]) if isinstance(error, StatusError) else ""
    found = next(filter(None, (re.search(form, said, re.DOTALL) for form in _TOO_LONG)), None)
    if serving is None or (found is None and _FULL not in said):
        return error
    if found is None:
        return RequestError(
            f"{serving.model} has no room left: it answers other questions, too",
            hint="ask again once those are answered, or send less",
        )
    needed, most = int(found["needed"]), int(found["most"])
    least = found.groupdict().get("least") or ""
    return ContextError(
        f"the question is too long: with its conversation {least}{needed:,} tokens, and"
        f" {serving.model} reads {most:,}",
        needed=needed,
        most=most,
        hint="send less, start afresh with --new, or let it forget the oldest turns:"
        " %config QwenMagics.local_shorten = True",
    )


def left_out(records: Sequence[Record], prompt: Prompt, error: ContextError) -> int:
    """Return how many of the oldest turns have to go; 0 if the question alone is too long."""
    sizes = [_size(input_items([record], ())) for record in records]
    whole = sum(sizes) + _size(input_items((), prompt))
    room = error.most * (1 - _FOR_THE_ANSWER)
    excess = whole * (1 - room / error.needed) if whole else 0.0
    gone = 0.0
    for count, size in enumerate(sizes, 1):
        gone += size
        if gone >= excess:
            return count
    return len(sizes)


def _size(items: Sequence[object]) -> int:
    return len(json.dumps(items, ensure_ascii=False, default=str))
