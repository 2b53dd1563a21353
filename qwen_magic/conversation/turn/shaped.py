"""What a turn was asked for besides words: a value of a given shape, and what came of it (pure)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from qwen_magic.responses.items import FunctionCall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwen_magic.responses.items import Item

__all__ = ["Shaped", "read_shaped", "shaped_text"]


class Shaped(Struct, frozen=True):
    """The shape that was asked for, and the value as JSON.

    Attributes:
        name: What the model's function is called.
        parameters: The JSON schema of what it takes.
        wrapped: Whether the value is the field `value` of that.
        found: Whether a value came that fits.
        json: That value.
        corrections: How often the model was told what does not fit.
        repaired: Whether slips in its JSON were mended.
        owed: The ids of its calls that the server waits to be answered.
    """

    name: str
    parameters: dict[str, Any] = {}
    wrapped: bool = False
    found: bool = False
    json: Any = None
    corrections: int = 0
    repaired: bool = False
    owed: tuple[str, ...] = ()


def shaped_text(shaped: Shaped, items: Sequence[Item]) -> str:
    """Return the value as a block of JSON; if none fits, what the model wrote last in its place.

    A value that came as text is among the items already.
    """
    if shaped.found and not shaped.owed:
        return ""
    if shaped.found:
        return f"```json\n{json.dumps(shaped.json, ensure_ascii=False, indent=2)}\n```"
    calls = (one for one in items if isinstance(one, FunctionCall) and one.name == shaped.name)
    written = [call.arguments for call in calls]
    return f"```json\n{written[-1]}\n```" if written else ""


def read_shaped(text: str) -> Shaped | None:
    """Return what was stored of it, from its JSON; None if there is nothing."""
    try:
        return msgspec.convert(json.loads(text), Shaped | None)
    except (ValueError, msgspec.ValidationError):
        return None
