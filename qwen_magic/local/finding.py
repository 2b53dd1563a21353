"""Asking the servers that may run on this computer, all at once and within a moment.

It asks 127.0.0.1 alone, without a key, without proxies, and follows no redirect.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from http.client import HTTPConnection, HTTPException
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from qwen_magic.local.servers import read, with_props

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwen_magic.local.servers import Door, Found

__all__ = ["SECONDS", "answers", "asked", "find", "listens"]

SECONDS = 0.2
"""For all servers together."""
_HERE = "127.0.0.1"
_LARGEST = 4 * 1024 * 1024
_NO_QUESTION = b'{"input":1}'  # refused before any model is loaded, if the path is known at all
_UNKNOWN = frozenset({404, 405, 501})


def find(doors: Sequence[Door], seconds: float = SECONDS) -> tuple[Found, ...]:
    """Return the servers that answer in time, in the order of the doors."""
    until = monotonic() + seconds
    found: dict[Door, Found] = {}

    def ask(door: Door) -> None:
        if one := _found(door, until):
            found[door] = one

    threads = [Thread(target=ask, args=(door,), daemon=True) for door in doors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, until - monotonic()))
    known = found.copy()  # a late one may still come
    return tuple(known[door] for door in doors if door in known)


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


def _found(door: Door, until: float) -> Found | None:
    connection = HTTPConnection(_HERE, door.port, timeout=max(0.001, until - monotonic()))
    with suppress(OSError, HTTPException, ValueError):
        try:
            found = read(door, *asked(connection, door.path))
            return found if found is None or found.trouble else _known(connection, found)
        finally:
            connection.close()
    return None


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
