"""Calls that a model writes as its text, and calls that it makes once more (pure).

Small models know how a call looks, but not when to make one: where no server reads their calls,
they stand in the text, mostly fenced; and after a function's output they often call it again.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import replace as with_fields
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from qwen_magic.conversation.tools.arguments import arguments_of
from qwen_magic.conversation.turn.folding import advance
from qwen_magic.conversation.turn.records import input_of
from qwen_magic.conversation.turn.steps import Answered, Reopened
from qwen_magic.errors import ArgumentsError
from qwen_magic.responses import lenient
from qwen_magic.responses.items import FunctionCall, Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qwen_magic.conversation.tools.toolbox import Toolbox
    from qwen_magic.conversation.turn.calls import Call
    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.responses.request import Request

__all__ = ["called_again", "in_words", "spoken"]

_FENCED = re.compile(r"```\w*\s*\n(.*?)\n?\s*```", re.DOTALL)
_TAGGED = re.compile(r"<(?:tool_call|tools?)>(.*?)(?:</(?:tool_call|tools?)>)?", re.DOTALL)
_ECHO = re.compile(
    r'(?:```\w*\s*|<(?:tool_call|tools?)>\s*)?\{+\s*"name":\s*"([\w.-]+)"'
    r".*(?:\}|```|</(?:tool_call|tools?|tool_response)>)\Z",
    re.DOTALL,
)
_IN_WORDS = "Answer the question in words."
_AGAIN = "it was made before, with the same arguments"


def spoken(turn: Turn, toolbox: Toolbox) -> Turn:
    """Return the turn with its last text as a call, if it is nothing but one that fits.

    A turn that also called properly, or wrote more than one text, stays as it is.
    """
    texts: list[tuple[int, Message]] = []
    for number, item in enumerate(turn.items[turn.answered :], turn.answered):
        if isinstance(item, FunctionCall):
            return turn
        if isinstance(item, Message) and _text(item).strip():
            texts.append((number, item))
    if len(texts) != 1:
        return turn
    ((number, message),) = texts
    call = _call(_text(message), toolbox) or _echo(_text(message), turn)
    if call is None:
        return turn
    call_id = message.id or f"text_{number}"
    known = replace(call, call_id=call_id, status="completed", spoken=True, round=turn.answered)
    return advance(advance(turn, Reopened()), Answered(number, known))


def called_again(turn: Turn, calls: Mapping[int, Call]) -> Turn | None:
    """Return the turn with calls that need not be made; None if one of them is new."""
    made = {_told(item): item for item in turn.items[: turn.answered] if _was_made(item)}
    for number, call in calls.items():
        known = made.get(_told(call))
        if not isinstance(call, FunctionCall) or not isinstance(known, FunctionCall):
            return None
        left = replace(call, status="denied", error=_AGAIN, output=known.output)
        turn = advance(turn, Answered(number, replace(left, round=turn.answered)))
    return turn


def in_words(request: Request, turn: Turn) -> Request:
    """Return the request that tells what the calls returned, and offers nothing to call.

    A small model that sees calls goes on calling: it is told in words.
    """
    made = {_told(item): item for item in turn.items if _was_made(item)}
    calls = (item for item in made.values() if isinstance(item, FunctionCall))
    told = [f"{call.name} {call.arguments} returned: {call.output}" for call in calls]
    asked = _with_text(input_of(request.input), "\n".join([*told, _IN_WORDS]))
    return with_fields(request, input=asked, tools=(), tool_choice=None)


def _with_text(asked: Sequence[Mapping[str, Any]], text: str) -> list[Mapping[str, Any]]:
    """Return messages with more text in the last one: some templates want no two of one role."""
    *before, last = asked
    content = last.get("content")
    if isinstance(content, str):
        return [*before, {**last, "content": f"{content}\n\n{text}"}]
    return [*before, {**last, "content": [*(content or ()), {"type": "input_text", "text": text}]}]


def _call(text: str, toolbox: Toolbox) -> FunctionCall | None:
    found = _object(text)
    if found is None or not {*found} <= {"name", "arguments", "parameters"}:
        return None
    given = found.get("arguments", found.get("parameters", {}))
    tool = toolbox.functions.get(str(found.get("name")))
    if tool is None or not isinstance(given, dict):
        return None
    arguments = json.dumps(given, ensure_ascii=False)
    try:
        arguments_of(tool, arguments)
    except ArgumentsError:
        return None
    return FunctionCall(name=tool.name, arguments=arguments)


def _echo(text: str, turn: Turn) -> FunctionCall | None:
    """Return a call that was made before, if the text says it again, though with slips."""
    match = _ECHO.match(text.strip())
    made = [item for item in turn.items[: turn.answered] if _was_made(item)]
    calls = (item for item in made if isinstance(item, FunctionCall) and match)
    known = next((call for call in calls if match and call.name == match[1]), None)
    return known and FunctionCall(name=known.name, arguments=known.arguments)


def _object(text: str) -> dict[str, Any] | None:
    """Return the JSON object that a text is, within a fence or a tag or without."""
    inner = text.strip()
    for wrapped in (_TAGGED, _FENCED):
        if (match := wrapped.fullmatch(inner)) is not None:
            inner = match[1].strip()
    doubled = (inner[1:], inner[1:-1], inner[1:-2]) if inner.startswith("{{") else ()
    for form in (inner, *doubled):  # as Qwen2.5's template has them, with as many braces or fewer
        with suppress(ValueError):
            found = lenient.load(form.encode(errors="replace"))
            return found if isinstance(found, dict) else None
    return None


def _text(message: Message) -> str:
    return "".join(part.text for part in message.content)


def _was_made(item: object) -> bool:
    return isinstance(item, FunctionCall) and item.output is not None and not item.error


def _told(item: object) -> tuple[str, str]:
    """Return what tells a call from another: its name, and its arguments in one order."""
    if not isinstance(item, FunctionCall):
        return "", ""
    try:
        given = json.dumps(json.loads(item.arguments or "{}"), sort_keys=True)
    except ValueError:
        given = item.arguments
    return item.name, given
