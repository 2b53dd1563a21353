"""Where a question goes in its chain, and the request that takes it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from qwen_magic.configuration import check_settings
from qwen_magic.conversation.chains.rebuild import input_items, settled
from qwen_magic.conversation.chains.tree import Node, Tree, reusable
from qwen_magic.conversation.planning.admitting import check_background
from qwen_magic.conversation.planning.plans import Plan, Question
from qwen_magic.conversation.planning.question import prompt_of, request_for
from qwen_magic.conversation.planning.readying import served
from qwen_magic.conversation.planning.rebuilding import rebuilding
from qwen_magic.conversation.planning.standing import Standing, standing
from qwen_magic.conversation.planning.ways import asked_of, order_at, way_named
from qwen_magic.conversation.planning.wishes import Wish, wished
from qwen_magic.conversation.tools.toolbox import Toolbox, toolbox
from qwen_magic.conversation.turn.records import Prompt, Record, digest, input_of
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.local.suiting import suited
from qwen_magic.responses.request import Request, body, check, doubts

if TYPE_CHECKING:
    from qwen_magic.conversation.store.store import ChainStore
    from qwen_magic.settings import Settings

__all__ = ["Plan", "Question", "noted", "plan"]


def plan(store: ChainStore, notebook: str, settings: Settings, question: Question) -> Plan:
    """Return where a question goes and what is sent; store nothing yet.

    Raises:
        RequestError: The request would be refused, or there is no such turn to continue from.
        SchemaError: No model can be asked for such a value.
        ToolError: A function cannot be described to the model.
    """
    check_settings(settings)
    settings = served(settings)
    text, tools = prompt_of(question.prompt), toolbox(settings.tools)
    stands = standing(store, notebook, settings, question)
    bare = _request(stands, question.prompt, settings, tools)
    wish = _wish(store, settings, wished(stands.asking, tools, bare))
    request = wish.request if wish else bare
    _check(request, settings, tools)
    record = replace(_record_of(question, request, stands, wish), prompt=text)
    earlier = _earlier(stands.tree, record) if settings.reuse == "same" else None
    is_resent = stands.reason and earlier is None and settings.endpoint().serving is None
    resent = rebuilding(stands.reason, stands.resent) if is_resent else ""
    notes = (*filter(None, (stands.placement.told, resent)), *doubts(request))
    first = _first(record, request, stands.placement.number, notes)
    shaped = wish.shaped if wish else None
    first = replace(first, think_tags=settings.think_tags, shaped=shaped)
    return Plan(first, request, record, tools, wish, earlier)


def noted(known: Plan, note: str) -> Plan:
    """Return the plan with something to tell the reader first; an empty note changes nothing."""
    notes = (*filter(None, (note,)), *known.turn.notes)
    return replace(known, turn=replace(known.turn, notes=notes))


def _request(stands: Standing, prompt: Prompt, settings: Settings, tools: Toolbox) -> Request:
    """Return the request without anything about a value."""
    return request_for(
        input_items(stands.resent, prompt) if stands.reason else settled(stands.known, prompt),
        stands.asking,
        settings,
        offered=tools.objects,
        system=settings.system if stands.system is None else stands.system,
        previous_response_id=stands.previous_response_id,
    )


def _wish(store: ChainStore, settings: Settings, wish: Wish | None) -> Wish | None:
    """Return the wish, asked for in the way that this server is known to take."""
    if wish is None:
        return None
    endpoint = settings.endpoint()
    order = order_at(endpoint)
    way = way_named(store.ways.known(asked_of(wish.bare, endpoint.base_url)), order)
    return replace(wish, way=way, order=order)


def _check(request: Request, settings: Settings, tools: Toolbox) -> None:
    endpoint = settings.endpoint()
    check(suited(request, endpoint.serving), vendor=endpoint.is_like_model_studio)
    check_background(request, tools)


def _record_of(question: Question, request: Request, stands: Standing, wish: Wish | None) -> Record:
    known = digest({**body(request), "input": question.prompt})
    return Record(
        chain=stands.chain,
        parent=stands.placement.parent,
        cell=question.asked.cell,
        ask=question.asked.ask,
        source=question.asked.source,
        digest=known if wish is None or wish.asks else digest({known: wish.shape.parameters}),
        input=input_of(question.prompt),
        system=stands.system,
        model=request.model,
        base_url=stands.server.base_url,
        account=stands.server.account,
    )


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
