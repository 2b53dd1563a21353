"""What a tool returned, in the form that the model gets (pure).

Text stays text, pictures stay pictures, frames become records, and all else compact JSON. A long
result is cut, and says so. No object of the user's makes it raise.
"""

from __future__ import annotations

from base64 import b64encode
from json import loads
from typing import TYPE_CHECKING, Any, TypeAlias

from qwen_magic.conversation.tools.failures import failure
from qwen_magic.conversation.tools.frames import frame_text
from qwen_magic.conversation.tools.json_text import has_form, json_text, text_of_bytes
from qwen_magic.conversation.tools.pictures import IMAGE_BYTES, pictures
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.excerpt import cut, excerpt, whole
from qwen_magic.responses.lenient import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["LENGTH", "Output", "output_of"]

Output: TypeAlias = "str | list[dict[str, str]]"

LENGTH = 20_000
"""Characters of one output: some 5,000 tokens, which every later round and turn pays for again."""

MEMBERS = 20  # a longer list is not searched for pictures
WORDS = 200  # of a picture's repr
DRAWN_BY = ("_repr_png_", "_repr_jpeg_", "savefig", "get_figure")
MAGIC = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def output_of(result: object, *, images: bool) -> Output:
    """Return a tool's result as the API takes it.

    Args:
        result: Anything; pictures may also be among the members of a list or tuple.
        images: Whether pictures may be sent; otherwise a sentence replaces each.
    """
    try:
        parts = list(_parts(result, images=images)) or [_text(_told(result, LENGTH))]
    except Exception as error:  # noqa: BLE001 - a user's object may raise anything
        kind = cut(type(result).__name__, WORDS)
        parts = [_text(f"The function returned a {kind} that cannot be shown: {failure(error)}")]
    if any(part["type"] == "input_image" for part in parts):
        return parts
    return "\n".join(part["text"] for part in parts)


def _parts(result: Any, *, images: bool) -> Iterator[dict[str, str]]:  # noqa: ANN401
    """Yield the parts of a result that holds pictures, words before each picture."""
    several = type(result) in {list, tuple} and len(result) <= MEMBERS
    members: Sequence[object] = result if several else (result,)
    if not any(map(_is_drawn, members)):
        return
    sent: dict[str, bytes] = {}
    for member in members:
        found = list(_drawings(member)) if _is_drawn(member) else []
        room = IMAGE_BYTES - sum(map(len, sent.values()))
        fitting = [(mime, data) for mime, data in found if len(data) <= room]
        if not found:
            yield _text(_told(member, LENGTH // len(members) - 1))
        elif not images or not fitting:
            yield _text(_unsent(member, found, images=images))
        elif fitting[0][1] not in sent.values():  # a figure and its axes are drawn alike
            mime, data = fitting[0]
            url = f"data:{mime};base64,{b64encode(data).decode('ascii')}"
            sent[url] = data
            yield _text(_words(member))
            yield {"type": "input_image", "image_url": url}


def _is_drawn(value: object) -> bool:
    """Return whether a value may have a picture."""
    if isinstance(value, bytes):
        return value.startswith(tuple(MAGIC))
    return any(callable(getattr(type(value), name, None)) for name in DRAWN_BY)


def _drawings(value: object) -> Iterator[tuple[str, bytes]]:
    if isinstance(value, bytes):
        return ((mime, value) for magic, mime in MAGIC.items() if value.startswith(magic))
    return pictures(value)


def _unsent(value: object, found: Sequence[tuple[str, bytes]], *, images: bool) -> str:
    size = -(-min(len(data) for _, data in found) // 1000)
    reason = "too large to be sent" if images else "which cannot be sent to you"
    return f"[a picture of {size} kB, {reason}: {_words(value)}]"


def _words(value: object) -> str:
    return "image file" if isinstance(value, bytes) else cut(excerpt(value, WORDS), WORDS)


def _told(value: object, length: int) -> str:
    """Return a result without pictures."""
    if value is None:
        return "The function ran, and returned nothing."
    text = _own_text(value, length)
    if text is None:
        text = frame_text(value, length)
    return _bounded(_form(value, length) if text is None else text, length)


def _own_text(value: object, length: int) -> str | None:
    """Return the text that a value is, or that it shows a reader."""
    if isinstance(value, Turn):
        return value.text
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return text_of_bytes(value, length)
    markdown = getattr(type(value), "_repr_markdown_", None)
    text = markdown(value) if callable(markdown) else None
    return text if isinstance(text, str) else None


def _form(value: object, length: int) -> str:
    """Return a value as JSON if it has a form there, else its repr."""
    if not has_form(value):
        return excerpt(value, length)
    text = json_text(value, length)
    alone = text.startswith('"') and len(text) <= length  # a date, which needs no quotes
    return str(loads(text)) if alone else text


def _bounded(text: str, length: int) -> str:
    """Return a text, or its beginning and a sentence that it was cut."""
    if len(text) <= length:
        return text
    sentence = f"\n… cut at {length:,} characters; ask for less to see the rest"
    return whole(text, length - len(sentence)) + sentence


def _text(text: str) -> dict[str, str]:
    """Return a part of text; halves of a character become U+FFFD."""
    return {"type": "input_text", "text": clean(text)}
