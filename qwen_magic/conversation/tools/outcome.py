"""What a function's return value stands for: printed text, items still to come, a coroutine.

A function that prints and returns nothing means what it printed. A generator means its items, as
many as a result has room for; its repr tells nobody anything.
"""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

from qwen_magic.conversation.tools.results import LENGTH, output_of

if TYPE_CHECKING:
    from qwen_magic.conversation.tools.results import Output

__all__ = ["MOST_ITEMS", "items_of", "items_to_come", "told"]

MOST_ITEMS = 1_000
"""Items that are taken of a generator; it may never end."""


def told(result: object, printed: str, *, images: bool) -> Output:
    """Return what the model is told of a call.

    Args:
        result: What the function returned, with its items taken.
        printed: What it printed.
        images: Whether pictures may be sent.
    """
    if result is None and printed.strip():
        return output_of(printed, images=images)
    return output_of(result, images=images)


def items_of(result: object) -> object:
    """Return the items of a generator or another iterator as a list; anything else as it is."""
    if not isinstance(result, Iterator) or isinstance(result, io.IOBase):
        return result
    taken = _Taken()
    for item in result:
        if not taken.add(item):
            break
    return taken.items


async def items_to_come(result: object) -> object:
    """Return the items of an asynchronous generator as a list; anything else as it is."""
    if not isinstance(result, AsyncIterator):
        return items_of(result)
    taken = _Taken()
    async for item in result:
        if not taken.add(item):
            break
    return taken.items


class _Taken:
    """Items, until there are enough."""

    def __init__(self) -> None:
        self.items: list[object] = []
        self._room = LENGTH

    def add(self, item: object) -> bool:
        """Take an item; return whether there is room for another one."""
        if len(self.items) == MOST_ITEMS or self._room <= 0:
            self.items.append(f"… and more: only the first {len(self.items):,} were taken")
            return False
        self.items.append(item)
        self._room -= len(item) if isinstance(item, str | bytes) else 1
        return True
