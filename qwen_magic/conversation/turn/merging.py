"""Two reports of one item become one: the newer counts, the older fills its gaps (pure)."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from msgspec import structs

from qwen_magic.responses.items import Item, Message, OtherItem, Part, Reasoning

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["merge"]


def merge(known: Item, news: Item) -> Item:
    """Return the newer item; fill what it leaves empty from the older one."""
    if known.type != news.type:
        return news
    empty = [name for name in news.__struct_fields__ if not getattr(news, name)]
    if isinstance(news, Reasoning) and (news.summary or news.content):
        # The same thoughts may stream in one family and end in the other.
        empty = [name for name in empty if name not in {"summary", "content"}]
    kept: dict[str, Any] = {name: getattr(known, name) for name in empty}
    if isinstance(known, Message) and isinstance(news, Message) and news.content:
        kept["content"] = tuple(_annotated(known, news))
    if isinstance(known, OtherItem) and isinstance(news, OtherItem):
        kept["fields"] = known.fields | news.fields
    return structs.replace(news, **kept) if kept else news


def _annotated(known: Message, news: Message) -> Iterator[Part]:
    """Yield the newer parts; one without annotations keeps those that it had."""
    for part, before in zip_longest(news.content, known.content[: len(news.content)]):
        is_bare = before and part.text == before.text and not part.annotations
        yield before if is_bare else part
