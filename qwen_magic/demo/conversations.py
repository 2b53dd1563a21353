"""Conversations that the demo keeps, and lists of items as the API pages them."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from qwen_magic.demo.wire.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from qwen_magic.demo.wire.items import Item

__all__ = ["Conversations", "listed", "page"]

_PAGE = 20
_LARGEST = 100


class Conversations:
    """Conversations by their ids; one that a question names without creating it begins empty."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._items: dict[str, tuple[Item, ...]] = {}
        self._made: dict[str, dict[str, Any]] = {}
        self._lock = Lock()

    def create(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Begin a conversation, with the items that are given."""
        name = f"conv_{uuid4().hex}"
        self.add(name, map(listed, body.get("items") or ()))
        self._made[name] |= {"metadata": body.get("metadata") or {}}
        return self.find(name)

    def add(self, name: str, items: Iterable[Item]) -> None:
        """Add what was said to a conversation."""
        with self._lock:
            self._items[name] = (*self._items.get(name, ()), *items)
            known = {"id": name, "object": "conversation", "created_at": int(self._clock())}
            self._made.setdefault(name, known | {"metadata": {}})

    def items(self, name: str) -> tuple[Item, ...]:
        """Return what was said, the oldest first; nothing in one that has not begun."""
        return self._items.get(name, ())

    def find(self, name: str) -> dict[str, Any]:
        """Return a conversation.

        Raises:
            Refusal: There is none of this id.
        """
        if name not in self._made:
            raise Refusal(f"Conversation with id '{name}' not found.", status=404)
        return self._made[name]

    def delete(self, name: str) -> dict[str, Any]:
        """Forget a conversation and return the receipt."""
        self.find(name)
        with self._lock:
            del self._made[name], self._items[name]
        return {"id": name, "object": "conversation.deleted", "deleted": True}


def listed(item: Item) -> Item:
    """Return an input item as a list shows it: with an id, and its text in parts."""
    content = item.get("content")
    kind = "output_text" if item.get("role") == "assistant" else "input_text"
    parts = {"content": [{"type": kind, "text": content}]} if isinstance(content, str) else {}
    return {"id": f"msg_{uuid4()}", "type": "message", **item, **parts}


def page(items: Sequence[Item], query: Mapping[str, str]) -> dict[str, Any]:
    """Return one page of a list: the newest item first, unless the query asks otherwise.

    Raises:
        Refusal: The query asks for what there is not.
    """
    order, limit = query.get("order", "desc"), query.get("limit", str(_PAGE))
    if order not in {"asc", "desc"}:
        raise Refusal(f"'order' must be asc or desc, got {order!r}.")
    if not (limit.isdecimal() and 1 <= int(limit) <= _LARGEST):
        raise Refusal(f"'limit' must be from 1 to {_LARGEST}, got {limit!r}.")
    found = list(items) if order == "asc" else list(items)[::-1]
    names = [item["id"] for item in found]
    if (after := query.get("after")) is not None:
        if after not in names:
            raise Refusal(f"Item with id '{after}' not found.", status=404)
        found = found[names.index(after) + 1 :]
    data = found[: int(limit)]
    ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {}
    return {"object": "list", "data": data, **ends, "has_more": len(found) > len(data)}
