"""What a refusal means and what to do about it: HTTP status and body → an error (pure).

Codes: Model Studio, "Error codes"; the other bodies are those of servers that speak the same
protocol.
"""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from msgspec import structs

from qwen_magic.errors import ResponseError, StatusError
from qwen_magic.excerpt import cut
from qwen_magic.responses import lenient
from qwen_magic.responses.response import ErrorBody, parse_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qwen_magic.responses.endpoint import Endpoint

__all__ = [
    "CANCELLED",
    "cleaned",
    "is_rate_limit",
    "is_unknown_response",
    "keeps_nothing",
    "rate_limited",
    "refusal",
    "response_error",
    "retry_seconds",
]

CANCELLED = "the server cancelled the response"
"""Why a turn ended that the reader did not stop."""

_LONGEST_MESSAGE = 600
_RATE_LIMIT = re.compile(r"rate.?limit|throttl|too many requests", re.IGNORECASE)
_UNKNOWN_RESPONSE = re.compile(
    r"previous_response_(id|not_found)|(response with id|previous response) .*not found",
    re.IGNORECASE,
)
_KEEPS_NOTHING = re.compile(
    r"support|stateless|expected null|must be null|unrecogni[sz]ed|extra inputs", re.IGNORECASE
)
_TOO_LONG = re.compile(
    r"context.(size|length|window)|input length|(input|prompt) is too long", re.IGNORECASE
)
_HINTS = {
    "invalidparameter": "see %%qwen? for what an option takes, --dry-run for what is sent",
    "arrearage": "the account has an overdue payment: see Billing in the Alibaba Cloud console",
    "datainspectionfailed": "the service's content filter refused the text: put it another way",
    "model_not_found": "check the model's name and that the region offers it: -m …",
    "modelnotfound": "check the model's name and that the region offers it: -m …",
    "accessdenied": "the key's workspace has no access to this model",
}
_STATUS_HINTS = {
    402: "the account has no credit left: see Billing in the provider's console",
    403: "the key has no access to this model or workspace",
    404: "check the base URL: it ends before /responses; and the model's name",
    405: "check the base URL: it ends before /responses",
    413: "the request is too large: send less data, or start afresh with --new",
    429: "too many requests or tokens a minute: wait a little, then run the cell again",
}
_TOO_LONG_HINT = (
    "the model cannot read so much: send less; or, where the conversation is long, start afresh with"
    " --new, or cut it after turn N with %qwen_chain --rewind N"
)
_SERVER_HINT = "the server has a problem: run the cell again in a moment"
_OTHER_HINT = "--dry-run shows what is sent, %qwen tells where to"


def refusal(
    status: int, headers: Mapping[str, str], content: bytes, endpoint: Endpoint
) -> StatusError:
    """Return the error for a response that is no success."""
    error = cleaned(_error_body(content), endpoint)
    code = f" {error.code}" if error.code else ""
    wait = retry_seconds(headers)
    asked = f"the server asks to wait {wait:g} s, then run the cell again" if wait else ""
    return StatusError(
        f"HTTP {status}{code}: {error.message or _describe(content, endpoint)}",
        status=429 if status == 200 and is_rate_limit(error) else status,  # noqa: PLR2004
        code=error.code,
        hint=asked or _hint(status, error, endpoint),
        retry_after=wait,
    )


def response_error(error: ErrorBody | None) -> ResponseError:
    """Return the error for a response that ended as failed."""
    found = error or ErrorBody()
    said = _shorten(found.message) or "the server gave no reason"
    code = f" ({found.code})" if found.code else ""
    hint = _HINTS.get(found.code.lower()) or _hint_by_words(found) or "run the cell again"
    return ResponseError(f"the response failed{code}: {said}", code=found.code, hint=hint)


def cleaned(error: ErrorBody, endpoint: Endpoint) -> ErrorBody:
    """Return the error on one line, bounded, and without the key if it repeats that."""
    return structs.replace(
        error,
        message=_shorten(endpoint.without_key(error.message)),
        code=_shorten(endpoint.without_key(error.code)),
    )


def rate_limited(error: ErrorBody) -> StatusError:
    """Return the error for a rate limit that came with the status of a success."""
    return StatusError(
        f"the server limits requests: {error.message}",
        status=429,
        code=error.code,
        hint=_STATUS_HINTS[429],
    )


def is_rate_limit(error: ErrorBody | None) -> bool:
    """Return whether an error says that we asked too often, whatever its HTTP status."""
    return error is not None and bool(_RATE_LIMIT.search(f"{error.code} {error.message}"))


def is_unknown_response(message: str) -> bool:
    """Return whether a message says that the chain's last response cannot be continued by its id."""
    return bool(_UNKNOWN_RESPONSE.search(message))


def keeps_nothing(message: str) -> bool:
    """Return whether such a message says that the server never continues a response by its id."""
    return bool(_KEEPS_NOTHING.search(message))


def retry_seconds(headers: Mapping[str, str]) -> float | None:
    """Return how long `Retry-After` asks to wait, in seconds; a date counts from `Date`."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", value):
        return float(value)
    try:
        until = parsedate_to_datetime(value)
        since = parsedate_to_datetime(headers.get("date", ""))
        return max(0.0, (until - since).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _error_body(content: bytes) -> ErrorBody:
    try:
        fields = lenient.load(content)
    except ValueError:
        return ErrorBody()
    found = parse_error(fields) if isinstance(fields, dict) else None
    return found or ErrorBody()


def _describe(content: bytes, endpoint: Endpoint) -> str:
    """Return what a body without an error object says, without its HTML."""
    words = endpoint.without_key(content.decode("utf-8", "replace"))
    title = re.search(r"<title[^>]*>(.*?)</title>", words, re.IGNORECASE | re.DOTALL)
    if title:
        return f"an HTML page, {_shorten(title[1])!r}"
    if words.lstrip().startswith("<"):
        return "an HTML page"
    return _shorten(words) or "no further word"


def _hint(status: int, error: ErrorBody, endpoint: Endpoint) -> str:
    if status == 401:  # noqa: PLR2004 - Unauthorized
        where = f"region {endpoint.region}, " if endpoint.region else ""
        owners = "a region and a billing plan, some to their workspace's own address"
        return f"keys belong to {owners}; this one was sent to {where}{endpoint.base_url}"
    if endpoint.is_legacy and status in {404, 410}:
        return f"this path is retired: use {endpoint.current_base}"
    if status == 200 and not error.message:  # noqa: PLR2004 - what came is something else
        return f"this is no Responses API; check the base URL: {endpoint.base_url}"
    code = error.code.lower()
    said = _hint_by_words(error) or _HINTS.get(code) or _HINTS.get(code.partition(".")[0])
    by_status = _STATUS_HINTS.get(status, _SERVER_HINT if status >= 500 else _OTHER_HINT)  # noqa: PLR2004
    return said or by_status


def _hint_by_words(error: ErrorBody) -> str:
    if is_unknown_response(error.message):
        return "the chain cannot be continued there; --new starts a fresh one"
    if _TOO_LONG.search(f"{error.code} {error.message}"):
        return _TOO_LONG_HINT
    return _STATUS_HINTS[429] if is_rate_limit(error) else ""


def _shorten(words: str) -> str:
    """Return a server's words on one line, without control characters, bounded."""
    line = " ".join(
        "".join(c if c.isprintable() else " " for c in words[: _LONGEST_MESSAGE * 4]).split()
    )
    return cut(line, _LONGEST_MESSAGE)
