"""What the engine must be told to ask: how one row becomes requests and an outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from concurrent.futures import Future

    from qwen_magic.conversation.tables.records import Outcome
    from qwen_magic.conversation.turn.records import Prompt
    from qwen_magic.responses.events import Event
    from qwen_magic.responses.request import Request

__all__ = ["Asker", "Sender", "Steps"]

Steps: TypeAlias = "Generator[Request | Future[Any], Sequence[Event], Outcome]"
"""One row: yields each request and takes the events of its answer, or the error that it ended in.

It also yields futures, of functions that the model calls, and goes on when they are done.
"""


class Sender(Protocol):
    """Sends requests, one at a time; `Lane` is one."""

    async def ask(self, request: Request) -> Sequence[Event]:
        """Send one request; return the events of its whole answer."""

    async def close(self) -> None:
        """Hang up."""


class Asker(Protocol):
    """How the rows of one map are asked."""

    @property
    def where(self) -> str:
        """The endpoint and the model, which share a pace."""

    @property
    def shared(self) -> Mapping[str, Any]:
        """What decides the answers beside the prompt."""

    @property
    def lanes(self) -> int:
        """How many senders may send at once."""

    @property
    def first(self) -> int:
        """How many rows are in flight at first; 0 for more and more until an answer comes."""

    @property
    def is_here(self) -> bool:
        """Whether a server on this computer answers, which has so many lanes for all processes."""

    @property
    def timeout(self) -> float:
        """How many seconds an answer may take at all."""

    def readied(self) -> Asker:
        """Wait until it can be asked; return what asks then.

        Raises:
            QwenError: It cannot be.
        """

    def steps(self, prompt: Prompt) -> Steps:
        """Return the way of one row, not begun."""

    def sender(self) -> Sender:
        """Return a new connection."""
