"""Turns that a session takes from its store, and from the server that keeps them too."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, NoReturn

from msgspec.structs import replace

from qwen_magic.conversation.asking.following import refreshed
from qwen_magic.conversation.asking.keeping import Forgotten, fetched, forgotten
from qwen_magic.conversation.asking.shaping import valued
from qwen_magic.conversation.chains.tree import path
from qwen_magic.conversation.planning.standing import chain_of
from qwen_magic.conversation.turn.records import turn_of

if TYPE_CHECKING:
    from qwen_magic.conversation.planning.plans import Plan
    from qwen_magic.conversation.store.store import ChainStore
    from qwen_magic.conversation.turn.records import Chain
    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.responses.client import Client
    from qwen_magic.settings import Settings

__all__ = ["Keeper", "reused", "turns_on_path"]


class Keeper(ABC):
    """The part of a session that asks nothing: its chain, and the turns that are there.

    Attributes:
        settings: What every ask shares.
        store: Keeps the chains.
        notebook: The store's id of the notebook whose chains these are.
        last: The last turn, as far as it got.
        node: Its number in the store; None if it never began.
        used: The tokens of all turns, input and output.
    """

    settings: Settings
    store: ChainStore
    notebook: str
    last: Turn | None
    node: int | None
    used: int

    def __repr__(self) -> str:
        model, name = self.settings.model, self.chain.name
        return f"{type(self).__name__}(model={model!r}, chain={name!r}, used={self.used})"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied: connections and locks cannot be."""
        raise TypeError("a session stays where it is: make another with Session(session.settings)")

    @property
    def chain(self) -> Chain:
        """The chain that the next question joins."""
        return chain_of(self.notebook, self.settings)

    def head(self) -> Turn | None:
        """Return the last good turn of the current chain."""
        return next(iter(turns_on_path(self.store, self.chain, last=1)), None)

    def path(self) -> tuple[Turn, ...]:
        """Return the turns that the next one continues, in order."""
        return turns_on_path(self.store, self.chain)

    def refresh(self) -> tuple[Turn, ...]:
        """Look at the chain's turns in the background; return them as they stand now."""
        return refreshed(self)

    def fetch(self, response_id: str) -> Turn:
        """Return a response that the server keeps, as a turn."""
        return fetched(self, response_id).turn

    def forget(self) -> Forgotten:
        """Delete the chain's responses from the server; the turns stay here."""
        return forgotten(self)

    @abstractmethod
    def client(self) -> Client:
        """Return what sends requests, for the settings as they are now."""


def turns_on_path(store: ChainStore, chain: Chain, *, last: int | None = None) -> tuple[Turn, ...]:
    """Return the turns that a chain's next one continues, in order.

    Args:
        store: Keeps the chain.
        chain: The chain.
        last: How many of them, from the end; by default all.
    """
    nodes = path(store.tree(chain))
    first = 0 if last is None else max(0, len(nodes) - last)
    records = store.read(chain, [node.id for node in nodes[first:]])
    return tuple(turn_of(record, number) for number, record in enumerate(records, first + 1))


def reused(store: ChainStore, planned: Plan) -> Turn:
    """Make the turn that is shown instead of asking its chain's head; return it."""
    chain, earlier = planned.record.chain, planned.earlier or 0
    store.move(chain, earlier)
    (record,) = store.read(chain, [earlier])
    turn = replace(turn_of(record, planned.turn.number), notes=planned.turn.notes)
    return valued(turn, planned.wish.shape if planned.wish else None)
