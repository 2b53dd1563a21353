"""What happens to a turn beside the events of its stream (pure)."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from qwen_magic.responses.items import Item

__all__ = ["Answered", "Broken", "Continued", "Limited", "Reopened", "Step", "Stopped"]


class Stopped(Struct, frozen=True):
    """The reader stopped the turn."""


class Broken(Struct, frozen=True):
    """The turn ended without the server's last word."""

    reason: str


class Limited(Struct, frozen=True):
    """A limit of ours was reached: the model is not asked on."""

    reason: str


class Reopened(Struct, frozen=True):
    """The response is complete, but the model waits for what its calls return."""


class Answered(Struct, frozen=True):
    """More became known of a call: the item in its place now reads so."""

    number: int
    item: Item


class Continued(Struct, frozen=True):
    """What the calls returned goes to the model: another response begins."""


Step: TypeAlias = Stopped | Broken | Limited | Reopened | Answered | Continued
