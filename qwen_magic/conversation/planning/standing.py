"""Where a question stands: its chain, the turn that it continues, and whether the server can."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from qwen_magic.conversation.chains.placement import Asked, Placement, place
from qwen_magic.conversation.chains.rebuild import LIFETIME, Server, calls_answered, rebuild_reason
from qwen_magic.conversation.chains.tree import Tree
from qwen_magic.conversation.planning.admitting import joining
from qwen_magic.conversation.planning.question import Asking
from qwen_magic.conversation.planning.readying import continues_at
from qwen_magic.conversation.planning.rebuilding import before
from qwen_magic.conversation.turn.records import JOINED, REPLAYED, Chain, Record
from qwen_magic.responses.endpoint import DEMO

if TYPE_CHECKING:
    from qwen_magic.conversation.planning.plans import Question
    from qwen_magic.conversation.store.store import ChainStore
    from qwen_magic.settings import Settings

__all__ = ["Standing", "chain_of", "standing"]

_RECENT = 9  # turns; of a conversation, those that never reached the server do not count


class Standing(Struct, frozen=True):
    """Where a question stands.

    Attributes:
        asking: How it is asked, with the conversation that the chain's turns join.
        head: The turn that it continues.
        known: The last turn that the server knows, whose calls may wait for their results.
        reason: Why the server cannot go on by the id of that turn; empty if it can.
        resent: The turns that are sent again, therefore.
    """

    chain: Chain
    tree: Tree
    placement: Placement
    server: Server
    asking: Asking
    head: Record | None = None
    known: Record | None = None
    reason: str = ""
    resent: tuple[Record, ...] = ()

    @property
    def previous_response_id(self) -> str | None:
        """By what the server goes on, if it does so by an id."""
        if self.head is None or self.reason or self.asking.conversation:
            return None
        return self.head.response_id

    @property
    def system(self) -> str | None:
        """The system message, if the question or the turn before it has one."""
        if self.head is None or self.asking.system is not None:
            return self.asking.system
        return self.head.system


def standing(store: ChainStore, notebook: str, settings: Settings, question: Question) -> Standing:
    """Return where a question stands.

    Raises:
        RequestError: There is no such turn to continue from, or its conversation only goes on.
    """
    chain = chain_of(notebook, settings, question.asking.conversation)
    asking = joining(store, chain, question.asking, question.asked)
    tree = store.tree(chain)
    placement = place(tree, _placed(question.asked, asking))
    server, head = _server(store, settings), _record(store, chain, placement)
    reason = ""
    if not asking.conversation:
        reason = rebuild_reason(head, server, store.now(), calls_answered(question.prompt))
    return Standing(
        chain,
        tree,
        placement,
        server,
        asking,
        head,
        known=(_remembered(store, chain, tree) if asking.conversation else None) or head,
        reason=reason,
        resent=before(store, chain, placement) if reason else (),
    )


def chain_of(notebook: str, settings: Settings, conversation: str | None = None) -> Chain:
    """Return the chain that a question joins; a conversation on the server has its own."""
    owner = f"{_apart(settings)}{notebook}"
    name = settings.chain or "main"
    return Chain(owner, name if conversation is None else f"{JOINED}{conversation}")


def _apart(settings: Settings) -> str:
    """Return a prefix that keeps turns of the demo, of each cassette and of real models apart."""
    if settings.replay:
        return f"{REPLAYED}{settings.replay}:"
    return "demo:" if settings.region == DEMO and not settings.base_url else ""


def _placed(asked: Asked, asking: Asking) -> Asked:
    if asking.conversation:
        return replace(asked, how="append")
    return replace(asked, how="new") if asking.new else asked


def _server(store: ChainStore, settings: Settings) -> Server:
    endpoint = settings.endpoint()
    continues = store.continues(endpoint.base_url) and continues_at(endpoint, settings)
    lifetime = inf if settings.replay else LIFETIME  # a cassette forgets nothing
    key = "" if settings.is_local else endpoint.key  # our own server has another each time
    return Server(endpoint.base_url, store.account(key), continues, lifetime)


def _record(store: ChainStore, chain: Chain, placement: Placement) -> Record | None:
    if placement.parent is None:
        return None
    found = store.read(chain, [placement.parent])
    return found[0] if found else None


def _remembered(store: ChainStore, chain: Chain, tree: Tree) -> Record | None:
    """Return the last turn of a conversation that the server keeps; it may have failed."""
    recent = [node.id for node in tree.nodes[-_RECENT:]]
    reached = [record for record in store.read(chain, recent) if record.response_id]
    return reached[-1] if reached else None
