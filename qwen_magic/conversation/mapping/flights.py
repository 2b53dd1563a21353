"""Requests under way, and the connections that they go over."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable

    from qwen_magic.conversation.mapping.asking import Sender
    from qwen_magic.conversation.mapping.deadline import Deadline
    from qwen_magic.conversation.mapping.pace import Ticket
    from qwen_magic.conversation.mapping.queue import Asked

__all__ = ["Flight", "Senders", "begun", "give_up_late", "listen"]

_OURS = "qwen_magic map"
_LEAVE = 0.1  # seconds that connections have to close


@dataclass(slots=True, eq=False)
class Flight:
    """A request under way.

    Attributes:
        reserved: The tokens that are set aside for it.
        is_late: Whether it was given up.
    """

    asked: Asked
    ticket: Ticket
    reserved: float
    task: asyncio.Task[None] | None = None
    is_late: bool = False


class Senders:
    """Connections, each free or in use.

    Args:
        make: Opens one more.
    """

    def __init__(self, make: Callable[[], Sender]) -> None:
        self._make = make
        self._free: list[Sender] = []
        self._all: list[Sender] = []

    def take(self) -> Sender:
        """Return one that is free; the last one used, whose connection is still open."""
        if self._free:
            return self._free.pop()
        self._all.append(self._make())
        return self._all[-1]

    def give_back(self, sender: Sender) -> None:
        """Note that one is free again."""
        self._free.append(sender)

    async def close(self, flights: Iterable[Flight]) -> None:
        """Hang up on all requests under way, and close all connections; wait a moment for that."""
        found = [flight.task for flight in flights if flight.task is not None]
        for task in found:
            task.cancel()
        found += [asyncio.ensure_future(sender.close()) for sender in self._all]
        left = set(found)
        for _ in range(2):  # what does not close in time is left
            if left:
                _, left = await asyncio.wait(left, timeout=_LEAVE)
            for task in left:
                task.cancel()


def give_up_late(flights: Iterable[Flight], deadline: Deadline, now: float) -> None:
    """Hang up on requests that do not come back."""
    for flight in flights:
        late = now - flight.ticket.at > deadline.seconds(flight.asked.tries["late"])
        if late and flight.task is not None and not flight.is_late:
            flight.is_late = True
            flight.task.cancel()


def begun(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Begin a task whose failure `listen` tells."""
    return loop.create_task(work, name=_OURS)


def listen(loop: asyncio.AbstractEventLoop, tell: Callable[[BaseException], None]) -> None:
    """Tell what goes wrong in our tasks and callbacks, where nobody waits for them.

    Others' tasks come to our loop, too: clients that are collected in its thread, as those of the
    openai package, close there what another loop opened. Python says how those fail.
    """

    def slipped(_: object, context: dict[str, Any]) -> None:
        task = context.get("future") or context.get("task")
        name = task.get_name() if isinstance(task, asyncio.Task) else ""
        if "asyncgen" in context or (task is not None and name != _OURS):
            loop.default_exception_handler(context)
        else:
            tell(context.get("exception") or RuntimeError(context["message"]))

    loop.set_exception_handler(slipped)
