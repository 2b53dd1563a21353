"""One HTTP request over the connection that is kept: its head, its redirects, its refusal.

While nothing has come, the functions here yield empty lists, so that the caller may leave.
"""

from __future__ import annotations

import random
import time
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import httpx
from msgspec import Struct

from qwen_magic.errors import QwenError, StatusError, WireError
from qwen_magic.responses.connection import Connection
from qwen_magic.responses.failures import broken, silence, unexpected, unusable
from qwen_magic.responses.redirects import REDIRECTS, redirected
from qwen_magic.responses.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from qwen_magic.responses.endpoint import Endpoint
    from qwen_magic.responses.events import Event
    from qwen_magic.responses.exchange import Exchange, Head

__all__ = ["TICK", "Asked", "Sender", "Waiting", "rest", "wait_before"]

T = TypeVar("T")

TICK = 0.02
_CONNECT_SECONDS = 10.0
_LONGEST_WAIT = 10.0  # a longer Retry-After is reported, not waited for
_MOST_REDIRECTS = 3
_RETRIED = frozenset({408, 409, 429, *range(500, 600)})
_BODY_LIMIT = 1024 * 1024

Waiting: TypeAlias = "Generator[list[Event], None, T]"
"""Yields what has come, mostly nothing, until the result is there."""


class Asked(Struct, frozen=True):
    """One HTTP request; the path begins after the base URL."""

    method: str
    path: str
    content: bytes = b""
    headers: dict[str, str] = {}

    def takes(self, status: int) -> bool:
        """Return whether a status is a success; a question has only one."""
        return status == HTTPStatus.OK or (
            HTTPStatus.OK < status < HTTPStatus.MULTIPLE_CHOICES and self.path != "/responses"
        )


class Sender:
    """Sends requests to one endpoint.

    Args:
        endpoint: Where to send.
        timeout: The longest silence, in seconds, before the head.
        transport: Sends instead of the network.
        owner: What holds the connection; it ends with it.

    Attributes:
        date: The time by the server's clock, as its last answer told it; empty if it did not.

    Raises:
        RequestError: The proxies or certificates that the environment names cannot be used.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        timeout: float,
        transport: httpx.BaseTransport | None,
        owner: object,
    ) -> None:
        self._endpoint = endpoint
        self._timeout = timeout
        self.date = ""
        try:
            self._http = httpx.Client(
                auth=_Bearer(endpoint.key),
                timeout=httpx.Timeout(timeout + 5, connect=_CONNECT_SECONDS),
                transport=transport,
                trust_env=endpoint.proxies,
                headers={"Accept": "text/event-stream, application/json", **_kept(endpoint)},
            )
        except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
            raise unusable(error) from None
        self._connection = Connection(self._http, owner)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def send(self, asked: Asked, answer: Callable[[Exchange], Waiting[T]]) -> Waiting[T]:
        """Send a request; yield and return what is made of a success.

        Raises:
            StatusError: The server refused the request.
            WireError: The connection failed, or the server fell silent.
        """
        url = f"{self._endpoint.base_url}{asked.path}"
        for _ in range(_MOST_REDIRECTS + 1):
            exchange = self._connection.open(self._built(asked, url))
            try:
                exchange.start()
                head = yield from self._head(exchange)
                if head.status not in REDIRECTS:
                    if not asked.takes(head.status):
                        raise (yield from self._refused(exchange, head))
                    return (yield from answer(exchange))
            finally:
                exchange.abort_unless_dropped()
            url = redirected(url, head.status, head.headers.get("location", ""))
        raise WireError("the server redirects in circles", hint=f"check the base URL: {url}")

    def post_aside(self, asked: Asked) -> None:
        """Send a request whose answer nobody waits for."""
        self._connection.aside(self._built(asked, f"{self._endpoint.base_url}{asked.path}"))

    def _built(self, asked: Asked, url: str) -> httpx.Request:
        kind = {"Content-Type": "application/json"} if asked.content else {}
        return self._http.build_request(
            asked.method, url, content=asked.content or None, headers={**kind, **asked.headers}
        )

    def _head(self, exchange: Exchange) -> Waiting[Head]:
        deadline = time.monotonic() + self._timeout
        while exchange.head is None:
            if exchange.error is not None:
                raise broken(exchange.error, self._endpoint, began=False)
            if time.monotonic() > deadline:
                raise silence(self._timeout, "before it answered")
            yield []
            exchange.rest(TICK)
        self.date = exchange.head.headers.get("date", "")
        return exchange.head

    def _refused(self, exchange: Exchange, head: Head) -> Waiting[QwenError]:
        """Return the error of a body that is no success; read only what comes soon, up to a limit.

        It is raised elsewhere: a traceback that shows variables must not show the body, which may
        repeat the key.
        """
        content, finished = b"", False
        deadline = time.monotonic() + min(self._timeout, _CONNECT_SECONDS)
        while not finished and len(content) < _BODY_LIMIT and time.monotonic() < deadline:
            yield []
            exchange.rest(TICK)
            finished = exchange.finished
            content += exchange.take()
        if head.status < HTTPStatus.BAD_REQUEST:
            return unexpected(head.status, self._endpoint)
        now = {"date": formatdate(usegmt=True)}
        return refusal(head.status, {**now, **head.headers}, content, self._endpoint)


class _Bearer(httpx.Auth):
    """Add the key at the last moment, so that no request of ours holds it."""

    def __init__(self, key: str) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        yield request


def _kept(endpoint: Endpoint) -> dict[str, str]:
    """Return what is said of the connection: llama.cpp drops one that is kept, now and then."""
    is_llama = endpoint.serving is not None and endpoint.serving.is_llama
    return {"Connection": "close"} if is_llama else {}


def wait_before(error: StatusError | WireError, pause: float | None) -> float | None:
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


def rest(seconds: float) -> Waiting[None]:
    """Wait; yield so often that the caller can leave."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        yield []
        time.sleep(min(TICK, left))
