"""A request → its events, over httpx: retries, deadlines, error bodies, one connection kept.

The caller's thread never blocks in a read (see `exchange`), so Ctrl-C and closing the generator
end a request at once, wherever it waits.
"""

from __future__ import annotations

import random
import time
from contextlib import closing
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeAlias

import httpx

from qwen_magic.errors import QwenError, StatusError, WireError
from qwen_magic.responses import request as requests
from qwen_magic.responses.connection import Connection
from qwen_magic.responses.events import Other, Unreadable
from qwen_magic.responses.failures import broken, silence, unexpected, unusable
from qwen_magic.responses.reading import Reading
from qwen_magic.responses.redirects import REDIRECTS, redirected
from qwen_magic.responses.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Generator

    from qwen_magic.responses.endpoint import Endpoint
    from qwen_magic.responses.events import Event
    from qwen_magic.responses.exchange import Exchange, Head
    from qwen_magic.responses.request import Request

__all__ = ["Client", "Transport"]

Transport: TypeAlias = httpx.BaseTransport

_CONNECT_SECONDS = 10.0
_LONGEST_WAIT = 10.0  # a longer Retry-After is reported, not waited for
_MOST_REDIRECTS = 3
_RETRIED = frozenset({408, 409, 429, *range(500, 600)})
_TICK = 0.02
_BODY_LIMIT = 1024 * 1024


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
        self.pauses, self.patience = pauses, patience
        try:
            self._http = httpx.Client(
                auth=_Bearer(endpoint.key),
                timeout=httpx.Timeout(timeout + 5, connect=_CONNECT_SECONDS),
                transport=transport,
                trust_env=endpoint.proxies,
                headers={"Accept": "text/event-stream, application/json"},
            )
        except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
            raise unusable(error) from None
        self._connection = Connection(self._http, self)

    def stream(self, request: Request) -> Generator[list[Event], None, None]:
        """Send one request; yield its events as they arrive, in lists of those that came together.

        An empty list says that no event was complete for a moment. The last event is `Completed`,
        `Incomplete` or `Failed`. Closing the generator closes the connection: that is how to cancel.

        Raises:
            RequestError: The request was refused before sending.
            StatusError: The server refused the request.
            WireError: The connection failed, fell silent, or the stream ended too early.
        """
        requests.check(request)
        for pause in (*self.pauses, None):
            began = False
            try:
                with closing(self._attempt(request)) as batches:
                    for events in batches:
                        began = began or bool(events)
                        yield events
            except (StatusError, WireError) as error:
                wait = None if began else _wait(error, pause)
                if wait is None:
                    raise
            else:
                return
            yield from _rest(wait * self.patience)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _attempt(self, request: Request) -> Generator[list[Event], None, None]:
        url = f"{self.endpoint.base_url}/responses"
        for _ in range(_MOST_REDIRECTS + 1):
            exchange = self._open(url, request)
            try:
                exchange.start()
                head = yield from self._head(exchange)
                if head.status not in REDIRECTS:
                    yield from self._answer(exchange, head)
                    return
            finally:
                exchange.abort_unless_dropped()
            url = redirected(url, head.status, head.headers.get("location", ""))
        raise WireError("the server redirects in circles", hint=f"check the base URL: {url}")

    def _open(self, url: str, request: Request) -> Exchange:
        headers = {"Content-Type": "application/json", **requests.headers(request)}
        content = self._http.build_request(
            "POST", url, content=requests.content(request), headers=headers
        )
        return self._connection.open(content)

    def _head(self, exchange: Exchange) -> Generator[list[Event], None, Head]:
        deadline = time.monotonic() + self.timeout
        while exchange.head is None:
            if exchange.error is not None:
                raise broken(exchange.error, self.endpoint, began=False)
            if time.monotonic() > deadline:
                raise silence(self.timeout, "before it answered")
            yield []
            exchange.rest(_TICK)
        return exchange.head

    def _answer(self, exchange: Exchange, head: Head) -> Generator[list[Event], None, None]:
        if head.status != HTTPStatus.OK:
            raise (yield from self._refused(exchange, head))
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
            if finished and not reading.ended:
                raise broken(exchange.error, self.endpoint, began=reading.began)
            if time.monotonic() > deadline:
                raise silence(self.timeout, "without an event")
            if not reading.ended:
                exchange.rest(_TICK)
        exchange.drop_rest()

    def _refused(self, exchange: Exchange, head: Head) -> Generator[list[Event], None, QwenError]:
        """Return the error of a body that is no success; read only what comes soon, up to a limit.

        It is raised elsewhere: a traceback that shows variables must not show the body, which may
        repeat the key.
        """
        content, finished = b"", False
        deadline = time.monotonic() + min(self.timeout, _CONNECT_SECONDS)
        while not finished and len(content) < _BODY_LIMIT and time.monotonic() < deadline:
            yield []
            exchange.rest(_TICK)
            finished = exchange.finished
            content += exchange.take()
        if head.status < HTTPStatus.BAD_REQUEST:
            return unexpected(head.status, self.endpoint)
        now = {"date": formatdate(usegmt=True)}
        return refusal(head.status, {**now, **head.headers}, content, self.endpoint)


class _Bearer(httpx.Auth):
    """Add the key at the last moment, so that no request of ours holds it."""

    def __init__(self, key: str) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        yield request


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


def _wait(error: StatusError | WireError, pause: float | None) -> float | None:
    """Return the seconds to wait before another attempt, or None if there should be none."""
    if pause is None:
        return None
    if not (error.retryable if isinstance(error, WireError) else error.status in _RETRIED):
        return None
    if isinstance(error, WireError) or error.retry_after is None:
        return _jitter(pause)
    return error.retry_after if error.retry_after <= _LONGEST_WAIT else None


def _jitter(seconds: float) -> float:
    return seconds * random.uniform(0.75, 1.25)  # noqa: S311 - not a secret


def _rest(seconds: float) -> Generator[list[Event], None, None]:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        yield []
        time.sleep(min(_TICK, left))
