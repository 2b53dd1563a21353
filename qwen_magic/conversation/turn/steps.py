"""What happens to a turn besides the events of its stream (pure)."""

from __future__ import annotations

from typing import Any, TypeAlias

from msgspec import Struct

from qwen_magic.conversation.turn.shaped import Shaped
from qwen_magic.responses.items import Item

__all__ = ["Answered", "Broken", "Continued", "Limited", "Reopened", "Step", "Stopped", "Valued"]


class Stopped(Struct, frozen=True):
    """The reader stopped the turn."""


class Broken(Struct, frozen=True):
    """The turn ended without the server's last word."""

    reason: str


class Limited(Struct, frozen=True):
    """One of our limits was reached: the model is not asked again."""

    reason: str


class Reopened(Struct, frozen=True):
    """The response is complete, but the model waits for what its calls return."""


class Answered(Struct, frozen=True):
    """More is known about a call: this item replaces the one in its place."""

    number: int
    item: Item


class Continued(Struct, frozen=True):
    """What the calls returned goes to the model: another response begins."""


class Valued(Struct, frozen=True):
    """The answer was read: it fits, and the turn is complete, or the model has to correct it."""

    shaped: Shaped
    value: Any = None


Step: TypeAlias = Stopped | Broken | Limited | Reopened | Answered | Continued | Valued
