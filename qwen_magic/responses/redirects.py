"""Where a redirect leads, if it may be followed (pure)."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from qwen_magic.errors import WireError

__all__ = ["REDIRECTS", "redirected"]

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOLLOWED = frozenset({307, 308})  # the others would turn the question into a GET


def redirected(url: str, status: int, location: str) -> str:
    """Return the address to ask instead.

    Raises:
        WireError: It is another server's, which must not get the key, or no address at all.
    """
    try:
        target = urljoin(url, location)
        here, there = urlsplit(url), urlsplit(target)
    except ValueError:
        target = ""
    if not target or not target.isprintable():
        raise WireError("the server redirects to no address", hint=f"check the base URL: {url}")
    if (here.scheme, here.netloc) != (there.scheme, there.netloc):
        raise WireError(
            f"the server redirects to {there.scheme}://{there.hostname or '?'}; not followed, so that the key stays here",
            hint="if that server is meant, make it the base URL",
        )
    if status not in _FOLLOWED:
        raise WireError(
            f"the server redirects with HTTP {status}, which would lose the question",
            hint=f"check the base URL: {url}",
        )
    return target
