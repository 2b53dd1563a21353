"""A request → its events, over httpx: retries, deadlines, answers that have to be fetched.

The caller's thread never blocks in a read (see `exchange`), so Ctrl-C and closing the generator
end a request at once, wherever it waits.
"""

from __future__ import annotations

import json
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar
from urllib.parse import quote

import httpx

from qwen_magic.errors import StatusError, WireError
from qwen_magic.responses import lenient
from qwen_magic.responses import request as requests
from qwen_magic.responses.events import Other, Unreadable
from qwen_magic.responses.failures import broken, lost, nameless, silence, unfinished
from qwen_magic.responses.reading import Reading
from qwen_magic.responses.refusals import refusal
from qwen_magic.responses.sending import TICK, Asked, Sender, Waiting, rest, wait_before

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qwen_magic.responses.endpoint import Endpoint
    from qwen_magic.responses.events import Event
    from qwen_magic.responses.exchange import Exchange
    from qwen_magic.responses.request import Request
    from qwen_magic.responses.response import Response

__all__ = ["Client", "Through", "Transport"]

T = TypeVar("T")
Transport: TypeAlias = httpx.BaseTransport
Through: TypeAlias = "Callable[[httpx.AsyncClient], httpx.AsyncClient]"

_GONE = 404
_FIRST_LOOK, _LATER_LOOKS = 0.25, 5.0  # seconds between two looks at what is not done
_SLOWER = 1.5


class Client:
    """One endpoint's requests, one at a time, over a connection that is kept between them."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        timeout: float = 300.0,
        transport: Transport | None = None,
        pauses: tuple[float, ...] = (0.5, 1.0),
        patience: float = 1.0,
    ) -> None:
        """Prepare; send nothing.

        Args:
            endpoint: Where to send.
            timeout: The longest silence, in seconds, before the head and between events.
            transport: Sends instead of the network: that is how to replay.
            pauses: The seconds before each further attempt, give or take a quarter.
            patience: The factor on every wait before a further attempt.

        Raises:
            RequestError: The proxies or certificates that the environment names cannot be used.
        """
        self.endpoint = endpoint
        self.timeout = timeout
        self.pauses: tuple[float, ...] = pauses
        self.patience: float = patience
        self._sender = Sender(endpoint, timeout=timeout, transport=transport, owner=self)

    def stream(self, request: Request) -> Waiting[None]:
        """Send one request; yield its events as they arrive, in lists of those that came together.

        An empty list says that no event was complete for a moment. The last event is `Completed`,
        `Incomplete`, `Failed` or `Cancelled`; only a request for the background may end before it.
        Closing the generator closes the connection: that is how to cancel.

        Raises:
            RequestError: The request was refused before sending.
            StatusError: The server refused the request.
            WireError: The connection failed, fell silent, or the stream ended too early.
        """
        requests.check(request)
        content, headers = requests.content(request), requests.headers(request)
        asked = Asked("POST", "/responses", content, headers)
        left = yield from self._tried(asked, self._answer)
        if left is not None and not request.background:
            yield from self._waited(left.id)

    def follow(self, response_id: str) -> Waiting[None]:
        """Look at a response until it is done; yield what is new of it.

        Raises:
            StatusError: The server refuses to show it.
            WireError: It is gone; or nothing has changed for too long.
        """
        known: Response | None = None
        pause, deadline = _FIRST_LOOK, time.monotonic() + self.timeout
        while (left := (yield from self.look(response_id))) is not None:
            if left != known:
                known, deadline = left, time.monotonic() + self.timeout
            if time.monotonic() > deadline:
                raise unfinished(self.timeout, left.status)
            yield from rest(pause * self.patience)
            pause = min(pause * _SLOWER, _LATER_LOOKS)

    def look(self, response_id: str) -> Waiting[Response | None]:
        """Look at a response once; yield its events, and return it if it is not done."""
        asked = Asked("GET", f"/responses/{quote(response_id, safe='')}")
        try:
            return (yield from self._tried(asked, self._answer))
        except StatusError as error:
            if error.status == _GONE:  # in other words than those for a turn to continue
                raise lost(response_id) from None
            raise

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> Waiting[dict[str, Any]]:
        """Send a request about what the server keeps; return the JSON object that answers it.

        Raises:
            StatusError: The server refused it.
            WireError: The connection failed, or the answer is no JSON object.
        """
        content = b"" if body is None else lenient.clean(json.dumps(body)).encode()
        return (yield from self._tried(Asked(method, path, content), self._object))

    @property
    def date(self) -> str:
        """The time by the server's clock, as its last answer told it; empty if it did not."""
        return self._sender.date

    def close(self) -> None:
        """Close the connection."""
        self._sender.close()

    def _waited(self, response_id: str) -> Waiting[None]:
        """Wait for an answer that was not ready; if the caller leaves, the server may stop, too."""
        if not response_id:
            raise nameless()
        try:
            yield from rest(_FIRST_LOOK * self.patience)
            yield from self.follow(response_id)
        except (GeneratorExit, KeyboardInterrupt):
            path = f"/responses/{quote(response_id, safe='')}/cancel"
            self._sender.post_aside(Asked("POST", path, b"{}"))
            raise

    def _tried(self, asked: Asked, answer: Callable[[Exchange], Waiting[T]]) -> Waiting[T]:
        """Send a request, again if that may help; never once an event has come."""
        for pause in (*self.pauses, None):
            heard: list[Event] = []
            try:
                return (yield from _noted(self._sender.send(asked, answer), heard))
            except (StatusError, WireError) as error:
                wait = None if heard else wait_before(error, pause)
                if wait is None:
                    raise
            yield from rest(wait * self.patience)
        raise AssertionError(asked)  # the last attempt returns or raises

    def _object(self, exchange: Exchange) -> Waiting[dict[str, Any]]:
        content, finished = b"", False
        deadline = time.monotonic() + self.timeout
        while not finished:
            finished = exchange.finished
            content += exchange.take()
            if time.monotonic() > deadline:
                raise silence(self.timeout, "in the middle of its answer")
            if not finished:
                yield []
                exchange.rest(TICK)
        if exchange.error is not None:
            raise broken(exchange.error, self.endpoint, began=False)
        return self._read(content)

    def _read(self, content: bytes) -> dict[str, Any]:
        try:
            fields = lenient.load(content) if content.strip() else {}
        except ValueError:
            fields = None
        if isinstance(fields, dict) and not (fields.get("error") and "object" not in fields):
            return fields
        raise refusal(200, {}, content, self.endpoint)

    def _answer(self, exchange: Exchange) -> Waiting[Response | None]:
        """Yield the events of an answer; return it if it came whole, but is not done."""
        reading = Reading(self.endpoint)
        deadline = time.monotonic() + self.timeout
        while not reading.ended:
            finished = exchange.finished
            events = reading.feed(exchange.take())
            if finished and not reading.ended:
                events += _last_events(reading, exchange.error)
            yield events
            if any(map(_is_news, events)):
                deadline = time.monotonic() + self.timeout
            if finished and reading.left is not None:
                return reading.left
            if finished and not reading.ended:
                raise broken(exchange.error, self.endpoint, began=reading.began)
            if time.monotonic() > deadline:
                raise silence(self.timeout, "without an event")
            if not reading.ended:
                exchange.rest(TICK)
        exchange.drop_rest()
        return None


def _noted(batches: Waiting[T], heard: list[Event]) -> Waiting[T]:
    """Pass on what is yielded and returned; note the first events."""
    with closing(batches):
        while True:
            try:
                events = next(batches)
            except StopIteration as end:
                result: T = end.value
                return result
            heard += events[: not heard]
            yield events


def _last_events(reading: Reading, error: Exception | None) -> list[Event]:
    """Return the events that the end completes; after a broken connection only whole ones count."""
    try:
        events = reading.close()
    except WireError:
        if error is None:
            raise
        return []
    return [event for event in events if error is None or _is_news(event)]


def _is_news(event: Event) -> bool:
    """Return whether an event belongs to the response; a ping, whatever its name, does not."""
    match event:
        case Other():
            return event.type.startswith("response.")
        case _:
            return not isinstance(event, Unreadable)
