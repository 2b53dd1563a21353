"""Answering the calls of one response: each is checked, approved, made, and told to the model."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any, cast

from msgspec import Struct
from msgspec.structs import replace

from qwen_magic.conversation.tools.arguments import arguments_of
from qwen_magic.conversation.tools.calling import Caller, Returned, Work
from qwen_magic.conversation.tools.tools import Tool
from qwen_magic.conversation.turn.folding import advance
from qwen_magic.conversation.turn.steps import Answered
from qwen_magic.errors import ArgumentsError
from qwen_magic.models import sees_images
from qwen_magic.responses.items import FunctionCall, Item, McpApprovalRequest
from qwen_magic.responses.nearest import suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping
    from concurrent.futures import Future

    from qwen_magic.conversation.tools.approval import Approvals, Approver, Decision
    from qwen_magic.conversation.tools.toolbox import Toolbox
    from qwen_magic.conversation.turn.calls import Call
    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.settings import Settings

__all__ = ["Desk"]

_TICK = 0.04  # seconds between two looks at what is decided and done
_DENIED = "the user denied it"


class Prepared(Struct, frozen=True):
    """A call whose arguments fit: the function, and its positional and named arguments."""

    tool: Tool
    arguments: tuple[tuple[Any, ...], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a turn's calls are approved and made.

    Each turn has its own: a function may itself ask, in another way and shown elsewhere.

    Attributes:
        approver: Who is asked about a call.
        caller: Makes calls, for all turns.
        approvals: What may always be called, for all turns.
        tick: The seconds between two looks at what is decided and done.
    """

    settings: Settings
    approver: Approver
    caller: Caller
    approvals: Approvals
    tick: float = _TICK

    def answer(
        self, turn: Turn, calls: Mapping[int, Call], toolbox: Toolbox
    ) -> Generator[Turn, None, Turn]:
        """Yield the turn while its calls are decided and made; return it when all are answered.

        Raises:
            KeyboardInterrupt: The reader stopped a call.
        """
        prepared = {n: _prepared(call, toolbox) for n, call in calls.items()}
        for number, found in prepared.items():
            if isinstance(found, str):
                turn = _with(turn, number, _denied(calls[number], found))
        open_calls = {n: found for n, found in prepared.items() if not isinstance(found, str)}
        turn, decisions = yield from self._decide(turn, calls, open_calls)
        ready: dict[int, Prepared] = {}
        for number, decision in decisions.items():
            if decision.verdict == "deny":
                turn = _with(turn, number, _decided(calls[number], decision))
            elif found := open_calls[number]:
                ready[number] = found
            else:
                turn = _with(turn, number, replace(calls[number], status="completed", approve=True))
        return (yield from self._make(turn, ready))

    def _decide(
        self, turn: Turn, calls: Mapping[int, Call], prepared: Mapping[int, Prepared | None]
    ) -> Generator[Turn, None, tuple[Turn, dict[int, Decision]]]:
        """Yield the turn until somebody has decided about all of the prepared calls."""
        functions = {n: found.tool.function if found else None for n, found in prepared.items()}
        decisions = self._known(functions)
        asked = [n for n in prepared if n not in decisions]
        for number in asked:
            turn = _with(turn, number, replace(turn.items[number], status="waiting"))
        if asked:
            yield turn
        for number in asked:
            self.approver.ask(number, cast("Call", turn.items[number]))
        while pending := {n: functions[n] for n in asked if n not in decisions}:
            for number, function in pending.items():
                if decision := self.approver.answer(number):
                    decisions[number] = decision
                    self.approvals.remember(decision, function)
            decisions |= self._known({n: pending[n] for n in pending if n not in decisions})
            for number in pending:
                if number in decisions:
                    turn = _with(turn, number, _decided(calls[number], decisions[number]))
            yield turn
            if len(decisions) < len(prepared):
                Event().wait(self.tick)
        return turn, decisions

    def _known(self, functions: Mapping[int, Callable[..., Any] | None]) -> dict[int, Decision]:
        """Return the decisions that need no asking."""
        setting = self.settings.approve
        known = {n: self.approvals.known(setting, f) for n, f in functions.items()}
        return {n: decision for n, decision in known.items() if decision}

    def _make(self, turn: Turn, ready: Mapping[int, Prepared]) -> Generator[Turn, None, Turn]:
        """Make the calls; coroutines begin together, plain functions run one after the other."""
        running: dict[int, Future[Returned]] = {}
        try:
            for number in sorted(ready, key=lambda n: not ready[n].tool.is_async):
                turn = _with(turn, number, replace(turn.items[number], status="running"))
                yield turn
                running[number] = self.caller.start(self._work(turn, ready[number]))
                turn = _gathered(turn, running)
                yield turn
            while running:
                Event().wait(self.tick)
                turn = _gathered(turn, running)
                yield turn
        finally:
            for future in running.values():
                future.cancel()
        return _doubted(turn, ready)

    def _work(self, turn: Turn, prepared: Prepared) -> Work:
        seconds = prepared.tool.timeout or self.settings.tool_timeout
        images = sees_images(turn.model) is not False
        return Work(prepared.tool, prepared.arguments, seconds, images=images)


def _prepared(call: Call, toolbox: Toolbox) -> Prepared | str | None:
    """Return the call to make, or what to tell the model is wrong; None for an MCP tool."""
    if isinstance(call, McpApprovalRequest):
        return None
    tool = toolbox.functions.get(call.name)
    if tool is None:
        return f"there is no function {call.name!r}; {suggestion(call.name, toolbox.functions)}"
    try:
        return Prepared(tool, arguments_of(tool, call.arguments))
    except ArgumentsError as error:
        return str(error)


def _with(turn: Turn, number: int, item: Item) -> Turn:
    if isinstance(item, FunctionCall):
        item = replace(item, round=turn.answered)
    return advance(turn, Answered(number, item))


def _doubted(turn: Turn, numbers: Iterable[int]) -> Turn:
    """Return the turn with a note, once, if a model got pictures that may not see them."""
    note = f"Whether {turn.model} takes pictures is not known here; they are sent"
    known = sees_images(turn.model) is not None or note in turn.notes
    if known or not any(_has_picture(turn.items[number]) for number in numbers):
        return turn
    return replace(turn, notes=(*turn.notes, note))


def _has_picture(item: Item) -> bool:
    output = item.output if isinstance(item, FunctionCall) else None
    return isinstance(output, list | tuple) and any(
        part.get("type") == "input_image" for part in output
    )


def _decided(call: Call, decision: Decision) -> Call:
    if decision.verdict == "deny":
        return _denied(call, decision.reason or _DENIED)
    return replace(call, status="approved")


def _denied(call: Call, reason: str) -> Call:
    if isinstance(call, FunctionCall):
        return replace(call, status="denied", output=f"Not called: {reason}", error=reason)
    return replace(call, status="denied", approve=False, error=reason)


def _gathered(turn: Turn, running: dict[int, Future[Returned]]) -> Turn:
    """Return the turn with the results of calls that ended; take these out of `running`."""
    for number in [n for n, future in running.items() if future.done()]:
        came = running.pop(number).result()
        known = replace(turn.items[number], output=came.output, logs=came.logs, error=came.error)
        status = "failed" if came.error else "completed"
        turn = _with(turn, number, replace(known, status=status))
    return turn
