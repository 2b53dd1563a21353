"""One turn through all its responses: ask, answer the calls, ask again, until the model is done."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace as with_fields

from qwen_magic.conversation.asking.replies import continued, free, resent, waiting
from qwen_magic.conversation.asking.shaping import Shaping
from qwen_magic.conversation.asking.spoken import called_again, in_words, spoken
from qwen_magic.conversation.planning.readying import continues_at
from qwen_magic.conversation.planning.rebuilding import rebuilt, rebuilt_from, turns_before
from qwen_magic.conversation.planning.shortening import left_out, too_long
from qwen_magic.conversation.planning.wishes import eased
from qwen_magic.conversation.turn.folding import advance, fold
from qwen_magic.conversation.turn.steps import Answered, Continued, Limited, Reopened
from qwen_magic.errors import ContextError, QwenError, ResponseError, StatusError
from qwen_magic.local.suiting import is_cut, suited
from qwen_magic.responses.events import Cancelled, Completed, Failed
from qwen_magic.responses.refusals import (
    CANCELLED,
    is_unknown_response,
    keeps_nothing,
    response_error,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from qwen_magic.conversation.asking.answering import Desk
    from qwen_magic.conversation.planning.plans import Plan
    from qwen_magic.conversation.store.store import ChainStore
    from qwen_magic.conversation.turn.records import Prompt
    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.responses.endpoint import Endpoint
    from qwen_magic.responses.events import Event
    from qwen_magic.responses.request import Request

__all__ = ["Rounds", "Streams", "rounds_at"]

_MISUSE = frozenset({400, 404, 409, 422})


class Streams(Protocol):
    """What sends requests: a `Client`, or what passes them on to one."""

    endpoint: Endpoint

    def stream(self, request: Request) -> Generator[list[Event], None, None]:
        """Send a request; yield its events as they arrive."""


@dataclass(slots=True)
class Rounds:
    """What one turn's responses share.

    Attributes:
        desk: Where calls are approved and made.
        most: How many times the model may call functions before it must do without.
        resends: Whether to send the whole turn each time, because the server cannot continue one.
        shortens: Whether the oldest turns are left out of a conversation that is too long.
    """

    client: Streams
    store: ChainStore
    desk: Desk
    most: int
    resends: bool = False
    shortens: bool = False

    @property
    def is_loose(self) -> bool:
        """Whether the model's calls may stand in its text."""
        return not self.client.endpoint.is_like_model_studio

    def turns(self, planned: Plan, prompt: Prompt) -> Generator[Turn, None, None]:
        """Yield the turn as it grows.

        Raises:
            QwenError: It could not be answered to the end.
        """
        planned, turn = yield from self._first(planned, prompt)
        turn = yield from self._called(planned, turn)
        if planned.wish is not None and not turn.ended:
            yield from Shaping(planned, planned.wish, self._next, self.store.ways).turns(turn)

    def _called(self, planned: Plan, turn: Turn) -> Generator[Turn, None, Turn]:
        """Yield the turn while the model calls functions; return it when it calls no more."""
        request = free(planned.request)
        for left in range(self.most - 1, -1, -1):
            if turn.ended:  # also if it was cut: a call may be incomplete
                return turn
            calls = waiting(turn, planned.toolbox)
            if not calls:  # the server works on it, or a value is still to come
                return turn
            if self.client.endpoint.serving and (again := called_again(turn, calls)):
                yield again
                words = in_words(request, again)
                turn = yield from self._growing(planned, words, advance(again, Continued()))
                break
            turn = yield from self.desk.answer(turn, calls, planned.toolbox)
            if not left:
                request = replace(request, tool_choice="none")
            turn = yield from self._next(planned, request, turn)
        if not turn.ended and waiting(turn, planned.toolbox):
            turn = self._limited(turn, planned)
            yield turn
        return turn

    def _first(
        self, planned: Plan, prompt: Prompt, gone: int = 0
    ) -> Generator[Turn, None, tuple[Plan, Turn]]:
        """Send the question; if the chain cannot be continued by id, send it whole, once.

        If the server refuses the way in which a value is asked for, an easier one is taken. So many
        of the oldest turns are left out already.
        """
        try:
            return planned, (yield from self._growing(planned, planned.request, planned.turn))
        except ContextError as error:
            before = turns_before(self.store, planned)[gone:] if self.shortens else ()
            if not (count := left_out(before, prompt, error)):
                raise
            gone += count
            again = rebuilt_from(planned, before[count:], prompt, count=gone)
            yield again.turn
            return (yield from self._first(again, prompt, gone))
        except QwenError as error:
            said = str(error.args[0])
            wish = eased(planned.wish, error)
            if wish is None and not (
                planned.request.previous_response_id and is_unknown_response(said)
            ):
                raise
        if wish is not None:
            again = with_fields(planned, wish=wish, request=wish.request)
        else:
            again = rebuilt(self.store, planned, prompt, self._learned(said))
            yield again.turn
        return (yield from self._first(again, prompt))

    def _next(
        self, planned: Plan, request: Request, turn: Turn, said: Prompt = ()
    ) -> Generator[Turn, None, Turn]:
        """Send what the calls returned; if the server refuses that alone, send the whole turn."""
        begun = advance(turn, Continued())
        if not self.resends and (turn.response_id or request.conversation):
            try:
                return (yield from self._growing(planned, continued(request, turn, said), begun))
            except (StatusError, ResponseError) as error:
                if error.turn is not None or not _is_misuse(error) or eased(planned.wish, error):
                    raise
                if is_unknown_response(why := str(error.args[0])):
                    self._learned(why)
            self.resends = True
        return (yield from self._growing(planned, resent(request, turn, said), begun))

    def _limited(self, turn: Turn, planned: Plan) -> Turn:
        """Return the turn as it ends if the model calls again, although it was told not to."""
        reason = f"max_rounds = {self.most}"
        for number, call in waiting(turn, planned.toolbox).items():
            left = with_fields(call, status="denied", error=f"{reason} was reached")
            turn = advance(turn, Answered(number, left))
        return advance(turn, Limited(reason))

    def _growing(self, planned: Plan, request: Request, turn: Turn) -> Generator[Turn, None, Turn]:
        """Yield the turn as one response makes it grow; return it as that response leaves it."""
        begun, serving = len(turn.output), self.client.endpoint.serving
        request = suited(request, serving)
        with closing(self._answered(request)) as batches:
            for events in batches:
                failed, grown = _failure(events), fold(turn, events)
                if (
                    failed is not None
                    and grown.status == "failed"
                    and len(grown.output) == begun
                    and (turn.answered or _is_curable(planned, failed))
                ):
                    raise failed  # before the turn ends: it may be asked in another way
                turn = grown
                if turn.status == "completed":
                    turn = self._read(turn, request, planned, events)
                if turn.status == "completed" and (
                    planned.wish is not None or waiting(turn, planned.toolbox)
                ):
                    turn = advance(turn, Reopened())
                yield turn
                if failed is not None:
                    failed.turn = turn
                    raise failed
        return turn

    def _answered(self, request: Request) -> Generator[list[Event], None, None]:
        try:
            yield from self.client.stream(request)
        except StatusError as error:
            raise too_long(error, self.client.endpoint.serving) from None

    def _read(self, turn: Turn, request: Request, planned: Plan, events: Sequence[Event]) -> Turn:
        """Return a turn that a response completed, as it really ended."""
        last = events[-1]
        written = last.response.usage if isinstance(last, Completed) else None
        if written and is_cut(request, written, self.client.endpoint.serving):
            return advance(advance(turn, Reopened()), Limited("max_output_tokens"))
        return spoken(turn, planned.toolbox) if self.is_loose and request.tools else turn

    def _learned(self, said: str) -> str:
        """Return why a chain could not be continued; if the server never does, remember it.

        vLLM keeps nothing unless it is told to, and says only that it does not know the response.
        """
        never = keeps_nothing(said)
        if never or self.client.endpoint.serving is not None:
            self.store.learn(self.client.endpoint.base_url, continues=False)
        if never:
            return "this server does not continue responses"
        return "the server no longer knows the turn before"


def rounds_at(client: Streams, store: ChainStore, desk: Desk) -> Rounds:
    """Return what takes a turn through all its responses, at a client's server."""
    settings = desk.settings
    endpoint = client.endpoint
    continues = continues_at(endpoint, settings) and store.continues(endpoint.base_url)
    return Rounds(
        *(client, store, desk, settings.max_rounds),
        resends=not continues,
        shortens=settings.local_shorten,
    )


def _is_curable(planned: Plan, failed: QwenError) -> bool:
    """Return whether the question may be asked in another way."""
    is_unknown = is_unknown_response(str(failed.args[0]))
    return is_unknown or eased(planned.wish, failed) is not None


def _is_misuse(error: StatusError | ResponseError) -> bool:
    return isinstance(error, ResponseError) or error.status in _MISUSE


def _failure(arrived: Sequence[Event]) -> QwenError | None:
    if arrived and isinstance(arrived[-1], Failed):
        return response_error(arrived[-1].response.error)
    if arrived and isinstance(arrived[-1], Cancelled):
        return ResponseError(CANCELLED, hint="run the cell again")
    return None
