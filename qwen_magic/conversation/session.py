"""A session: questions asked one after the other, each continuing the one before."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.question import Asking, prompt_of, request_for
from qwen_magic.conversation.turn import Broken, Stopped, Turn, advance, fold
from qwen_magic.errors import QwenError
from qwen_magic.responses.events import Failed
from qwen_magic.responses.refusals import response_error
from qwen_magic.responses.request import check
from qwen_magic.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from qwen_magic.conversation.question import Prompt
    from qwen_magic.responses.client import Client, Transport
    from qwen_magic.responses.endpoint import Endpoint
    from qwen_magic.responses.events import Event
    from qwen_magic.responses.request import Request

__all__ = ["Session"]


@dataclass(frozen=True, slots=True)
class _Head:
    """Where a chain stands: its last good turn, and the system message it was given, if any."""

    turn: Turn
    system: str | None


class Session:
    """Ask questions that continue each other.

    Args:
        settings: What every ask shares.
        transport: Answers in the network's place.

    Attributes:
        settings: What every ask shares; may be replaced between asks.
        last: The last turn, as far as it got.
        used: The tokens of all turns, input and output.
    """

    def __init__(
        self, settings: Settings | None = None, *, transport: Transport | None = None
    ) -> None:
        self.settings = settings or Settings()
        self.last: Turn | None = None
        self.used = 0
        self._transport = transport
        self._heads: dict[tuple[str, str], _Head] = {}
        self._client: Client | None = None

    def ask(
        self,
        prompt: Prompt,
        *,
        tools: Sequence[str | Mapping[str, Any]] | None = None,
        asking: Asking | None = None,
    ) -> Turn:
        """Ask and wait for the whole answer.

        Raises:
            QwenError: The question could not be answered; its `turn` holds what had arrived.
            KeyboardInterrupt: The reader stopped it; `last` holds what had arrived.
        """
        with closing(self.stream(prompt, tools=tools, asking=asking)) as turns:
            for turn in turns:
                last = turn
        return last

    def stream(
        self,
        prompt: Prompt,
        *,
        tools: Sequence[str | Mapping[str, Any]] | None = None,
        asking: Asking | None = None,
    ) -> Generator[Turn, None, None]:
        """Ask and yield the turn as it grows; while nothing arrives, it comes again unchanged.

        Closing the generator stops the answer.

        Raises:
            QwenError: The question could not be answered; its `turn` holds what had arrived.
        """
        asking = asking or Asking()
        turn, request = self.prepare(prompt, tools=tools, asking=asking)
        endpoint = self.settings.admitted()
        self.last = turn
        try:
            yield turn
            with closing(self._client_of(endpoint).stream(request)) as batches:
                for events in batches:
                    self.last = turn = fold(turn, events)
                    yield turn
                    _raise_if_failed(events)
        except QwenError as error:
            error.turn = self.last = advance(turn, Broken(str(error.args[0])))
            raise
        finally:
            self.last = advance(turn, Stopped()) if self.last is turn else self.last
            self._keep(self.last, endpoint, asking)

    def prepare(
        self,
        prompt: Prompt,
        *,
        tools: Sequence[str | Mapping[str, Any]] | None = None,
        asking: Asking | None = None,
    ) -> tuple[Turn, Request]:
        """Return the turn that an ask would begin and the request it would send; send nothing.

        Raises:
            RequestError: The request would be refused.
        """
        asking, settings = asking or Asking(), self.settings
        text = prompt_of(prompt)
        fresh = asking.new or asking.conversation is not None
        head = None if fresh else self._heads.get(self._place(settings.endpoint()))
        kept = head.system if head and asking.system is None else asking.system
        request = request_for(
            prompt,
            asking,
            settings if tools is None else replace(settings, tools=tuple(tools)),
            system=settings.system if kept is None else kept,
            previous_response_id=head.turn.response_id if head else None,
        )
        check(request)
        return _first(text, request, settings.chain, head.turn if head else None), request

    def close(self) -> None:
        """Close the connection; the next ask opens another."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def head(self) -> Turn | None:
        """Return the last good turn of the current chain."""
        found = self._heads.get(self._place(self.settings.endpoint()))
        return found.turn if found else None

    def _client_of(self, endpoint: Endpoint) -> Client:
        from qwen_magic.responses.client import Client

        known, timeout = self._client, self.settings.timeout
        if known is None or (known.endpoint, known.timeout) != (endpoint, timeout):
            self.close()
            self._client = Client(endpoint, timeout=timeout, transport=self._transport)
        assert self._client is not None  # noqa: S101 - for the type checker
        return self._client

    def _place(self, endpoint: Endpoint) -> tuple[str, str]:
        """Chains of different servers are different, though they have the same name."""
        return endpoint.base_url, self.settings.chain

    def _keep(self, turn: Turn, endpoint: Endpoint, asking: Asking) -> None:
        if turn.usage is not None:
            self.used += turn.usage.total_tokens
        good = turn.status in {"completed", "incomplete"} and turn.response_id
        if good and asking.conversation is None:
            place = self._place(endpoint)
            known = None if asking.new else self._heads.get(place)
            kept = known.system if known and asking.system is None else asking.system
            self._heads[place] = _Head(turn, kept)


def _first(text: str, request: Request, chain: str, parent: Turn | None) -> Turn:
    return Turn(
        prompt=text,
        model=request.model,
        previous_response_id=request.previous_response_id,
        chain=chain,
        number=parent.number + 1 if parent else 1,
    )


def _raise_if_failed(arrived: Sequence[Event]) -> None:
    if arrived and isinstance(arrived[-1], Failed):
        raise response_error(arrived[-1].response.error)
