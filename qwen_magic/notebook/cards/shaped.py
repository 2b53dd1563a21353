"""Cards of a value that was asked for by its shape: it fills in, and then it fits or does not (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qwen_magic.notebook.cards.parts import Raw, Value, as_json, as_note
from qwen_magic.notebook.cards.values import growing_value
from qwen_magic.notebook.cards.wording import line, loaded, pretty
from qwen_magic.responses.items import FunctionCall, Message

if TYPE_CHECKING:
    from qwen_magic.conversation.turn.shaped import Shaped
    from qwen_magic.notebook.cards.parts import Drawn, Part
    from qwen_magic.responses.items import Item

__all__ = ["is_misfit", "shaped_parts"]


def is_misfit(item: Item, shaped: Shaped) -> bool:
    """Return whether an item is a value that did not fit, and went back to the model."""
    return isinstance(item, FunctionCall) and item.name == shaped.name and bool(item.error)


def shaped_parts(item: Item, shaped: Shaped) -> Drawn | None:
    """Return the title and the parts of a value; None if the item is none."""
    if is_misfit(item, shaped):
        assert isinstance(item, FunctionCall)  # noqa: S101 - for the type checker
        return "A value that does not fit", (
            *as_json(item.arguments),
            *as_note(line(item.error.replace("\n", " · "), 600)),
        )
    match item:
        case FunctionCall(name=name) if name == shaped.name:
            if shaped.owed and (item.call_id or item.id) != shaped.owed[0]:
                return "Answer", ()  # one call was enough
            return "Answer", _value(growing_value(item.arguments), item.arguments, shaped)
        case Message():
            text = "".join(part.text for part in item.content)
            value = growing_value(text)
            is_value = isinstance(value, dict | list)
            return ("Answer", _value(value, text, shaped)) if is_value else None
        case _:
            return None


def _value(value: Any, text: str, shaped: Shaped) -> tuple[Part, ...]:  # noqa: ANN401 - any JSON
    if shaped.wrapped and isinstance(value, dict):
        value = value.get("value")
    shown = (Value(value),) if value is not None else ()
    whole = loaded(text)
    return (*shown, Raw(pretty(whole))) if shaped.found and whole is not None else shown
