"""Record a lesson, replay it, and look into the cassette."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx

from qwen_magic.cassette.recording import Recording
from qwen_magic.cassette.replaying import Replaying
from qwen_magic.cassette.tape import Track, tracks
from qwen_magic.conversation.asking.session import Session
from qwen_magic.responses.client import Client
from qwen_magic.responses.endpoint import Endpoint
from qwen_magic.settings import Settings
from tests.responses.asking import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = [
    "Pieces",
    "asked",
    "body_of",
    "lines",
    "playing",
    "post",
    "recording",
    "recording_client",
    "replaying_client",
    "session",
    "taped",
]

URL = "http://127.0.0.1:9/v1/responses"
REPLAYED = Endpoint("http://replay.invalid/x", proxies=False)


class Pieces(httpx.BaseTransport):
    """A network that answers everything with the same pieces."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        del request
        return httpx.Response(200, content=iter(self._pieces))


def asked(text: str = "Hi", **fields: object) -> dict[str, Any]:
    return {"model": "q", "input": text, "stream": True, **fields}


def post(transport: httpx.BaseTransport, body: dict[str, Any], **headers: str) -> httpx.Response:
    """Send a body through a bare transport; return the response, fully read."""
    with httpx.Client(transport=transport) as client:
        return client.post(URL, json=body, headers=headers)


def recording(path: Path, pieces: Sequence[bytes]) -> Recording:
    return Recording(str(path), network=Pieces(pieces))


def playing(path: Path, speed: float = 0) -> Replaying:
    return Replaying(str(path), speed=speed)


def recording_client(path: Path, url: str, **options: Any) -> Client:  # noqa: ANN401 - any option
    endpoint = Endpoint(f"{url}/v1", key=KEY, proxies=False)
    transport = Recording(str(path), proxies=False)
    return Client(endpoint, timeout=5.0, transport=transport, **options)


def replaying_client(path: Path, speed: float = 0, **options: Any) -> Client:  # noqa: ANN401 - any option
    return Client(REPLAYED, timeout=5.0, transport=playing(path, speed), **options)


def taped(path: Path) -> tuple[Track, ...]:
    return tracks(path.read_bytes(), path.name)


def body_of(track: Track) -> bytes:
    return b"".join(piece.content for piece in track.pieces)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@contextmanager
def session(**settings: Any) -> Iterator[Session]:  # noqa: ANN401 - any setting
    with Session(Settings(**settings)) as found:
        yield found
