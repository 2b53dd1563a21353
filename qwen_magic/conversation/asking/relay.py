"""A turn's way through its responses, while another sends: for rows that need more than one.

`Rounds` pulls events out of a client. The engine of a map pushes answers in. A relay turns the one
into the other: it looks like a client, and gives out each request until its answer is put in.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from qwen_magic.conversation.tools.calling import Caller
from qwen_magic.errors import QwenError

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from concurrent.futures import Future
    from typing import Any

    from qwen_magic.conversation.asking.rounds import Rounds
    from qwen_magic.conversation.planning.planning import Plan
    from qwen_magic.conversation.tools.calling import Returned, Work
    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.responses.endpoint import Endpoint
    from qwen_magic.responses.events import Event
    from qwen_magic.responses.request import Request

__all__ = ["Noted", "Relay", "relayed"]


class Relay:
    """A client in the eyes of `Rounds`.

    Attributes:
        wanted: The request whose answer is waited for.
        came: Its answer's events, or the error that it ended in, once one is put in.
        running: Functions' calls that are waited for.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.wanted: Request | None = None
        self.came: Sequence[Event] | QwenError | None = None
        self.running: list[Future[Any]] = []

    def stream(self, request: Request) -> Generator[list[Event], None, None]:
        """Give out a request; yield nothing until its answer is there."""
        self.wanted = request
        while self.came is None:
            yield []
        came, self.came, self.wanted = self.came, None, None
        if isinstance(came, QwenError):
            raise came
        yield list(came)


class Noted(Caller):
    """Makes calls as another does, and tells a relay which ones run."""

    def __init__(self, caller: Caller, relay: Relay) -> None:
        super().__init__()
        self._caller, self._relay = caller, relay

    def start(self, work: Work) -> Future[Returned]:
        """Begin a call."""
        future = self._caller.start(work)
        self._relay.running.append(future)
        return future


def relayed(
    rounds: Rounds, relay: Relay, planned: Plan, known: Sequence[Event] | QwenError | None = None
) -> Generator[Request | Future[Any], Sequence[Event], Turn]:
    """Yield each request of a turn and take its events; return the turn.

    Args:
        rounds: Its way; its client is the relay.
        relay: Passes on.
        planned: What was planned.
        known: The first request's answer, if that has been sent before.

    Raises:
        QwenError: It could not be answered to the end; its `turn` holds what had arrived.
    """
    turn = planned.turn
    try:
        with closing(rounds.turns(planned, planned.request.input)) as turns:
            for turn in turns:  # noqa: B007 - the last one counts
                relay.running = [call for call in relay.running if not call.done()]
                if relay.running:
                    yield relay.running[0]
                elif relay.wanted is not None and relay.came is None:
                    if known is None:
                        known = yield from _answer(relay.wanted)
                    relay.came, known = known, None
    except QwenError as error:
        error.turn = error.turn or turn
        raise
    return turn


def _answer(
    request: Request,
) -> Generator[Request | Future[Any], Sequence[Event], Sequence[Event] | QwenError]:
    try:
        return (yield request)
    except QwenError as error:
        return error
