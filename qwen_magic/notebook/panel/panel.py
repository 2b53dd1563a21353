"""The chat panel: made of widgets, with answers from a thread of its own."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from qwen_magic.conversation.asking.session import Session
from qwen_magic.conversation.chains.tree import counted, path
from qwen_magic.conversation.planning.standing import chain_of
from qwen_magic.conversation.store.lanes import Ticket
from qwen_magic.errors import CellError
from qwen_magic.notebook.kernel.main_shell import Calls
from qwen_magic.notebook.kernel.signals import uninterrupted
from qwen_magic.notebook.magics.asking import asking_of
from qwen_magic.notebook.magics.status import DEMO_NOTE
from qwen_magic.notebook.panel.asking import Asker, Live, place_for, prompt_from
from qwen_magic.notebook.panel.feed import shared
from qwen_magic.notebook.panel.layout import PanelLayout
from qwen_magic.notebook.panel.saved import saved_bundle
from qwen_magic.notebook.panel.visitors import explained, written
from qwen_magic.responses.endpoint import DEMO

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwen_magic.conversation.turn.records import Chain, Prompt
    from qwen_magic.notebook.panel.asking import FuturePrompt
    from qwen_magic.notebook.panel.chains import Act
    from qwen_magic.notebook.panel.turn import TurnView
    from qwen_magic.settings import Settings

__all__ = ["Panel"]

_DRAWING_SHARE = 0.25  # of the time, at most


class Panel:
    """A chat that shares chains, tools and settings with `%%qwen`, and answers while cells run.

    As the last line of a cell, it shows itself. `ask` puts a question to it from code. Errors
    show in the panel. Without a notebook, making one raises a `CellError`.

    Args:
        compact: One question and its answer, without chains and options: for dashboards.
    """

    def __init__(self, *, compact: bool = False) -> None:
        self._shared = shared()
        self._qwen = self._shared.qwen
        joined = self._qwen.join()
        self._notebook, self._name = joined.notebook, joined.chain.name
        self._calls = Calls()
        self._session = Session(store=joined.store, place=self._calls)
        self._session.approvals = joined.approvals
        feed = self._shared.feed
        self._asker = Asker(self._session, feed.show, self._calls.waits, explained=explained)
        self._lock = feed.lock
        self._replaced: int | None = None  # how many turns stay before the one that is edited
        self._told_of_demo = self._closed = False
        self._drawn = 0.0
        self._saved: dict[str, str] = {}
        self._shown: Chain | None = None
        mark = f"qwen-magic-{uuid4().hex[:8]}"
        self._layout = PanelLayout(self, self._qwen, mark, compact=compact)
        frontend = self._shared.enter(self)
        self._is_attended, self._has_widgets = frontend.is_attended, frontend.has_widgets
        self._join()

    def ask(self, text: str) -> None:
        """Ask, after all earlier questions of the same chain; return at once.

        `{{name}}` stands for a variable. In a cell it is read now; otherwise, when no cell runs.
        """
        self._begin(text, prompt_from)

    def hear(self, text: str) -> None:
        """Ask what was written in the panel."""
        self._begin(text, written)

    @property
    def busy(self) -> bool:
        """Whether an answer is on its way; a cell that waits for it blocks its function calls."""
        return self._asker.busy

    def stop(self) -> None:
        """Stop what is on its way in the panel's chain; what has arrived stays."""
        for live in tuple(self._shared.feed.lives):
            if live.chain == self._chain():
                live.stop()

    def close(self) -> None:
        """Close the panel's widgets; an answer on its way still ends up in the chain."""
        with self._lock:
            self._closed = True
            self._shared.feed.leave(self)
            self._asker.close()
            self._layout.close()

    def show(self, live: Live) -> None:
        """Show what is new of a question, unless the last drawing was a moment ago."""
        now = time.monotonic()
        if self._closed or live.chain != self._chain():
            return
        with self._lock:
            transcript = self._layout.transcript
            if live.ended:
                transcript.settle(live, now)
                self.refresh()
                return
            is_new = transcript.begin(live, now)
            if is_new:
                self.refresh()
            if is_new or now >= self._drawn:
                transcript.grow(live, now)
                drawn = time.monotonic()
                pause = max(1 / self._qwen.updates_per_second, (drawn - now) / _DRAWING_SHARE)
                self._drawn = drawn + pause

    def refresh(self) -> None:
        """Show the chain as it stands now."""
        with self._layout.telling(), self._lock:
            if self._closed:
                return
            store, chain = self._qwen.session.store, self._chain()
            if chain != self._shown:
                self._shown = chain
                self._layout.transcript.clear()
            tree = store.tree(chain)
            self._layout.transcript.sync(tree, lambda ids: store.read(chain, ids))
            lines = {line.name: line for line in store.chains(chain.notebook)}
            tokens = lines[chain.name].tokens if chain.name in lines else 0
            told = f"{counted(len(path(tree)), 'turn')} · {counted(tokens, 'token')}"
            busy = any(live.chain == chain for live in self._shared.feed.lives)
            if not busy:
                self._save()  # before the panel says that it is done
            self._layout.show(tuple(lines), chain.name, told, busy=busy, cell=self._shared.cell)

    def act(self, act: Act, name: str) -> None:
        """Switch to a chain, begin one, branch off or rename."""
        with self._layout.telling(), self._lock:
            match act:
                case "new" if self._is_known(name):
                    told = f"there is a chain {name!r} already"
                    raise CellError(told, hint="choose another name")
                case "fork":
                    self._qwen.session.store.fork(self._chain(), name)
                case "rename":
                    self._rename(name)
            self._name, self._replaced = name, None
            self._join()

    def retry(self, view: TurnView) -> None:
        """Ask a turn's question again, in its place."""
        self._put(view.question, written(view.question, self._qwen.variables), self._before(view))

    def edit(self, view: TurnView) -> None:
        """Let the reader ask another question in a turn's place."""
        self._replaced = self._before(view)
        self._layout.composer.edit(view.question)
        self._layout.tell(
            "Your next question takes the place of that one; what follows it is set aside."
        )

    def insert(self, code: str) -> None:
        """Put code below the next cell."""
        self._shared.next_cell().want(code)

    def _ipython_display_(self) -> None:
        if self._has_widgets:
            self._layout.display(self._saved)
        else:  # nobody can press a button
            self._layout.display_alone(saved_bundle(self._name, self._layout.transcript.views))

    def _join(self) -> None:
        """Show the chain, and what is on its way in it."""
        self.refresh()
        for live in tuple(self._shared.feed.lives):
            self.show(live)

    def _begin(self, text: str, prompt: Callable[..., Prompt | FuturePrompt]) -> None:
        if text.strip():
            replaced, self._replaced = self._replaced, None
            self._put(text, prompt(text, self._qwen.variables), replaced)

    def _put(self, question: str, prompt: Prompt | FuturePrompt, replaced: int | None) -> None:
        with uninterrupted(), self._layout.telling(), self._lock:
            settings = self._settings(options := self._layout.options.values())
            self._session.store = store = self._qwen.session.store
            ticket = Ticket(chain_of(self._notebook, settings))
            live = Live(
                question=question,
                prompt=prompt,
                settings=settings,
                notebook=self._notebook,
                asking=asking_of(options, self._qwen.variables()),
                asked=place_for(replaced, len(path(store.tree(ticket.chain)))),
                ticket=ticket,
                interrupt=self._calls.stop,
                kept=replaced,
                notes=self._notes(settings),
            )
            self._layout.tell("")
            store.lanes.join(ticket)
            self._shared.feed.begin(live)
            self._asker.put(live)
            self.refresh()

    def _settings(self, options: dict[str, Any]) -> Settings:
        options = {"tools": (), **options, "chain": self._name}
        current = self._qwen.whereabouts.chain
        settings = self._qwen.settings_for(options, attended=self._has_widgets, chain=current)
        stands_in = settings.is_unset and self._is_attended
        return replace(settings, region=DEMO) if stands_in else settings

    def _chain(self) -> Chain:
        return chain_of(self._notebook, self._settings({}))

    def _notes(self, settings: Settings) -> tuple[str, ...]:
        """Return what to say once: that the demo stands in, and what is wrong with the store."""
        stands_in = settings.region == DEMO != self._qwen.region and not self._told_of_demo
        self._told_of_demo |= stands_in
        return tuple(filter(None, (DEMO_NOTE if stands_in else "", self._session.store.told())))

    def _before(self, view: TurnView) -> int | None:
        """Return how many turns stay before this one's place."""
        return self._layout.transcript.depth(view, self._qwen.session.store.tree(self._chain()))

    def _rename(self, name: str) -> None:
        chain = self._chain()
        if any(live.chain == chain for live in self._shared.feed.lives):
            raise CellError("an answer is on its way in this chain", hint="rename it afterwards")
        if self._is_known(self._name):
            self._qwen.session.store.rename(chain, name)
        if self._qwen.whereabouts.chain == self._name:
            self._qwen.whereabouts.chain = name

    def _is_known(self, name: str) -> bool:
        found = self._qwen.session.store.chains(self._chain().notebook)
        return name in {line.name for line in found}

    def _save(self) -> None:
        """Update what a saved notebook keeps."""
        saved = saved_bundle(self._name, self._layout.transcript.views, self._layout.mark)
        if saved != self._saved:
            self._saved = saved
            self._layout.save(saved)
