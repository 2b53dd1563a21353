"""Drawing a value as PNG or JPEG, if its class can be drawn (pure).

Matplotlib, Pillow and IPython are recognised by what their classes offer, never imported.
"""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["IMAGE_BYTES", "IMAGE_FILES", "pictures"]

IMAGE_BYTES = 7_000_000  # base64 adds a third; Model Studio takes 10 MB of it

IMAGE_FILES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".bmp": "image/bmp",
}
"""The files that are images, by the ends of their names."""


def pictures(value: Any) -> Iterator[tuple[str, bytes]]:  # noqa: ANN401 - known by its methods
    """Yield the value as a PNG and as a JPEG, if its class can draw it.

    It asks the class, because some instances claim to have every attribute.
    """
    for mime in ("png", "jpeg"):
        draw = getattr(type(value), f"_repr_{mime}_", None)
        data = draw(value) if callable(draw) else None
        data = data[0] if isinstance(data, tuple) else data
        if data:
            yield f"image/{mime}", b64decode(data) if isinstance(data, str) else data
    if callable(getattr(type(value), "get_figure", None)):  # Matplotlib's Axes
        value = value.get_figure()
    if callable(getattr(type(value), "savefig", None)):
        value.savefig(drawn := BytesIO(), format="png", bbox_inches="tight")
        yield "image/png", drawn.getvalue()
