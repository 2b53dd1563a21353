"""What the first bytes of an image tell about it."""

from __future__ import annotations

import base64
import struct

from qwen_magic.demo.answers.chinese import Voice

__all__ = ["described"]

ENGLISH = Voice()
_SIZE_OF_PNG = slice(16, 24)  # width and height come first in the IHDR chunk


def described(address: str, say: Voice = ENGLISH) -> str:
    """Return what can be said about an image without looking at it."""
    if not address.startswith("data:"):
        return say("an image at <{address}>", address=address)
    head, _, data = address.partition(",")
    kind = head.removeprefix("data:").split(";")[0].removeprefix("image/").upper()
    try:
        raw = base64.b64decode(data, validate=True)
    except ValueError:
        return say("an image of type {kind} that is not valid base64", kind=kind)
    size = [_pixels(raw, say)] if raw.startswith(b"\x89PNG") else []
    return say("an image ({told} bytes)", told=say.listed([kind, *size, f"{len(raw):,}"]))


def _pixels(png: bytes, say: Voice) -> str:
    header = png[_SIZE_OF_PNG]
    width, height = struct.unpack(">II", header.ljust(8, b"\0"))
    return say("{width} × {height} pixels", width=width, height=height)  # noqa: RUF001 - the sign
