"""Asking the servers that may run on this computer, all at once and within a moment.

What listens on a busy computer may need longer than that: it is waited for if no other can be asked.
It asks 127.0.0.1 alone, without a key, without proxies, and follows no redirect.
"""

from __future__ import annotations

import json
from contextlib import closing, suppress
from dataclasses import replace
from http.client import HTTPConnection, HTTPException
from threading import Condition, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from qwen_magic.local.servers import read, with_props

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwen_magic.local.servers import Door, Found

__all__ = ["SECONDS", "answers", "asked", "find", "listens"]

SECONDS = 0.2
"""For all servers together."""
PATIENCE = 3.0
"""For one that listens, while none can be asked."""
_HERE = "127.0.0.1"
_LARGEST = 4 * 1024 * 1024
_NO_QUESTION = b'{"input":1}'  # refused before any model is loaded, if the path is known at all
_UNKNOWN = frozenset({404, 405, 501})


def find(
    doors: Sequence[Door], seconds: float = SECONDS, patience: float = PATIENCE
) -> tuple[Found, ...]:
    """Return the servers that answer in time, in the order of the doors.

    Args:
        doors: Where to ask; all at once.
        seconds: For all together, once one of them can be asked or none listens.
        patience: For those that listen, until then.
    """
    begun = monotonic()
    calls = [_Call(door, begun + max(seconds, patience)) for door in doors]
    heard = Condition()
    for call in calls:
        Thread(target=call.make, args=(seconds, heard), daemon=True).start()
    with heard:
        heard.wait_for(lambda: all(call.is_over for call in calls), seconds)
        left = begun + patience - monotonic()
        heard.wait_for(lambda: _is_known(calls), max(0.0, left))
        return tuple(call.found for call in calls if call.found)


def listens(port: int, seconds: float = SECONDS) -> bool:
    """Return whether anything listens on a port of this computer."""
    connection = HTTPConnection(_HERE, port, timeout=seconds)
    with suppress(OSError):
        connection.connect()
        connection.close()
        return True
    return False


def answers(port: int, seconds: float = 1.0) -> bool:
    """Return whether what listens on a port answers, too: a process that dies may still listen."""
    connection = HTTPConnection(_HERE, port, timeout=seconds)
    try:
        return bool(asked(connection, "/v1/models")[0])
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def asked(
    connection: HTTPConnection, path: str, body: bytes | None = None, key: str = ""
) -> tuple[int, Any]:
    """Return the status and the JSON that answers; None if it is no JSON.

    Raises:
        OSError: There is no answer in time.
        HTTPException: It is no HTTP.
    """
    headers = {"Content-Type": "application/json"} if body else {}
    headers |= {"Authorization": f"Bearer {key}"} if key else {}
    connection.request("POST" if body else "GET", path, body, headers)
    response = connection.getresponse()
    content = response.read(_LARGEST)
    with suppress(ValueError, RecursionError):
        return response.status, json.loads(content)
    return response.status, None


class _Call:
    """What is said at one door."""

    def __init__(self, door: Door, until: float) -> None:
        self.door = door
        self.until = until
        self.found: Found | None = None
        self.is_over = False

    def make(self, seconds: float, heard: Condition) -> None:
        """Ask, and tell the one who waits; nobody opens a door later than in these seconds."""
        connection = HTTPConnection(_HERE, self.door.port, timeout=seconds)
        found = None
        with suppress(OSError, HTTPException, ValueError), closing(connection):
            connection.connect()
            connection.sock.settimeout(max(0.001, self.until - monotonic()))
            found = _found(connection, self.door)
        with heard:
            self.found, self.is_over = found, True
            heard.notify()


def _is_known(calls: Sequence[_Call]) -> bool:
    """Return whether one can be asked, or none will be."""
    can_be_asked = any(call.found and not call.found.trouble for call in calls)
    return can_be_asked or all(call.is_over for call in calls)


def _found(connection: HTTPConnection, door: Door) -> Found | None:
    found = read(door, *asked(connection, door.path))
    return found if found is None or found.trouble else _known(connection, found)


def _known(connection: HTTPConnection, found: Found) -> Found:
    """Return the server with what else it tells, and whether it speaks the protocol at all."""
    if found.is_llama:
        found = with_props(found, asked(connection, "/props")[1])
    status, told = asked(connection, "/v1/responses", _NO_QUESTION)
    if (status in _UNKNOWN and not _is_about_model(told)) or _is_stray(told):
        return replace(found, trouble="it is too old for the Responses API: update it")
    return found


def _is_about_model(told: Any) -> bool:  # noqa: ANN401 - any JSON
    return "model" in json.dumps(told).lower() if isinstance(told, dict) else False


def _is_stray(told: Any) -> bool:  # noqa: ANN401 - any JSON
    """Return whether LM Studio does not know the path: it says so with the status of a success."""
    return isinstance(told, dict) and "unexpected endpoint" in str(told.get("error", "")).lower()
