"""Which addresses may become links, and which images may be shown."""

from __future__ import annotations

import base64
import binascii
import re

from qwen_magic.notebook.markdown.escapes import strip_controls

__all__ = ["find_links", "safe_image", "safe_link"]

# By then, all other characters are percent-encoded. There is no user name before the host:
# `https://bank.example@evil.example` shows one site and opens another.
_WEB = re.compile(r"https?://[a-z0-9._:\[\]-]+(?:[/?#][^\s\"<>\\^`{|}]*)?", re.IGNORECASE)
_MAIL = re.compile(r"mailto:[^\s\"<>\\^`{|}:/@]+@[^\s\"<>\\^`{|}:/@]+", re.IGNORECASE)
_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,([A-Za-z0-9+/]+={0,2})")
_BARE = re.compile(
    r"(?<![A-Za-z0-9])https?://[^\s<>\"`\u2018-\u201f\u3000-\u303f\uff00-\uffef]*"
    r"[^\s<>\"`\u2018-\u201f\u3000-\u303f\uff00-\uffef.,:;!?'*_~()\[\]{}|\\$]"
)


def safe_link(url: str) -> str | None:
    """Return an absolute http, https or mailto address, percent-encoded; None for any other."""
    from markdown_it.common.normalize_url import normalizeLink

    try:
        url = normalizeLink(strip_controls(url).strip())
    except ValueError:
        return None
    return url if url.isascii() and (_WEB.fullmatch(url) or _MAIL.fullmatch(url)) else None


def safe_image(url: str) -> str | None:
    """Return the address if it contains the bitmap itself, so that showing it asks no server."""
    image = _IMAGE.fullmatch(url)
    try:
        return url if image and base64.b64decode(image[1], validate=True) else None
    except binascii.Error:
        return None


def find_links(text: str) -> list[str]:
    """Split plain text into pieces; every second one is a bare web address."""
    pieces: list[str] = []
    last = 0
    for match in _BARE.finditer(text):
        pieces += text[last : match.start()], match[0]
        last = match.end()
    return [*pieces, text[last:]]
