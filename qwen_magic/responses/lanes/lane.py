"""A lane: one connection, over which requests go one after the other, each answered whole.

httpx's pool takes time that grows with the square of its connections. So each lane has a client of
its own with one connection, and all share what is costly to make: the certificates.
"""

from __future__ import annotations

import asyncio
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx

from qwen_magic.errors import StatusError, WireError
from qwen_magic.responses import request as requests
from qwen_magic.responses.failures import broken, nameless, unexpected, unusable
from qwen_magic.responses.reading import Reading
from qwen_magic.responses.redirects import REDIRECTS, redirected
from qwen_magic.responses.refusals import refusal

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping, Sequence

    from qwen_magic.responses.client import Through
    from qwen_magic.responses.endpoint import Endpoint
    from qwen_magic.responses.events import Event
    from qwen_magic.responses.request import Request

__all__ = ["Lane", "certificates"]

_ACCEPT = {"Accept": "application/json, text/event-stream"}
_CONNECT_SECONDS = 10.0
_MOST_REDIRECTS = 3
_FIRST_LOOK, _LATER_LOOKS, _SLOWER = 0.25, 5.0, 1.5
_LIMITS = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=60.0)


def certificates(endpoint: Endpoint) -> ssl.SSLContext | bool:
    """Return what all lanes to a server share; a plain address needs no certificates.

    Raises:
        RequestError: The certificates that the environment names cannot be used.
    """
    if endpoint.base_url.startswith("http://"):
        return False
    try:
        return httpx.create_ssl_context(trust_env=endpoint.proxies)
    except (OSError, ValueError) as error:
        raise unusable(error) from None


class Lane:
    """One connection to an endpoint, kept between requests.

    It waits as long as it takes: who sends sets the deadline, and cancels.

    Args:
        endpoint: Where to send.
        verify: What `certificates` returned.
        through: Makes another client of the connection's: one that uses a cassette.

    Raises:
        RequestError: The proxies that the environment names cannot be used.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        verify: ssl.SSLContext | bool,  # noqa: FBT001 - httpx's word
        through: Through | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._key = {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}
        self._url = httpx.URL(f"{endpoint.base_url}/responses")
        try:
            http = httpx.AsyncClient(
                verify=verify,
                limits=_LIMITS,
                timeout=httpx.Timeout(None, connect=_CONNECT_SECONDS),
                trust_env=endpoint.proxies,
            )
        except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
            raise unusable(error) from None
        self._http = through(http) if through else http

    async def ask(self, request: Request) -> Sequence[Event]:
        """Send one request; return the events of its whole answer. Cancelling hangs up.

        Raises:
            RequestError: The request was refused before sending.
            StatusError: The server refused the request.
            WireError: The connection failed, or the answer is none.
        """
        content = requests.content(request)
        came = await self._sent("POST", self._url, content, requests.headers(request))
        return await self._read(came)

    async def close(self) -> None:
        """Close the connection."""
        await self._http.aclose()

    async def _read(self, came: httpx.Response) -> Sequence[Event]:
        """Return the events of a success; while the server still works on it, look again."""
        reading, events = self._reading(came.content)
        if reading.left is None:
            return events
        if not reading.left.id:
            raise nameless()
        url = f"{self._endpoint.base_url}/responses/{quote(reading.left.id, safe='')}"
        pause = _FIRST_LOOK
        while reading.left is not None:
            await asyncio.sleep(pause)
            pause = min(pause * _SLOWER, _LATER_LOOKS)
            came = await self._sent("GET", httpx.URL(url))
            reading, events = self._reading(came.content)
        return events

    def _reading(self, content: bytes) -> tuple[Reading, Sequence[Event]]:
        reading = Reading(self._endpoint)
        events = reading.feed(content)
        if not reading.ended:
            events += reading.close()
        if not reading.ended and reading.left is None:
            raise broken(None, self._endpoint, began=reading.began)
        return reading, events

    async def _sent(
        self,
        method: str,
        url: httpx.URL,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send, and follow redirects on the same server; return a success."""
        kind = {"Content-Type": "application/json"} if content else {}
        for _ in range(_MOST_REDIRECTS + 1):
            asked = self._http.build_request(
                method,
                url,
                content=content or None,
                headers={**_ACCEPT, **kind, **(headers or {}), **self._key},
            )
            try:
                came = await self._http.send(asked)
            except (httpx.HTTPError, httpx.InvalidURL, OSError, RuntimeError) as error:
                raise _translated(error, self._endpoint) from None
            if came.status_code not in REDIRECTS:
                return self._admitted(came)
            target = redirected(str(url), came.status_code, came.headers.get("location", ""))
            url = httpx.URL(target)
        raise WireError("the server redirects in circles", hint=f"check the base URL: {url}")

    def _admitted(self, came: httpx.Response) -> httpx.Response:
        if came.status_code == HTTPStatus.OK:
            return came
        if came.status_code < HTTPStatus.BAD_REQUEST:
            raise unexpected(came.status_code, self._endpoint)
        raise _refused(came, self._endpoint)


def _translated(error: Exception, endpoint: Endpoint) -> Exception:
    """Return our error for one of httpx's; a row is asked again where the connection broke."""
    return broken(error, endpoint, began=False)


def _refused(came: httpx.Response, endpoint: Endpoint) -> StatusError:
    headers = {"date": formatdate(usegmt=True), **came.headers}
    return refusal(came.status_code, headers, came.content, endpoint)
