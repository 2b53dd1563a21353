"""Recording: requests go to the network, and what comes back is written as it arrives."""

from __future__ import annotations

import atexit
import time
from contextlib import suppress
from dataclasses import asdict
from threading import Event, Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit
from weakref import WeakSet

import httpx
import msgspec

from qwen_magic.cassette.secrecy import Mask, kept, secrets
from qwen_magic.cassette.tape import Asked, End, Head, Raw, Text
from qwen_magic.cassette.writing import Tape
from qwen_magic.errors import CassetteError
from qwen_magic.responses.endpoint import without_secrets
from qwen_magic.responses.exchange import Mark
from qwen_magic.responses.failures import unusable
from qwen_magic.responses.refusals import retry_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from qwen_magic.responses.endpoint import Serving

__all__ = ["UNDONE", "Recording", "headers_of"]

_CHARACTER = 4  # bytes of the longest one
_MOMENT = 1.0  # seconds
UNDONE = ("content-encoding", "content-length")  # the body is passed on decoded


class Recording(httpx.BaseTransport):
    """A transport that writes each exchange into a cassette.

    Args:
        path: The cassette; what is recorded is added at its end.
        network: Sends instead of the network.
        proxies: Whether proxies from the environment are used.
        serving: The model on this computer that is asked, if one is.

    Raises:
        RequestError: The proxies or certificates that the environment names cannot be used.
    """

    def __init__(
        self,
        path: str,
        *,
        network: httpx.BaseTransport | None = None,
        proxies: bool = True,
        serving: Serving | None = None,
    ) -> None:
        self._path = path
        self._serving = None if serving is None else asdict(serving)
        self._writer: _Writer | None = None
        try:
            self._http = httpx.Client(transport=network, trust_env=proxies)
        except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
            raise unusable(error) from None
        _OPEN.add(self)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; write it and its answer.

        Raises:
            CassetteError: The cassette cannot be written; nothing was sent.
        """
        body: dict[str, Any] = msgspec.json.decode(request.read() or b"{}")
        mask = Mask(secrets(body, request.headers))
        self._writer = writer = _Writer(Tape(self._path), mask, request.extensions)
        try:
            writer.ask(request, kept(body, mask), self._serving)
            response = self._http.send(request, stream=True)
            writer.answer(request, response)
        except BaseException as error:
            writer.end(error)
            raise
        headers = [pair for pair in response.headers.raw if pair[0].lower().decode() not in UNDONE]
        return httpx.Response(
            response.status_code,
            headers=headers,
            stream=_Recorded(response, writer),
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Close the connection."""
        self.settle()
        self._http.close()
        _OPEN.discard(self)

    def settle(self) -> None:
        """Give the last exchange a moment to write its end: its thread dies with the process."""
        if self._writer is not None and not self._writer.ended.wait(_MOMENT):
            self._writer.leave()


_OPEN: WeakSet[Recording] = WeakSet()


@atexit.register
def _settle() -> None:
    for recording in list(_OPEN):
        recording.settle()


class _Recorded(httpx.SyncByteStream):
    """A body that is written while it is read."""

    def __init__(self, response: httpx.Response, writer: _Writer) -> None:
        self._response = response
        self._writer = writer

    def __iter__(self) -> Iterator[bytes]:
        try:
            for data in self._response.iter_bytes():
                self._writer.add(data)
                yield data
        except httpx.HTTPError as error:
            self._writer.end(error)
            raise
        self._writer.end()

    def close(self) -> None:
        self._writer.leave()
        self._response.close()


class _Writer:
    """Writes one exchange.

    Attributes:
        ended: Set once its end is written.
    """

    def __init__(self, tape: Tape, mask: Mask, told: Mapping[str, Any]) -> None:
        self._tape = tape
        self._mask = mask
        self._read: Mark = told.get("read") or Mark()
        self._left: Mark = told.get("left") or Mark()
        self._began = time.monotonic()
        self._part = b""  # of a character
        self._lock = Lock()
        self.ended = Event()

    def ask(
        self, request: httpx.Request, body: dict[str, Any], serving: dict[str, Any] | None
    ) -> None:
        self._tape.write(Asked(request.method, request.url.path, body, serving))

    def answer(self, request: httpx.Request, response: httpx.Response) -> None:
        self._tape.write(Head(self._now(), response.status_code, headers_of(request, response)))

    def add(self, data: bytes) -> None:
        with self._lock:
            if not self.ended.is_set():
                self._add(self._part + self._mask.feed(data))

    def end(self, error: BaseException | None = None) -> None:
        """Write how it ended, unless that is written already."""
        if error is None or self._read.is_set():
            self._end(End(self._now(), "whole"))
        elif self._left.is_set():
            self._end(End(self._now(), "left"))
        else:
            told = self._mask.whole(str(error).encode("utf-8", "replace")).decode(
                "utf-8", "replace"
            )
            self._end(End(self._now(), "broken", type(error).__name__, told))

    def leave(self) -> None:
        """Write that the reader left, unless it had all that it needed."""
        self._end(End(self._now(), "whole" if self._read.is_set() else "left"))

    def _end(self, line: End) -> None:
        with self._lock:
            if not self.ended.is_set():
                with suppress(CassetteError):  # an earlier write has reported it
                    self._add(self._part + self._mask.close(), last=True)
                    self._tape.write(line)
                self._tape.close()
                self.ended.set()

    def _add(self, data: bytes, *, last: bool = False) -> None:
        """Write a piece; the first bytes of a character wait for the others."""
        text, rest = _text(data)
        if text:
            self._tape.write(Text(self._now(), text))
        if rest and (last or len(rest) >= _CHARACTER):
            self._tape.write(Raw(self._now(), rest))
            rest = b""
        self._part = rest

    def _now(self) -> float:
        return round(time.monotonic() - self._began, 4)


def _text(data: bytes) -> tuple[str, bytes]:
    """Return the text that bytes begin with, and the rest: part of a character, or no text."""
    try:
        return data.decode(), b""
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            return "", data
        return data[: error.start].decode(), data[error.start :]


def headers_of(request: httpx.Request, response: httpx.Response) -> dict[str, str]:
    """Return the headers that decide how an answer is read; no others are written."""
    found = response.headers
    wait, location = retry_seconds(found), found.get("location", "")
    told = {
        "content-type": found.get("content-type", ""),
        "retry-after": "" if wait is None else f"{wait:g}",
        "location": _place(str(request.url), location) if location else "",
    }
    return {name: value for name, value in told.items() if value}


def _place(here: str, location: str) -> str:
    """Return where a redirect leads; on the same server, as a path: a replay has no server."""
    try:
        there = urlsplit(urljoin(here, location))
        if (there.scheme, there.netloc) == urlsplit(here)[:2]:
            return there.path
        return without_secrets(there.geturl())
    except ValueError:
        return "http://["  # no address, as it was
