"""What the first bytes of an image tell about it."""

from __future__ import annotations

import base64
import struct

__all__ = ["described"]

_SIZE_OF_PNG = slice(16, 24)  # width and height come first in the IHDR chunk


def described(address: str) -> str:
    """Return what can be said about an image without looking at it."""
    if not address.startswith("data:"):
        return f"an image at <{address}>"
    head, _, data = address.partition(",")
    kind = head.removeprefix("data:").split(";")[0].removeprefix("image/").upper()
    try:
        raw = base64.b64decode(data, validate=True)
    except ValueError:
        return f"an image of type {kind} that is not valid base64"
    size = f", {_pixels(raw)}" if raw.startswith(b"\x89PNG") else ""
    return f"an image ({kind}{size}, {len(raw):,} bytes)"


def _pixels(png: bytes) -> str:
    header = png[_SIZE_OF_PNG]
    width, height = struct.unpack(">II", header.ljust(8, b"\0"))
    return f"{width} × {height} pixels"  # noqa: RUF001 - the sign for sizes
