"""The lines of a cassette: what each says, and how exchanges are read back from them (pure).

A cassette is a text file in UTF-8, one JSON object a line. The first line names the format and its
version. Then each exchange has a `request`, a `head`, the body in pieces of `text` (or `bytes`, if
it is no text), and an `end`. Times are seconds since the request.
"""

from __future__ import annotations

from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec
from msgspec import Struct

from qwen_magic.errors import CassetteError, WireError
from qwen_magic.responses.decoding import decode
from qwen_magic.responses.events import Cancelled, Completed, Failed, Incomplete
from qwen_magic.responses.sse import Decoder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "FIRST_LINE",
    "VERSION",
    "Asked",
    "End",
    "Head",
    "Line",
    "Raw",
    "Started",
    "Text",
    "Track",
    "is_begun",
    "is_whole",
    "tracks",
    "written",
]

VERSION = 1
_BOM = b"\xef\xbb\xbf"


class Started(Struct, frozen=True):
    """The first line: this is a cassette, in this version of the format."""

    cassette: Literal["qwen_magic"]
    version: int


class _Line(Struct, frozen=True, tag_field="line"):
    """Any line after the first."""


class Asked(_Line, frozen=True, tag="request", omit_defaults=True):
    """A request, without its headers and without the secrets in its body.

    Attributes:
        serving: The model that was asked, if this computer served it: it decides what is sent.
    """

    method: str
    path: str
    body: dict[str, Any]
    serving: dict[str, Any] | None = None


class Head(_Line, frozen=True, tag="head"):
    """What came before the body."""

    at: float
    status: int
    headers: dict[str, str] = {}


class Text(_Line, frozen=True, tag="text"):
    """A piece of the body."""

    at: float
    text: str

    @property
    def content(self) -> bytes:
        """The bytes that came."""
        return self.text.encode()


class Raw(_Line, frozen=True, tag="bytes"):
    """A piece of the body that is not UTF-8."""

    at: float
    base64: bytes

    @property
    def content(self) -> bytes:
        """The bytes that came."""
        return self.base64


class End(_Line, frozen=True, tag="end", omit_defaults=True):
    """How it ended: `whole`, `broken` by an error, or `left` by the reader.

    Attributes:
        error: The name of httpx's error.
        message: What it said.
    """

    at: float
    how: Literal["whole", "broken", "left"]
    error: str = ""
    message: str = ""


Line: TypeAlias = Asked | Head | Text | Raw | End

_write = msgspec.json.Encoder().encode
_reader: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)
_read_start = msgspec.json.Decoder(Started).decode


class Track(Struct, frozen=True):
    """One whole exchange."""

    asked: Asked
    head: Head | None
    pieces: tuple[Text | Raw, ...]
    end: End


def written(line: Line | Started) -> bytes:
    """Return a line as it stands in the file."""
    return _write(line) + b"\n"


FIRST_LINE = written(Started("qwen_magic", VERSION))


def is_whole(line: bytes) -> bool:
    """Return whether a line at the end of a file was written to its last byte."""
    try:
        msgspec.json.decode(line)
    except msgspec.DecodeError:
        return False
    return True


def is_begun(content: bytes, name: str) -> bool:
    """Return whether a file begins like a cassette; False if it is cut within its first line.

    Args:
        content: The file's beginning, its first line at least.
        name: The file's name.

    Raises:
        CassetteError: It is no cassette, or a newer version's.
    """
    line = content.removeprefix(_BOM).partition(b"\n")[0]
    if line == content and FIRST_LINE.startswith(line) and not is_whole(line):
        return False
    try:
        version = _read_start(line).version
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise CassetteError(
            f"{name!r} is no cassette", hint="a cassette is what QwenMagics.record writes"
        ) from None
    if version > VERSION:
        raise CassetteError(
            f"the cassette {name!r} has format {version}, and this qwen_magic reads up to {VERSION}",
            hint="%pip install --upgrade qwen_magic, or record it again",
        )
    return True


def tracks(content: bytes, name: str) -> tuple[Track, ...]:
    """Return the whole exchanges of a cassette; leave out one that was cut short.

    An answer whose last event came is whole, though its writer was killed before it wrote the end.

    Raises:
        CassetteError: It is no cassette, or a line is damaged.
    """
    rest = content.partition(b"\n")[2]
    return _joined(_lines(rest, name)) if is_begun(content, name) else ()


def _lines(content: bytes, name: str) -> Iterator[Line]:
    for number, line in enumerate(BytesIO(content), 2):
        if line.strip() and (line.endswith(b"\n") or is_whole(line)):
            yield _line(line.removesuffix(b"\n"), number, name)


def _line(line: bytes, number: int, name: str) -> Line:
    try:
        return _reader.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise CassetteError(
            f"line {number} of the cassette {name!r} is damaged",
            hint="take the file's last good version, or record it again",
        ) from None


def _joined(lines: Iterable[Line]) -> tuple[Track, ...]:
    found: list[Track] = []
    asked, head, pieces = None, None, list[Text | Raw]()
    for line in chain(lines, (None,)):
        if asked is not None and (end := _end(line, pieces)):
            found.append(Track(asked, head, tuple(pieces), end))
            asked = None
        match line:
            case Asked():
                asked, head, pieces = line, None, []
            case Head():
                head = line
            case Text() | Raw():
                pieces.append(line)
            case _:
                pass
    return tuple(found)


def _end(line: Line | None, pieces: list[Text | Raw]) -> End | None:
    """Return how an exchange ended, if it has before this line; None is the end of the file."""
    if isinstance(line, End):
        return line
    over = line is None or isinstance(line, Asked)
    return End(pieces[-1].at, "whole") if over and pieces and _is_answered(pieces) else None


def _is_answered(pieces: list[Text | Raw]) -> bool:
    body = b"".join(piece.content for piece in pieces)
    if body.lstrip().startswith(b"{"):
        return is_whole(body)
    try:
        last = Decoder().feed(body)[-2:]  # some servers say [DONE] after it
    except WireError:
        return False
    return any(
        isinstance(decode(data), Completed | Incomplete | Failed | Cancelled) for data in last
    )
