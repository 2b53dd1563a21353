"""The panel's own thread: it answers questions one after another, whether or not cells run.

A kernel interrupt cannot reach this thread. Stop sets a flag that is checked 25 times a second, and
interrupts what runs for the question on the main thread.
"""

from __future__ import annotations

import logging
from collections import deque
from concurrent.futures import CancelledError, wait
from contextlib import closing
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, TypeAlias

from qwen_magic.conversation.asking.order import in_order
from qwen_magic.conversation.chains.placement import Asked
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.errors import QwenError
from qwen_magic.notebook.kernel.main_shell import MainShellFuture, on_main_shell
from qwen_magic.notebook.kernel.switch_interval import short_switch_interval
from qwen_magic.notebook.magics.asking import prompt_for
from qwen_magic.notebook.magics.cell import Cell
from qwen_magic.notebook.magics.values import PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwen_magic.conversation.asking.session import Session
    from qwen_magic.conversation.planning.question import Asking
    from qwen_magic.conversation.store.lanes import Ticket
    from qwen_magic.conversation.tools.approval import Decision
    from qwen_magic.conversation.turn.calls import Call
    from qwen_magic.conversation.turn.records import Chain, Prompt
    from qwen_magic.settings import Settings

__all__ = [
    "CALL_WAITS",
    "WAITS_FOR_CELL",
    "Asker",
    "FuturePrompt",
    "Live",
    "place_for",
    "prompt_from",
]

FuturePrompt: TypeAlias = "MainShellFuture[tuple[Prompt, tuple[str, ...]]]"
"""What to send and what to say about it, once the variables in it can be read."""

_LOG = logging.getLogger(__name__)
_TICK = 0.04
_BREATH = 0.15  # seconds between two answers: a server drops what comes in a flood
WAITS_FOR_CELL = "Waits for the running cell; its variables are read when it ends…"
CALL_WAITS = "Waits for the running cell; the function is called when it ends…"
_WITHDRAWN = "Not asked: stopped before its turn came"


@dataclass(eq=False, kw_only=True)
class Live:
    """A question on its way, as every panel on its chain shows it.

    Attributes:
        question: What the reader wrote.
        prompt: What is sent; with variables in it, a future of that and a line for each variable.
        settings: How it is asked.
        notebook: The store's id of the notebook that it belongs to.
        asking: How it is asked besides.
        asked: Where it goes in its chain.
        ticket: Its place in the lane of its chain.
        kept: How many turns of the chain stay before it; None for all.
        interrupt: Interrupts a function that is called for it.
        stopped: Set when it should stop.
        turn: Its turn, as far as it got; None until it has begun.
        notes: What the reader should know of what was sent.
        hint: What it waits for, if not for the model.
        error: Why it failed, and what to do.
        node: The stored turn's id, once it has ended.
        ended: Whether nothing more will come.
        calls: The calls that the reader is asked about, by their places in the turn.
        decisions: What the reader decided about them, in any panel.
    """

    question: str
    prompt: Prompt | FuturePrompt
    settings: Settings
    notebook: str
    asking: Asking
    asked: Asked
    ticket: Ticket
    interrupt: Callable[[], None]
    kept: int | None = None
    stopped: Event = field(default_factory=Event)
    turn: Turn | None = None
    notes: tuple[str, ...] = ()
    hint: str = ""
    error: str = ""
    node: int | None = None
    ended: bool = False
    calls: dict[int, Call] = field(default_factory=dict)
    decisions: dict[int, Decision] = field(default_factory=dict)

    def stop(self) -> None:
        """Stop it, whichever panel asked it; what has arrived stays."""
        self.stopped.set()
        if isinstance(self.prompt, MainShellFuture):
            self.prompt.stop()
        if self.turn is not None:  # if not, the function is another question's
            self.interrupt()

    def ask(self, number: int, call: Call) -> None:
        """Let every panel on the chain ask about a call."""
        self.calls[number] = call

    def answer(self, number: int) -> Decision | None:
        """Return what the reader decided about it, if anything."""
        return self.decisions.get(number)

    @property
    def chain(self) -> Chain:
        """The chain it joins."""
        return self.ticket.chain


class Asker:
    """Answers questions in a thread that lives as long as there are any.

    Args:
        session: Asks.
        show: Shows what is new of a question; called often.
        waits: Tells whether a function waits for the running cell.
        explained: Says to the reader why a question got no answer.
    """

    def __init__(
        self,
        session: Session,
        show: Callable[[Live], None],
        waits: Callable[[], bool],
        *,
        explained: Callable[[BaseException], str],
    ) -> None:
        self._session = session
        self._explained = explained
        self._waits = waits
        self._show = show
        self._waiting: deque[Live] = deque()
        self._lock = Lock()
        self._thread: Thread | None = None
        self._closed = False

    @property
    def busy(self) -> bool:
        """Whether any question is not yet answered."""
        with self._lock:
            return self._thread is not None

    def put(self, live: Live) -> None:
        """Answer this question after those before it."""
        with self._lock:
            self._waiting.append(live)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="qwen-panel", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Close the connection when all questions are answered."""
        with self._lock:
            self._closed = True
            if self._thread is None:
                self._session.close()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    if self._closed:
                        self._session.close()
                    return
                live = self._waiting.popleft()
            try:
                with short_switch_interval():
                    self._answer(live)
            except BaseException:  # noqa: BLE001 - the next question is to be answered all the same
                _LOG.exception("the panel could not show an answer")
            if self._waiting:
                live.stopped.wait(_BREATH)

    def _answer(self, live: Live) -> None:
        try:
            self._stream(live)
        except QwenError as error:
            live.turn = error.turn if isinstance(error.turn, Turn) else live.turn
            live.error = self._explained(error)
        except (CancelledError, KeyboardInterrupt):  # before it began, or in a function's call
            live.error = "" if live.turn else _WITHDRAWN
            live.turn = live.turn and self._session.last
        except BaseException as error:  # noqa: BLE001 - a thread that dies would leave the panel busy
            live.error = self._explained(error)
        finally:
            if live.turn is not None and live.turn.ended:
                live.node = self._session.node
            live.ended = True
            self._session.store.lanes.leave(live.ticket)
            self._show(live)

    def _stream(self, live: Live) -> None:
        session = self._session
        if live.stopped.is_set():
            raise CancelledError
        prompt = self._prompt(live)
        session.settings, session.notebook = live.settings, live.notebook
        session.approver = live
        turns = session.stream(prompt, asking=live.asking, asked=live.asked)
        with closing(in_order(session, turns, live.ticket)) as grown:
            for turn in grown:
                live.turn = turn
                live.hint = CALL_WAITS if self._waits() else ""
                if live.stopped.is_set():
                    live.interrupt()  # a function called meanwhile
                    break
                self._show(live)
        if live.stopped.is_set():
            live.turn = session.last

    def _prompt(self, live: Live) -> Prompt:
        if not isinstance(live.prompt, MainShellFuture):
            return live.prompt
        live.hint = WAITS_FOR_CELL
        while not live.prompt.done():
            wait([live.prompt], _TICK)
            self._show(live)
        live.hint = ""
        prompt, live.notes = live.prompt.result()
        return prompt


def place_for(replaced: int | None, length: int) -> Asked:
    """Return where a question goes if only this many turns of the path stay before it."""
    if replaced is None or replaced >= length:
        return Asked(how="append")
    return Asked(how="from", number=replaced) if replaced else Asked(how="new")


def prompt_from(text: str, variables: Callable[[], dict[str, object]]) -> Prompt | FuturePrompt:
    """Return what to send: at once, or as a future if there are variables to fill in."""
    if not PLACEHOLDER.search(text):
        return text
    return on_main_shell(lambda: prompt_for(Cell(text), variables()))
