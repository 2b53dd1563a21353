"""What the rounds of many rows look up in the store, read once for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qwen_magic.conversation.store.store import ChainStore

__all__ = ["Memory"]


class Memory:
    """The part of `ChainStore` that a turn's rounds need."""

    def __init__(self, store: ChainStore) -> None:
        self._store = store
        self._known: dict[str, str] = {}
        self._continues: dict[str, bool] = {}

    @property
    def ways(self) -> Memory:
        """How models were brought to give values."""
        return self

    def known(self, asked: str) -> str:
        """Return the way that worked; empty if that is not known."""
        if asked not in self._known:
            self._known[asked] = self._store.ways.known(asked)
        return self._known[asked]

    def learn(self, asked: str, way: str = "", *, continues: bool = False) -> None:
        """Remember the way that worked, or that a server continues no response."""
        if way:
            self._known[asked] = way
            self._store.ways.learn(asked, way)
        else:
            self._continues[asked] = continues
            self._store.learn(asked, continues=continues)

    def continues(self, base_url: str) -> bool:
        """Return whether a server continues responses."""
        if base_url not in self._continues:
            self._continues[base_url] = self._store.continues(base_url)
        return self._continues[base_url]
