"""What a cassette must not hold, and how it is left out (pure).

No header of a request is written, so no key is. The secrets in a body are what gives tools access
elsewhere. A server may repeat them in its answer, so they are removed from its copy on the tape,
too.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import msgspec

from qwen_magic.responses.endpoint import MCP_OPEN, without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["Mask", "kept", "secrets"]

_SECRET = frozenset({"headers", "server_headers", "authorization", "api_key", "token", "password"})
_OPEN = frozenset(
    {"accept", "content-type", "user-agent"}
)  # headers of an MCP server that are no secret
_SHORTEST = 8  # a shorter word may be in any answer
_MASKED = "…".encode()


class Mask:
    """Replace secrets in bytes that come in pieces."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted({form for word in words for form in _forms(word)}, key=len)[::-1]
        self._held = b""

    def whole(self, data: bytes) -> bytes:
        """Return complete bytes, not one piece of several, without secrets."""
        for word in self._words:
            data = data.replace(word, _MASKED)
        return data

    def feed(self, data: bytes) -> bytes:
        """Return what is known to be no secret; hold back what may begin one."""
        data = self.whole(self._held + data)
        held = self._beginning(data)
        self._held = data[len(data) - held :]
        return data[: len(data) - held]

    def close(self) -> bytes:
        """Return what was held back."""
        held, self._held = self._held, b""
        return held

    def _beginning(self, data: bytes) -> int:
        """Return how many bytes at the end may be the beginning of a secret."""
        longest = min(len(data), len(self._words[0]) - 1) if self._words else 0
        for length in range(longest, 0, -1):
            end = data[len(data) - length :]
            if any(word.startswith(end) for word in self._words):
                return length
        return 0


def kept(body: Mapping[str, Any], mask: Mask) -> dict[str, Any]:
    """Return a request's body as it is written: without secrets, with images as digests."""
    found = {**body, "tools": [_tool(tool) for tool in body.get("tools") or ()]}
    if not found["tools"]:
        del found["tools"]
    shown: dict[str, Any] = msgspec.json.decode(mask.whole(msgspec.json.encode(_short(found))))
    return shown


def secrets(body: Mapping[str, Any], headers: Mapping[str, str]) -> set[str]:
    """Return the words of a request that an answer must not repeat on the tape."""
    values = [headers.get("authorization", "")]
    for tool in body.get("tools") or ():
        if isinstance(tool, dict) and tool.get("type") != "function":
            values += _secrets_of(tool, allowed=MCP_OPEN if tool.get("type") == "mcp" else ())
    words = {word for value in values for word in (value, *value.split())}
    return {word for word in words if len(word) >= _SHORTEST}


def _secrets_of(value: object, *, allowed: tuple[str, ...] = ()) -> Iterator[str]:
    """Return the texts under secret names; with `allowed`, under all names except those."""
    if isinstance(value, list):
        for found in value:
            yield from _secrets_of(found)
    if not isinstance(value, dict):
        return
    for name, found in value.items():
        if _is_address(name, found):
            yield from _parts_of(found)
        elif name.lower() in _SECRET or (allowed and name not in allowed):
            yield from _texts(found)
        else:
            yield from _secrets_of(found)


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for name, found in value.items():
                if name.lower() not in _OPEN:
                    yield from _texts(found)
        case list():
            for found in value:
                yield from _texts(found)


def _parts_of(url: str) -> Iterator[str]:
    """Return what an address hides from view: its query, the values in it, the user's password."""
    rest, _, query = url.partition("?")
    yield query
    for pair in query.split("&"):
        yield pair.partition("=")[2]
    user, at, _ = rest.partition("://")[2].rpartition("@")
    if at:
        yield user
        yield user.partition(":")[2]


def _tool(tool: Any) -> Any:  # noqa: ANN401 - any JSON value
    if not isinstance(tool, dict) or tool.get("type") == "function":
        return tool
    if tool.get("type") == "mcp":
        tool = {name: tool[name] for name in MCP_OPEN if name in tool}
    return _without(tool)


def _without(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    match value:
        case dict():
            return {
                name: without_secrets(found) if _is_address(name, found) else _without(found)
                for name, found in value.items()
                if name.lower() not in _SECRET
            }
        case list():
            return [_without(found) for found in value]
        case _:
            return value


def _is_address(name: str, value: object) -> bool:
    return name == "server_url" and isinstance(value, str)


def _short(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value with digests for its data URLs: nobody can read a picture as text."""
    match value:
        case dict():
            return {name: _short(found) for name, found in value.items()}
        case list():
            return [_short(found) for found in value]
        case str() if value.startswith("data:") and ";base64," in value:
            kind, _, data = value.partition(",")
            return f"{kind},sha256-{hashlib.sha256(data.encode()).hexdigest()[:16]}"
        case _:
            return value


def _forms(word: str) -> set[bytes]:
    """Return the ways in which JSON may write a word."""
    forms = {word, json.dumps(word)[1:-1], json.dumps(word, ensure_ascii=False)[1:-1]}
    return {form.encode() for form in forms | {form.replace("/", "\\/") for form in forms}}
