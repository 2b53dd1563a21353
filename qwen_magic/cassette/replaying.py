"""Replaying: a cassette answers instead of the network."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import suppress
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from threading import TIMEOUT_MAX
from typing import TYPE_CHECKING, NamedTuple

import httpx
import msgspec

from qwen_magic.cassette.matching import choose, form, nearest, prompt
from qwen_magic.cassette.secrecy import Mask, kept, secrets
from qwen_magic.cassette.tape import Asked, tracks
from qwen_magic.cassette.writing import unusable
from qwen_magic.errors import CassetteError
from qwen_magic.excerpt import cut
from qwen_magic.responses.endpoint import Serving
from qwen_magic.responses.exchange import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwen_magic.cassette.matching import Form
    from qwen_magic.cassette.tape import End, Track

__all__ = ["Replaying", "error_of", "source_of"]

_SHOWN = 60
_ASKED = "/responses"
_ANSWERED = (b'{"line":"text"', b'{"line":"bytes"')

_read = msgspec.json.Decoder(Asked).decode


class _Equal(NamedTuple):
    """The exchanges whose requests are equal, in their order, and how often each was played."""

    recorded: list[tuple[Form, Track]]
    played: Counter[int]


class Replaying(httpx.BaseTransport):
    """A transport that answers from a cassette.

    Args:
        path: The cassette.
        speed: 1 keeps the recorded rhythm, 2 is twice as fast, 0 gives all at once.

    Attributes:
        stretch: By how much recorded times are longer here.

    Raises:
        CassetteError: There is no such cassette, or it cannot be read.
    """

    def __init__(self, path: str, *, speed: float = 1.0) -> None:
        self._path = path
        self.stretch: float = 1 / speed if speed else 0.0
        self._equal: dict[bytes, _Equal] = {}
        for track in _tracks(path):
            asked = form(track.asked.body, track.asked.method, track.asked.path)
            self._equal.setdefault(asked.key, _Equal([], Counter())).recorded.append((asked, track))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer as the recorded server did.

        Raises:
            CassetteError: Nothing like it was recorded.
        """
        track = self.found(request)
        if track is None:
            raise self._missed(_form(request))
        playing = _Playing(track, self.stretch, request.extensions.get("left") or Mark())
        if track.head is None:
            raise playing.ended() or httpx.RemoteProtocolError("no answer was recorded")
        playing.wait(track.head.at)
        return httpx.Response(track.head.status, headers=track.head.headers, stream=playing)

    def found(self, request: httpx.Request) -> Track | None:
        """Return the exchange that answers a request, if any; it counts as played."""
        asked = _form(request)
        recorded, played = self._equal.get(asked.key, _Equal([], Counter()))
        number = choose(asked, recorded, played)
        if number is None:
            return None
        played[number] += 1
        return recorded[number][1]

    def _missed(self, asked: Form) -> CassetteError:
        text = prompt(asked.body)
        shown = cut(text, _SHOWN)
        return CassetteError(
            f"the cassette {self._path!r} holds no answer to {shown!r}",
            hint=nearest(asked, [equal.recorded[0][0] for equal in self._equal.values()]),
        )


def _form(request: httpx.Request) -> Form:
    body = msgspec.json.decode(request.read() or b"{}")
    shown = kept(body, Mask(secrets(body, request.headers)))
    return form(shown, request.method, request.url.path)


class Source(NamedTuple):
    """The server that was recorded, as far as that decides what is sent.

    Attributes:
        serving: The model on the teacher's computer that was asked; None for any other server.
        path: Where the server had its API; empty if no question was recorded.
    """

    serving: Serving | None = None
    path: str = ""


def source_of(path: str) -> Source:
    """Return the server that a cassette stands for."""
    try:
        told = Path(path).expanduser().stat()
        return _source(path, told.st_mtime_ns, told.st_size)
    except (CassetteError, OSError, RuntimeError, TypeError, ValueError):
        return Source()  # whoever opens the cassette says what is wrong with it


@lru_cache(maxsize=8)
def _source(path: str, *_: int) -> Source:
    asked = tuple(_requests(_content(path)))
    serving = next((one.serving for one in asked if one.serving), None)
    paths = (one.path for one in asked if one.path.endswith(_ASKED))
    return Source(Serving(**serving) if serving else None, next(paths, "").removesuffix(_ASKED))


class _Playing(httpx.SyncByteStream):
    """A recorded body that arrives as it did when it was recorded."""

    def __init__(self, track: Track, stretch: float, left: Mark) -> None:
        self._track = track
        self._stretch = stretch
        self._left = left
        self._began = time.monotonic()

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._track.pieces:
            self.wait(piece.at)
            yield piece.content
        error = self.ended()
        if error is not None:
            raise error

    def wait(self, at: float) -> None:
        """Wait until a moment of the recording has come, or the reader leaves."""
        seconds = self._began + at * self._stretch - time.monotonic()
        if self._left.wait(min(seconds, TIMEOUT_MAX)) if seconds > 0 else self._left.is_set():
            raise httpx.ReadError("the reader left")

    def ended(self) -> Exception | None:
        """Wait for the recorded end; return its error, if it was one."""
        end = self._track.end
        self.wait(end.at)
        return error_of(self._track)


def error_of(track: Track) -> Exception | None:
    """Return the error that a recorded exchange ended in, if any."""
    match track.end.how:
        case "whole":
            return None
        case "broken":
            return _error(track.end)
        case "left":
            return CassetteError(
                "this answer was stopped while it was recorded",
                hint="record the question again",
            )


def _error(end: End) -> httpx.RequestError:
    kind = getattr(httpx, end.error, None)
    if isinstance(kind, type) and issubclass(kind, httpx.RequestError):
        return kind(end.message)
    return httpx.ReadError(end.message or end.error)


def _requests(content: bytes) -> Iterator[Asked]:
    """Yield the requests of a cassette, whatever came of them; the answers are not read."""
    for line in BytesIO(content):
        if b'"request"' in line and not line.startswith(_ANSWERED):
            with suppress(msgspec.DecodeError, UnicodeDecodeError):  # no request, or cut short
                yield _read(line)


def _content(path: str) -> bytes:
    try:
        return Path(path).expanduser().read_bytes()
    except (OSError, RuntimeError, ValueError) as error:
        raise unusable(path, "read", error) from error


def _tracks(path: str) -> tuple[Track, ...]:
    found = tracks(_content(path), path)
    if not found:
        raise CassetteError(
            f"the cassette {path!r} holds no whole exchange", hint="record one first"
        )
    return found
