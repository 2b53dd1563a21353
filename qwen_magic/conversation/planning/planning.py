"""Where a question goes in its chain, and the request that takes it there."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from msgspec.structs import replace

from qwen_magic.configuration import check_settings
from qwen_magic.conversation.chains.placement import Asked, Placement, place
from qwen_magic.conversation.chains.rebuild import (
    LIFETIME,
    Server,
    calls_answered,
    input_items,
    rebuild_reason,
    settled,
)
from qwen_magic.conversation.chains.tree import Node, Tree, reusable
from qwen_magic.conversation.planning.admitting import check_background, joining
from qwen_magic.conversation.planning.plans import Plan, Question
from qwen_magic.conversation.planning.question import prompt_of, request_for
from qwen_magic.conversation.planning.readying import continues_at, served
from qwen_magic.conversation.planning.rebuilding import before, rebuilding
from qwen_magic.conversation.planning.ways import asked_of, order_at, way_named
from qwen_magic.conversation.planning.wishes import wished
from qwen_magic.conversation.tools.toolbox import toolbox
from qwen_magic.conversation.turn.records import JOINED, REPLAYED, Chain, Record, digest, input_of
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.local.suiting import suited
from qwen_magic.responses.endpoint import DEMO
from qwen_magic.responses.request import Request, body, check, doubts

if TYPE_CHECKING:
    from qwen_magic.conversation.planning.question import Asking
    from qwen_magic.conversation.store.store import ChainStore
    from qwen_magic.settings import Settings

__all__ = [
    "Plan",
    "Question",
    "chain_of",
    "noted",
    "plan",
]

_RECENT = 9  # turns; of a conversation, those that never reached the server do not count


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


def plan(store: ChainStore, notebook: str, settings: Settings, question: Question) -> Plan:
    """Return where a question goes and what is sent; store nothing yet.

    Raises:
        RequestError: The request would be refused, or there is no such turn to continue from.
        SchemaError: No model can be asked for such a value.
        ToolError: A function cannot be described to the model.
    """
    check_settings(settings)
    settings = served(settings)
    asking, asked, text = question.asking, question.asked, prompt_of(question.prompt)
    tools = toolbox(settings.tools)
    chain = chain_of(notebook, settings, asking.conversation)
    asking = joining(store, chain, question.asking, question.asked)
    tree = store.tree(chain)
    placement = place(tree, _placed(asked, asking))
    server, head = _server(store, settings), _record(store, chain, placement)
    reason = rebuild_reason(head, server, store.now(), calls_answered(question.prompt))
    reason = "" if asking.conversation else reason
    earlier_turns = before(store, chain, placement) if reason else ()
    kept = head.system if head and asking.system is None else asking.system
    prompt = question.prompt
    known = _remembered(store, chain, asking) or head
    bare = request_for(
        input_items(earlier_turns, prompt) if reason else settled(known, prompt),
        asking,
        settings,
        offered=tools.objects,
        system=settings.system if kept is None else kept,
        previous_response_id=head.response_id
        if head and not reason and not asking.conversation
        else None,
    )
    wish = wished(asking, tools, bare)
    if wish is not None:
        order = order_at(settings.endpoint())
        way = way_named(store.ways.known(asked_of(bare, server.base_url)), order)
        wish = replace(wish, way=way, order=order)
    request = wish.request if wish else bare
    check(
        suited(request, settings.endpoint().serving),
        vendor=settings.endpoint().is_like_model_studio,
    )
    check_background(request, tools)
    record = _record_of(question, request, server, placement)
    record = replace(record, chain=chain, prompt=text, system=kept)
    if wish is not None and not wish.asks:
        record = replace(record, digest=digest({record.digest: wish.shape.parameters}))
    earlier = _earlier(tree, record) if settings.reuse == "same" else None
    is_told = reason and earlier is None and settings.endpoint().serving is None
    resent = rebuilding(reason, earlier_turns) if is_told else ""
    notes = (*filter(None, (placement.told, resent)), *doubts(request))
    first = _first(record, request, placement.number, notes)
    shaped = wish.shaped if wish else None
    first = replace(first, think_tags=settings.think_tags, shaped=shaped)
    return Plan(first, request, record, tools, wish, earlier)


def noted(known: Plan, note: str) -> Plan:
    """Return the plan with something to tell the reader first; an empty note changes nothing."""
    notes = (*filter(None, (note,)), *known.turn.notes)
    return replace(known, turn=replace(known.turn, notes=notes))


def _placed(asked: Asked, asking: Asking) -> Asked:
    if asking.conversation:
        return replace(asked, how="append")
    return replace(asked, how="new") if asking.new else asked


def _remembered(store: ChainStore, chain: Chain, asking: Asking) -> Record | None:
    """Return the last turn of a conversation that the server keeps; it may have failed."""
    if asking.conversation is None:
        return None
    recent = [node.id for node in store.tree(chain).nodes[-_RECENT:]]
    reached = [record for record in store.read(chain, recent) if record.response_id]
    return reached[-1] if reached else None


def _record_of(
    question: Question, request: Request, server: Server, placement: Placement
) -> Record:
    return Record(
        parent=placement.parent,
        cell=question.asked.cell,
        ask=question.asked.ask,
        source=question.asked.source,
        digest=digest({**body(request), "input": question.prompt}),
        input=input_of(question.prompt),
        model=request.model,
        base_url=server.base_url,
        account=server.account,
    )


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


def _earlier(tree: Tree, record: Record) -> int | None:
    asked = Node(0, record.parent, record.cell, record.ask, digest=record.digest)
    found = reusable(tree, asked)
    return found.id if found else None


def _first(record: Record, request: Request, number: int, notes: tuple[str, ...]) -> Turn:
    return Turn(
        prompt=record.prompt,
        model=request.model,
        previous_response_id=request.previous_response_id,
        chain=record.chain.name,
        number=number,
        notes=notes,
        background=request.background,
    )
