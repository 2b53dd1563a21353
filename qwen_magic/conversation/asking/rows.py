"""How the rows of a map are asked: each a conversation of its own, as a turn would be."""

from __future__ import annotations

import dataclasses
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from msgspec import structs

from qwen_magic.conversation.asking.memory import Memory
from qwen_magic.conversation.asking.outcomes import cut_at, json_of, of_turn, with_costs
from qwen_magic.conversation.asking.relay import Noted, Relay, relayed
from qwen_magic.conversation.asking.rounds import rounds_at
from qwen_magic.conversation.planning.planning import Plan
from qwen_magic.conversation.planning.question import request_for
from qwen_magic.conversation.planning.readying import getting_ready, served
from qwen_magic.conversation.planning.shortening import too_long
from qwen_magic.conversation.planning.ways import asked_of, order_at, way_named
from qwen_magic.conversation.planning.wishes import wished
from qwen_magic.conversation.tables.records import Outcome
from qwen_magic.conversation.tools.toolbox import toolbox
from qwen_magic.conversation.turn.records import Record
from qwen_magic.conversation.turn.thinking import split
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.errors import MisfitError, QwenError, ResponseError, StatusError, WireError
from qwen_magic.local.suiting import is_cut, suited
from qwen_magic.responses.events import Cancelled, Completed, Failed, Incomplete
from qwen_magic.responses.items import FunctionCall, Message
from qwen_magic.responses.refusals import CANCELLED, response_error
from qwen_magic.responses.request import Request, body, check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qwen_magic.conversation.asking.answering import Desk
    from qwen_magic.conversation.mapping.asking import Sender, Steps
    from qwen_magic.conversation.planning.question import Asking
    from qwen_magic.conversation.planning.wishes import Wish
    from qwen_magic.conversation.store.store import ChainStore
    from qwen_magic.conversation.turn.records import Prompt
    from qwen_magic.responses.endpoint import Endpoint
    from qwen_magic.responses.events import Event
    from qwen_magic.responses.response import Response
    from qwen_magic.settings import Settings

__all__ = ["Rows"]

_LANES = 256
_FEW = 2


class Rows:
    """How all rows of a map are asked.

    Args:
        settings: What they share.
        asking: How each is asked.
        store: Remembers how values are asked for.
        desk: Where the calls of functions are made.

    Raises:
        RequestError: They cannot be asked like this.
        SchemaError: No model can be asked for such a value.
        ToolError: A function cannot be described.
    """

    def __init__(self, settings: Settings, asking: Asking, store: ChainStore, desk: Desk) -> None:
        self.endpoint: Endpoint = settings.admitted()
        self._again = partial(Rows, settings, asking, store, desk)
        self.settings = settings
        settings = served(settings)
        self.memory: Memory = Memory(store)
        self.desk = desk
        self.toolbox = toolbox(settings.tools)
        system = settings.system if asking.system is None else asking.system
        once = dataclasses.replace(asking, stream=False, background=False, conversation=None)
        self.bare: Request = request_for(
            "",
            once,
            settings,
            offered=self.toolbox.objects,
            system=system,
            previous_response_id=None,
        )
        self.wish: Wish | None = wished(once, self.toolbox, self.bare)
        self._check(self.wish.request if self.wish else self.bare)
        self._through = settings.lanes_through(self.endpoint)
        self._verify: Any = None

    @property
    def where(self) -> str:
        """The endpoint and the model, which share a pace."""
        return f"{self.endpoint.lasting} {self.bare.model}"

    @property
    def shared(self) -> Mapping[str, Any]:
        """What decides the answers beside the prompt."""
        shape = self.wish.shape.parameters if self.wish else None
        return {"base_url": self.endpoint.lasting, "schema": shape, **body(self.bare)}

    @property
    def lanes(self) -> int:
        """How many rows may be in flight; one more than a server answers at once fills its pauses."""
        slots = self.endpoint.serving.slots if self.endpoint.serving else 0
        return slots + 1 if slots else _LANES

    @property
    def first(self) -> int:
        """How many rows are in flight at first; 0 for more and more until an answer comes."""
        serving = self.endpoint.serving
        return 0 if serving is None else serving.slots or _FEW

    @property
    def is_here(self) -> bool:
        """Whether a server on this computer answers, which has so many lanes for all processes."""
        return self.endpoint.serving is not None

    @property
    def timeout(self) -> float:
        """How many seconds an answer may take at all."""
        return self.settings.timeout

    def readied(self) -> Rows:
        """Wait until a model on this computer can be asked; return what asks it.

        Raises:
            QwenError: None can be.
        """
        if not self.settings.is_local:
            return self
        deque(getting_ready(self.settings), maxlen=0)
        return self._again()

    def sender(self) -> Sender:
        """Return a new connection."""
        from qwen_magic.responses.lanes.lane import Lane, certificates

        if self._verify is None:
            self._verify = certificates(self.endpoint)
        return Lane(self.endpoint, self._verify, self._through)

    def steps(self, prompt: Prompt) -> Steps:
        """Return the way of one row: mostly one request."""
        if self.toolbox.functions or self.toolbox.has_mcp:
            return self._turned(prompt, None)
        return self._valued(prompt) if self.wish else self._told(prompt)

    def _check(self, request: Request) -> None:
        check(suited(request, self.endpoint.serving), vendor=self.endpoint.is_like_model_studio)

    def _told(self, prompt: Prompt) -> Steps:
        request = suited(dataclasses.replace(self.bare, input=prompt), self.endpoint.serving)
        try:
            heard = yield request
        except StatusError as error:
            raise too_long(error, self.endpoint.serving) from None
        return self._outcome(request, heard[-1])

    def _valued(self, prompt: Prompt) -> Steps:
        """Ask for a value; if it does not fit at once, go the whole way of a turn."""
        wish = self._wish(prompt)
        try:
            heard = yield suited(wish.request, self.endpoint.serving)
        except QwenError as error:
            return (yield from self._turned(prompt, error))
        found = self._fitting(wish, heard[-1])
        return found or (yield from self._turned(prompt, heard))

    def _fitting(self, wish: Wish, last: Event) -> Outcome | None:
        """Return the outcome of a value that fits at once."""
        if not isinstance(last, Completed):
            return None
        calls = [item for item in last.response.output if isinstance(item, FunctionCall)]
        if len(calls) != 1 or calls[0].name != wish.shape.name:
            return None
        try:
            found = wish.shape.read(calls[0].arguments)
        except MisfitError:
            return None
        return with_costs(Outcome("completed", json_of(found.json)), last.response)

    def _turned(self, prompt: Prompt, known: Sequence[Event] | QwenError | None) -> Steps:
        """Take a row through all its rounds, as a turn."""
        wish = self._wish(prompt) if self.wish else None
        request = wish.request if wish else dataclasses.replace(self.bare, input=prompt)
        shaped = wish.shaped if wish else None
        turn = Turn(
            model=request.model, think_tags=self.settings.think_tags, shaped=shaped, prompt="row"
        )
        record = Record(base_url=self.endpoint.base_url, model=request.model)
        planned = Plan(turn, request, record, self.toolbox, wish)
        relay = Relay(self.endpoint)
        desk = dataclasses.replace(self.desk, caller=Noted(self.desk.caller, relay))
        rounds = rounds_at(relay, cast("ChainStore", self.memory), desk)
        try:
            turn = yield from relayed(rounds, relay, planned, known)
        except MisfitError as error:
            return of_turn(cast("Turn", error.turn), str(error.args[0]))
        return of_turn(turn, "" if turn.status == "completed" else turn.error or turn.status)

    def _wish(self, prompt: Prompt) -> Wish:
        assert self.wish is not None  # noqa: S101 - for the type checker
        asked = asked_of(self.bare, self.endpoint.base_url)
        order = order_at(self.endpoint)
        return structs.replace(
            self.wish,
            bare=dataclasses.replace(self.bare, input=prompt),
            way=way_named(self.memory.ways.known(asked), order),
            order=order,
        )

    def _outcome(self, request: Request, last: Event) -> Outcome:
        match last:
            case Completed(response):
                usage, serving = response.usage, self.endpoint.serving
                if usage is not None and is_cut(request, usage, serving):
                    return cut_at("max_output_tokens", response)
                return self._answered(response)
            case Incomplete(response):
                return cut_at(response.incomplete_reason or "a limit", response)
            case Failed(response):
                raise response_error(response.error)
            case Cancelled():
                raise ResponseError(CANCELLED)
            case _:
                raise WireError("the answer has no end")

    def _answered(self, response: Response) -> Outcome:
        messages = (item for item in response.output if isinstance(item, Message))
        said = "".join(part.text for message in messages for part in message.content)
        if self.settings.think_tags and ("</think>" in said or said.lstrip()[:1] == "<"):
            said = split(said, whole=True)[1]
        return with_costs(Outcome("completed", said), response)
