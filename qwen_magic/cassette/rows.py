"""Cassettes for the rows of a table, which are asked side by side.

Each exchange is written at once when its answer has come whole, so that those of many connections
stand one after the other. What failed but is asked again is not written, and a row that is on the
cassette already is not asked: a table that was stopped while it was recorded can be gone on with.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import httpx
import msgspec

from qwen_magic.cassette.matching import form
from qwen_magic.cassette.recording import UNDONE, headers_of
from qwen_magic.cassette.replaying import Replaying, error_of
from qwen_magic.cassette.secrecy import Mask, kept, secrets
from qwen_magic.cassette.tape import Asked, End, Head, Raw, Text, tracks
from qwen_magic.cassette.writing import Tape
from qwen_magic.errors import CassetteError

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwen_magic.cassette.tape import Line, Track
    from qwen_magic.responses.endpoint import Serving

__all__ = ["recorded", "replayed"]

_TRIES = 30  # of two seconds each: somebody else may be recording a long answer
_PASSING = frozenset({408, 409, 425, 429})


def replayed(path: str, speed: float) -> Callable[[httpx.AsyncClient], httpx.AsyncClient]:
    """Return what makes a client answer from a cassette.

    Raises:
        CassetteError: There is no such cassette, or it cannot be read.
    """
    transport = _Replayed(path, speed)
    return lambda _: _client(transport)


def recorded(
    path: str, serving: Serving | None
) -> Callable[[httpx.AsyncClient], httpx.AsyncClient]:
    """Return what makes a client add its exchanges to a cassette.

    Args:
        path: The cassette.
        serving: The model on this computer that is asked, if one is.

    Raises:
        CassetteError: It cannot be written, or is no cassette.
    """
    Tape(path).close()
    taped = _Taped(path, None if serving is None else asdict(serving))
    return lambda http: _client(_Recorded(http, taped))


def _client(transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
    """Return a client that waits as long as it takes: who sends sets the deadline."""
    return httpx.AsyncClient(transport=transport, timeout=httpx.Timeout(None), trust_env=False)


class _Replayed(httpx.AsyncBaseTransport):
    """Answers from a cassette; all connections share it."""

    def __init__(self, path: str, speed: float) -> None:
        self._path = path
        self._replaying = Replaying(path, speed=speed)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        track = self._replaying.found(request)
        if track is None:
            raise CassetteError(f"the cassette {self._path!r} holds no answer to this row")
        await asyncio.sleep(track.end.at * self._replaying.stretch)
        if (error := error_of(track)) is not None:
            raise error
        return _response(track)


class _Recorded(httpx.AsyncBaseTransport):
    """Sends over a client; writes what came back."""

    def __init__(self, http: httpx.AsyncClient, taped: _Taped) -> None:
        self._http = http
        self._taped = taped

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body: dict[str, Any] = msgspec.json.decode(request.content or b"{}")
        mask = Mask(secrets(body, request.headers))
        shown = kept(body, mask)
        known = self._taped.known(request, shown)
        if known is not None:
            return _response(known)
        began = time.monotonic()
        came = await self._http.send(request)
        at = round(time.monotonic() - began, 4)
        if came.status_code not in _PASSING and came.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            await asyncio.to_thread(
                self._taped.add,
                [
                    Asked(request.method, request.url.path, shown, self._taped.serving),
                    Head(at, came.status_code, headers_of(request, came)),
                    _piece(at, mask.whole(came.content)),
                    End(at, "whole"),
                ],
            )
        headers = [pair for pair in came.headers.raw if pair[0].lower().decode() not in UNDONE]
        return httpx.Response(came.status_code, headers=headers, content=came.content)

    async def aclose(self) -> None:
        await self._http.aclose()


class _Taped:
    """A cassette that the connections of one table share: what is on it, and what is added."""

    def __init__(self, path: str, serving: dict[str, Any] | None) -> None:
        self.serving = serving
        self._path = path
        self._lock = Lock()
        content = Path(path).expanduser().read_bytes()
        self._known = {
            form(track.asked.body, track.asked.method, track.asked.path).key: track
            for track in tracks(content, path)
            if track.head and track.head.status == HTTPStatus.OK and track.end.how == "whole"
        }

    def known(self, request: httpx.Request, shown: dict[str, Any]) -> Track | None:
        """Return the exchange of an equal request that was on it before."""
        return self._known.get(form(shown, request.method, request.url.path).key)

    def add(self, lines: list[Line]) -> None:
        """Write one exchange; wait while another writer has the file.

        Raises:
            CassetteError: It cannot be written.
        """
        with self._lock:
            tape = self._opened()
            try:
                for line in lines:
                    tape.write(line)
            finally:
                tape.close()

    def _opened(self) -> Tape:
        for _ in range(_TRIES - 1):
            try:
                return Tape(self._path)
            except CassetteError as error:
                if error.__cause__ is not None:  # not another writer
                    raise
        return Tape(self._path)


def _piece(at: float, content: bytes) -> Text | Raw:
    try:
        return Text(at, content.decode())
    except UnicodeDecodeError:
        return Raw(at, content)


def _response(track: Track) -> httpx.Response:
    assert track.head is not None  # noqa: S101 - for the type checker
    content = b"".join(piece.content for piece in track.pieces)
    return httpx.Response(track.head.status, headers=track.head.headers, content=content)
