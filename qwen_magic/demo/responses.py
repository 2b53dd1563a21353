"""Turning requests into responses, and keeping these so that later ones can build on them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from qwen_magic.demo.answers.script import perform
from qwen_magic.demo.conversations import Conversations, listed
from qwen_magic.demo.faults import ALL_MODELS, FAULTS, Fault
from qwen_magic.demo.usage import SessionCache, pieces, spent, usage_of
from qwen_magic.demo.wire.items import Item, text_of
from qwen_magic.demo.wire.refusals import Refusal, check
from qwen_magic.demo.wire.scene import scene_of
from qwen_magic.demo.work import Work, standing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Exchange", "Responses"]

KEPT_FOR = 7 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Exchange:
    """One response and all that led to it.

    Attributes:
        context: The conversation up to the response, its own input included.
        conversation: The id of the conversation it belongs to, or an empty string.
        stored: Whether the caller wants it kept.
        given: The input of its own request, as a list of it shows.
        work: When it is done, if nobody waits for it.
    """

    response: dict[str, Any]
    context: tuple[Item, ...]
    conversation: str = ""
    stored: bool = True
    fault: Fault = field(default_factory=Fault)
    given: tuple[Item, ...] = ()
    work: Work = field(default_factory=Work)


class Responses:
    """The model and its memory: makes responses, keeps, finds and deletes them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._cache = SessionCache(clock)
        self._kept: dict[str, Exchange] = {}
        self._items: dict[str, Item] = {}
        self.conversations = Conversations(clock)
        self._lock = Lock()

    def create(self, body: Mapping[str, Any], *, session_cache: bool = False) -> Exchange:
        """Return the whole answer to a request; nothing is kept yet.

        Raises:
            Refusal: The request is wrong, or it builds on something that is not there.
        """
        check(body, ALL_MODELS)
        fault = FAULTS.get(body["model"], Fault())
        if fault.refusal:
            raise fault.refusal()
        with self._lock:
            conversation, before, new = self._context(body)
            context = (*before, *new)
            _check_calls(context)
            scene = scene_of(body, context)
            system = [{"role": "system", "content": scene.instructions}] * bool(scene.instructions)
            read = [*system, *context]
            cached = self._cache.cached(body["model"], read) if session_cache else 0
        output = [_named(item) for item in perform(scene)]
        response = self._response(body, output)
        if fault.error:
            response |= {"status": "failed", "error": fault.error, "output": []}
        response["usage"] = usage_of(read, response["output"], cached)
        stored = body.get("store") is not False
        given = tuple(map(listed, new))
        return Exchange(response, context, conversation, stored, fault, given)

    def keep(self, exchange: Exchange) -> None:
        """Keep a response, so that its id and its items can be referred to."""
        output = exchange.response["output"]
        with self._lock:
            if exchange.stored:
                self._kept[exchange.response["id"]] = exchange
                self._items |= {item["id"]: item for item in output}
            if exchange.conversation:
                self.conversations.add(exchange.conversation, (*exchange.given, *output))

    def start(self, exchange: Exchange, seconds: float) -> dict[str, Any]:
        """Keep a response that will be done in so many seconds; return it as it stands now."""
        self.keep(replace(exchange, work=Work(self._clock(), seconds)))
        return standing(exchange.response, Work(0.0, 1.0), 0.0)

    def find(self, response_id: str) -> Exchange:
        """Return a kept response.

        Raises:
            Refusal: No response of the last seven days has this id.
        """
        found = self._kept.get(response_id)
        if found is None or self._clock() - found.response["created_at"] > KEPT_FOR:
            raise Refusal(f"Response with id '{response_id}' not found.", status=404)
        return found

    def shown(self, response_id: str) -> dict[str, Any]:
        """Return a kept response as it stands now."""
        found = self.find(response_id)
        return standing(found.response, found.work, self._clock())

    def cancel(self, response_id: str) -> dict[str, Any]:
        """Stop the work on a response and return what there is of it; one that is done stays so.

        Raises:
            Refusal: There is none, or somebody waited for it.
        """
        found, now = self.find(response_id), self.shown(response_id)
        if not found.work.seconds:
            raise Refusal("Only a response created with background=true can be cancelled.")
        if now["status"] in {"queued", "in_progress"}:
            now["status"] = "cancelled"
            with self._lock:
                self._kept[response_id] = replace(found, response=now, work=Work(0.0, 1e-9))
        return now

    def delete(self, response_id: str) -> dict[str, Any]:
        """Forget a kept response and return the receipt; what was built on it stays."""
        self.find(response_id)
        with self._lock:
            self._kept.pop(response_id, None)
        return {"id": response_id, "object": "response", "deleted": True}

    def _context(self, body: Mapping[str, Any]) -> tuple[str, tuple[Item, ...], tuple[Item, ...]]:
        """Return the conversation's id, what was said before, and what is new."""
        given = body.get("conversation") or ""
        conversation = str(given.get("id") or "" if isinstance(given, dict) else given)
        if previous := body.get("previous_response_id"):
            found = self.find(previous)
            if self.shown(previous)["status"] not in {"completed", "incomplete"}:
                raise Refusal(f"Response with id '{previous}' is not completed.")
            before = (*found.context, *found.response["output"])
        else:
            before = self.conversations.items(conversation)
        new = body["input"]
        items = [{"role": "user", "content": new}] if isinstance(new, str) else new
        return conversation, before, tuple(map(self._resolved, items))

    def _resolved(self, item: Item) -> Item:
        if item.get("type") != "item_reference":
            return item
        if found := self._items.get(str(item.get("id"))):
            return found
        raise Refusal(f"Item with id '{item.get('id')}' not found.", status=404)

    def _response(self, body: Mapping[str, Any], output: list[Item]) -> dict[str, Any]:
        limit = body.get("max_output_tokens")
        kept = output if limit is None else _within(limit, output)
        response = {
            "id": str(uuid4()),
            "object": "response",
            "created_at": int(self._clock()),
            "status": "completed",
            "model": body["model"],
            "output": kept,
            "parallel_tool_calls": False,
            "tool_choice": body.get("tool_choice") or "auto",
            "tools": [_shown(tool) for tool in body.get("tools") or []],
        }
        for name in ("previous_response_id", "background"):
            response |= {name: body[name]} if body.get(name) else {}
        if kept == output:
            return response
        return response | {
            "status": "incomplete",
            "incomplete_details": {"reason": "max_output_tokens"},
        }


def _named(item: Item) -> Item:
    """Return the item with the ids a server gives."""
    named = item | {"id": f"msg_{uuid4()}"}
    if item["type"] == "function_call":
        named["call_id"] = f"call_{uuid4().hex[:24]}"
    return named


def _shown(tool: Item) -> Item:
    """Return a tool without the headers, which may hold a secret."""
    return {key: value for key, value in tool.items() if key != "headers"}


def _check_calls(context: Sequence[Item]) -> None:
    """Raise if a function call and its output do not stand together."""
    called = {item["call_id"] for item in context if item.get("type") == "function_call"}
    answered = {item["call_id"] for item in context if item.get("type") == "function_call_output"}
    for call_id in answered - called:
        raise Refusal(f"No tool call found for function call output with call_id {call_id}.")
    for call_id in called - answered:
        raise Refusal(f"No tool output found for function call {call_id}.")


def _within(limit: int, output: list[Item]) -> list[Item]:
    """Return as much of the output as the limit allows; cut the text that passes it."""
    kept: list[Item] = []
    for item in output:
        cost = spent(item)
        if cost > limit and (cut := _cut(item, limit)):
            kept.append(cut)
        if cost > limit:
            break
        kept.append(item)
        limit -= cost
    return kept


def _cut(item: Item, limit: int) -> Item | None:
    short = "".join(pieces(text_of(item))[:limit])
    if not short:
        return None
    match item["type"]:
        case "message":
            part = item["content"][0] | {"text": short}
            return item | {"content": [part], "status": "incomplete"}
        case "reasoning":
            return item | {"summary": [{"type": "summary_text", "text": short}]}
    return None
