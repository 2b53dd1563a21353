"""What an error means for a row, and for the rows beside it (pure)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from qwen_magic.errors import QwenError, ResponseError, StatusError, WireError
from qwen_magic.responses.events import Failed
from qwen_magic.responses.refusals import response_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwen_magic.conversation.tables.records import Status
    from qwen_magic.responses.events import Event

__all__ = [
    "MOST_TRIES",
    "Verdict",
    "about_tokens",
    "kind",
    "passing",
    "pause",
    "reason",
    "status_of",
    "verdict",
]

Verdict: TypeAlias = Literal["slower", "fewer", "again", "over", "stop"]
"""`slower`: the server limits us, the row is asked again. `fewer`: so does its memory. `again`: it may go well another time.
`over`: it will not. `stop`: no row will go well."""

MOST_TRIES = 6
"""How often a row is asked that goes wrong in one way, but may go well another time."""

_BUSY = frozenset({429, 503})
_AGAIN = frozenset({408, 409, 425, *range(500, 600)})
_NOBODY = frozenset({401, 402, 403, 404, 405})
_EMPTY = re.compile(r"arrearage|overdue|in good standing|invalid.?api.?key", re.IGNORECASE)
_TOKENS = re.compile(r"token|\btpm\b|allocat|insufficient_quota", re.IGNORECASE)
_CROWDED = re.compile(
    r"context size has been exceeded", re.IGNORECASE
)  # llama.cpp: by all together
_PASSING = frozenset({"server_error", "internal_error", "internalerror", "timeout"})
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0


def verdict(error: QwenError) -> Verdict:
    """Return what an error means."""
    match error:
        case StatusError():
            return _of_status(error)
        case WireError():
            return "again"
        case ResponseError():
            return "again" if error.code.lower().partition(".")[0] in _PASSING else "over"
        case _:
            return "over"


def _of_status(error: StatusError) -> Verdict:
    if error.status in _BUSY:
        return "slower"
    if _CROWDED.search(str(error.args[0])):
        return "fewer"
    if error.status in _NOBODY or _EMPTY.search(f"{error.code} {error.args[0]}"):
        return "stop"
    return "again" if error.status in _AGAIN else "over"


def passing(heard: Sequence[Event]) -> QwenError | None:
    """Return the error of an answer that failed, but may go well another time."""
    last = heard[-1] if heard else None
    if not isinstance(last, Failed):
        return None
    error = response_error(last.response.error)
    return error if verdict(error) == "again" else None


def kind(error: QwenError) -> str:
    """Return in which way it went wrong: the connection, or what the server said."""
    return "connection" if isinstance(error, WireError) else "server"


def about_tokens(error: QwenError) -> bool:
    """Return whether a limit is one of tokens, not of requests."""
    code = error.code if isinstance(error, StatusError) else ""
    return bool(_TOKENS.search(f"{code} {error.args[0]}"))


def pause(tries: int, chance: float) -> float:
    """Return the seconds before a row is asked again that failed so often.

    Args:
        tries: How often it was asked; at least once.
        chance: Anything from 0 to 1.
    """
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** (tries - 1)) * (0.75 + chance / 2)


def reason(error: QwenError) -> str:
    """Return why there is no answer, in one line."""
    return " ".join(str(error.args[0]).split())


def status_of(error: QwenError) -> Status:
    """Return how a row ends in which this is the last word."""
    is_servers = isinstance(error, StatusError | ResponseError)
    return "refused" if is_servers and verdict(error) == "over" else "failed"
