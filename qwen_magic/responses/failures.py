"""What a failed connection means and what to do about it: httpx's errors → ours."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx

from qwen_magic.errors import GoneError, QwenError, RequestError, WireError

if TYPE_CHECKING:
    from qwen_magic.responses.endpoint import Endpoint

__all__ = ["broken", "lost", "nameless", "silence", "unexpected", "unfinished", "unusable"]

_AGAIN = "run the cell again"
_NETWORK = "check the network, the proxy (HTTPS_PROXY) and the base URL"
_CERTIFICATE = "the server's certificate is not trusted here: see SSL_CERT_FILE"
_EXPLAINED: tuple[tuple[type[Exception], str, str], ...] = (
    (httpx.ProxyError, "the proxy refused", "see HTTPS_PROXY and NO_PROXY"),
    (httpx.DecodingError, "the answer's compression is damaged", _AGAIN),
    (httpx.UnsupportedProtocol, "the base URL cannot be used", "it begins with https://"),
    (httpx.TransportError, "the connection broke", _AGAIN),
)


def broken(error: Exception | None, endpoint: Endpoint, *, began: bool) -> QwenError:
    """Return the error for an answer that ended before its last event; None is a clean end.

    An error of ours that a transport raised already says what happened.
    """
    if isinstance(error, QwenError):
        return error.with_traceback(None)
    found = _explain(error, endpoint, began=began)
    if error is not None:
        # Their tracebacks lead through frames that hold the request's headers.
        error.__traceback__ = error.__cause__ = error.__context__ = None
        error.args = (_reason(error, endpoint),)
        found.__cause__ = error
    return found


def silence(seconds: float, when: str) -> WireError:
    """Return the error for a server that stopped talking."""
    return WireError(
        f"the server was silent for {seconds:g} s {when}",
        hint="%config QwenMagics.timeout sets how many seconds to wait",
    )


def unfinished(seconds: float, status: str) -> WireError:
    """Return the error for a response that makes no progress."""
    return WireError(
        f"the response is still {status} after {seconds:g} s",
        hint="%config QwenMagics.timeout sets how many seconds to wait; %qwen --fetch ID looks again",
    )


def lost(response_id: str) -> GoneError:
    """Return the error for a response that the server no longer shows."""
    return GoneError(
        f"the server has no response {response_id!r}",
        hint="it keeps responses for seven days, unless they are deleted; run the cell again",
    )


def nameless() -> WireError:
    """Return the error for an answer that is not ready, and that cannot be fetched later."""
    return WireError(
        "the server's answer is not ready, and it gave no id to fetch it by", hint=_AGAIN
    )


def unexpected(status: int, endpoint: Endpoint) -> WireError:
    """Return the error for a success or redirect that carries no response."""
    try:
        phrase = f" {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = ""
    return WireError(
        f"the server answered HTTP {status}{phrase}, without a response",
        hint=f"check the base URL: {endpoint.base_url}",
    )


def unusable(error: Exception) -> RequestError:
    """Return the error for bad environment settings; their text may hold a proxy's password."""
    if isinstance(error, ImportError):
        return RequestError(
            "the environment names a SOCKS proxy, which needs the package socksio",
            hint='%pip install "httpx[socks]" and restart the kernel, or unset ALL_PROXY',
        )
    return RequestError(
        f"the environment's proxy or certificate settings cannot be used ({type(error).__name__})",
        hint="see HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY and SSL_CERT_FILE",
    )


def _explain(error: Exception | None, endpoint: Endpoint, *, began: bool) -> WireError:
    where = endpoint.base_url
    if error is None and began:
        return WireError("the stream ended before its last event", hint=_AGAIN)
    if error is None:
        return WireError("the server's answer holds no event", hint=f"check the base URL: {where}")
    reason = _reason(error, endpoint)
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        distrusted = "CERTIFICATE" in reason.upper()
        hint = _CERTIFICATE if distrusted else _NETWORK
        return WireError(f"no connection to {where}: {reason}", hint=hint, retryable=not distrusted)
    for kind, message, hint in _EXPLAINED:
        if isinstance(error, kind):
            retryable = kind is httpx.TransportError and not began
            return WireError(f"{message}: {reason}", hint=hint, retryable=retryable)
    return WireError(f"the request could not be sent: {reason}", hint=_AGAIN)


def _reason(error: Exception, endpoint: Endpoint) -> str:
    words = endpoint.without_key(str(error)) or type(error).__name__
    return " ".join("".join(c if c.isprintable() else " " for c in words[:300]).split())
