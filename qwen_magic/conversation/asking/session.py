"""A session: questions asked one after the other, each continuing the one before."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack, overload

from qwen_magic.conversation.asking.answering import Desk
from qwen_magic.conversation.asking.connecting import Connecting
from qwen_magic.conversation.asking.following import waited
from qwen_magic.conversation.asking.rounds import rounds_at
from qwen_magic.conversation.asking.stored import Keeper, reused
from qwen_magic.conversation.asking.tabling import Tabler
from qwen_magic.conversation.chains.placement import Asked
from qwen_magic.conversation.planning.planning import noted, plan
from qwen_magic.conversation.planning.plans import Plan, Question
from qwen_magic.conversation.planning.purse import check_turn, purse_of
from qwen_magic.conversation.planning.question import Asking, How, HowAndWhere
from qwen_magic.conversation.planning.readying import doubted, readied
from qwen_magic.conversation.store.store import ChainStore
from qwen_magic.conversation.tools.approval import Approvals, Approver, Nobody
from qwen_magic.conversation.tools.calling import Caller, Place, here
from qwen_magic.conversation.tools.toolbox import offered
from qwen_magic.conversation.turn.folding import advance
from qwen_magic.conversation.turn.steps import Broken, Stopped
from qwen_magic.errors import QwenError
from qwen_magic.local.suiting import suited
from qwen_magic.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from qwen_magic.conversation.turn.records import Prompt
    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.responses.client import Client, Transport
    from qwen_magic.responses.request import Request
    from qwen_magic.settings import Offer

__all__ = ["Session"]

T = TypeVar("T")
_SHOWN = frozenset({"completed", "incomplete"})  # with their notes


class Session(Keeper, Tabler):
    """Ask questions that continue each other.

        with Session(Settings(region="demo")) as session:
            turn = session.ask("My name is Alice.")
            for turn in session.stream("What is my name?"):
                print(len(turn.text))

    Threads may share it: what is asked at once stands side by side in the chain.

    Args:
        settings: What every ask shares.
        store: Keeps the chains. By default, the reader's folder keeps them if these settings name
            a chain; otherwise they live as long as the session.
        transport: Answers instead of the network.
        place: Where the functions that the model calls are run.

    Attributes:
        settings: What every ask shares. They may be replaced between asks; the chains stay where
            they are kept.
        approver: Who is asked before a function is called. By default nobody is, and functions are
            called only if `Settings.approve` is `always`.
        approvals: What may always be called; sessions may share it.
        notebook: The store's id of the notebook whose chains these are.
        last: The last turn, as far as it got.
        node: Its number in the store; None if it never began.
        used: The tokens of all turns, input and output.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        store: ChainStore | None = None,
        transport: Transport | None = None,
        place: Place = here,
    ) -> None:
        self.settings: Settings = settings or Settings()
        self.store: ChainStore = store or ChainStore(self.settings.folder)
        self.notebook = ""
        self.last: Turn | None = None
        self.node: int | None = None
        self.used: int = 0
        self.approver: Approver = Nobody()
        self._connecting = Connecting(transport)
        self._caller = Caller(place)
        self.approvals: Approvals = Approvals()

    @overload
    def ask(self, prompt: Prompt, *, schema: type[T], **how: Unpack[How]) -> Turn[T]: ...
    @overload
    def ask(self, prompt: Prompt, *, schema: Any = ..., **how: Unpack[How]) -> Turn: ...  # noqa: ANN401
    def ask(
        self,
        prompt: Prompt,
        *,
        schema: Any = None,
        tools: Sequence[Offer] | None = None,
        asking: Asking | None = None,
    ) -> Turn:
        """Ask and wait for the whole answer.

        Args:
            prompt: The question, or a list of messages.
            schema: What the turn's `value` is to look like: a type, a JSON schema or a short form.
            tools: Used instead of the settings' tools: functions, and built-in tools by name.
            asking: How it is asked.

        Raises:
            QwenError: The question could not be answered; its `turn` holds what had arrived. If the
                value does not fit, also after corrections, it is a `MisfitError`.
            KeyboardInterrupt: The reader stopped it; `last` holds what had arrived.
        """
        with closing(self.stream(prompt, schema=schema, tools=tools, asking=asking)) as turns:
            for turn in turns:
                last = turn
        return last

    @overload
    def stream(
        self, prompt: Prompt, *, schema: type[T], **how: Unpack[HowAndWhere]
    ) -> Generator[Turn[T], None, None]: ...
    @overload
    def stream(
        self, prompt: Prompt, *, schema: object = ..., **how: Unpack[HowAndWhere]
    ) -> Generator[Turn, None, None]: ...
    def stream(
        self,
        prompt: Prompt,
        *,
        schema: Any = None,
        tools: Sequence[Offer] | None = None,
        asking: Asking | None = None,
        asked: Asked | None = None,
    ) -> Generator[Turn, None, None]:
        """Ask and yield the turn as it grows; while nothing arrives, yield it again unchanged.

        Closing the generator stops the answer.

        Args:
            prompt: The question, or a list of messages.
            schema: What the turn's `value` is to look like.
            tools: Used instead of the settings' tools: functions, and built-in tools by name.
            asking: How it is asked.
            asked: Where it was asked, which decides its place in the chain.

        Raises:
            QwenError: The question could not be answered; its `turn` holds what had arrived.
        """
        if schema is not None:
            asking = replace(asking or Asking(), schema=schema)
        yield from readied(self)
        planned = self._plan(prompt, tools, asking, asked)
        while (yield from waited(self, planned)):
            planned = self._plan(prompt, tools, asking, asked)
        if planned.earlier is not None:
            self.node, self.last = planned.earlier, reused(self.store, planned)
            yield self.last
            return
        planned = noted(planned, advice := self._connecting.advice(self.settings))
        record = self.store.begin(planned.record)
        self.node = record.id
        self.last = turn = planned.turn
        try:
            yield turn
            desk = Desk(self.settings, self.approver, self._caller, self.approvals)
            rounds = rounds_at(self.client(), self.store, desk)
            with closing(rounds.turns(planned, prompt)) as turns:
                for turn in turns:
                    self.last = turn
                    self.store.grow(record, turn)
                    yield turn
        except QwenError as error:
            error.turn = turn = advance(turn, Broken(str(error.args[0])))
            doubted(error, self.settings)
            raise
        finally:
            ended = turn if turn.is_left else advance(turn, Stopped())
            self.last, self.node = ended, record.id  # a function may have asked meanwhile
            self._connecting.advised |= {advice} if ended.status in _SHOWN else set()
            usage = None if self.settings.replay else ended.usage
            self.used += usage.total_tokens if usage else 0
            self.store.end(record, ended)

    def client(self) -> Client:
        """Return what sends requests, for the settings as they are now."""
        return self._connecting.client(self.settings)

    def prepare(
        self,
        prompt: Prompt,
        *,
        tools: Sequence[Offer] | None = None,
        asking: Asking | None = None,
        asked: Asked | None = None,
    ) -> tuple[Turn, Request]:
        """Return the turn that an ask would begin and the request it would send; send nothing.

        Raises:
            RequestError: The request would be refused.
            ToolError: A function cannot be described to the model.
        """
        planned = self._plan(prompt, tools, asking, asked)
        return planned.turn, suited(planned.request, self.settings.endpoint().serving)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection, and end calls that still run; the next ask opens another."""
        self._caller.close()
        self._connecting.close()

    def _plan(
        self,
        prompt: Prompt,
        tools: Sequence[Offer] | None,
        asking: Asking | None,
        asked: Asked | None,
    ) -> Plan:
        settings = self.settings if tools is None else replace(self.settings, tools=offered(tools))
        question = Question(prompt, asking or Asking(), asked or Asked())
        planned = plan(self.store, self.notebook, settings, question)
        if planned.earlier is None:
            purse = purse_of(self.store, planned.record.chain, settings, over=question.asking.over)
            check_turn(purse, planned.record, planned.request)
        return planned
