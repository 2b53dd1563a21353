"""`%%qwen` and `%qwen`: from the cell to the session, and from the session to the view."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_cell_magic, magics_class, no_var_expand
from traitlets import observe

from qwen_magic.helptext import help_text
from qwen_magic.notebook.failing.last import LastFailure
from qwen_magic.notebook.kernel.frontend import frontend_of
from qwen_magic.notebook.kernel.interrupt import CellInterrupts, stopping
from qwen_magic.notebook.live.showing import show
from qwen_magic.notebook.local.commands import memory_in_use, said
from qwen_magic.notebook.local.consent import consented
from qwen_magic.notebook.magics.asking import asking_of, prompt_for
from qwen_magic.notebook.magics.brief import brief_errors, without_reason
from qwen_magic.notebook.magics.cell import parse_cell
from qwen_magic.notebook.magics.configured import Configured
from qwen_magic.notebook.magics.left_views import LeftViews
from qwen_magic.notebook.magics.namespace import Names, names_of
from qwen_magic.notebook.magics.status import DEMO_NOTE, dry_run, status
from qwen_magic.responses.endpoint import DEMO
from qwen_magic.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from IPython.core.interactiveshell import InteractiveShell
    from traitlets import Bunch

    from qwen_magic.conversation.asking.session import Session
    from qwen_magic.conversation.chains.placement import Asked
    from qwen_magic.conversation.store.store import ChainStore
    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.notebook.document.whereabouts import Whereabouts
    from qwen_magic.notebook.kernel.frontend import Frontend
    from qwen_magic.notebook.live.live import View
    from qwen_magic.notebook.live.showing import Shown
    from qwen_magic.notebook.magics.cell import Cell

__all__ = ["QwenMagics"]


@magics_class
class QwenMagics(Configured):
    """Ask Qwen from a cell; `%config QwenMagics` shows and sets what every cell shares.

    Attributes:
        failures: The last error that left a cell.
    """

    def __init__(self, shell: InteractiveShell, **kwargs: Any) -> None:  # noqa: ANN401 - traitlets' own
        self._told_of_demo = False
        self.left = LeftViews()
        self.failures = LastFailure(shell)
        super().__init__(shell, **kwargs)

    @cached_property
    def session(self) -> Session:
        """The kernel's session; made at the first question, so that loading is quick."""
        from qwen_magic.conversation.asking.session import Session

        return Session(store=self._store())

    @property
    def joined(self) -> Session | None:
        """The session, if it has been made."""
        return vars(self).get("session")

    def _store(self) -> ChainStore:
        from qwen_magic.conversation.store.store import ChainStore

        lasting = self.history == "on" and frontend_of(self._shell).notebook
        return ChainStore(Settings().home if lasting else None)

    @observe("history")
    def _history_changed(self, _: Bunch) -> None:
        if self.joined is not None:
            self.joined.store.close()
            self.joined.store = self._store()

    @cached_property
    def whereabouts(self) -> Whereabouts:
        """What the kernel knows of its notebook."""
        from qwen_magic.notebook.document.whereabouts import Whereabouts

        return Whereabouts()

    @no_var_expand
    @line_cell_magic
    def qwen(self, line: str, cell: str | None = None) -> None:  # noqa: D102 - set below
        with brief_errors():
            if cell is None and not line.strip():
                self._tell()
            else:
                self.answer(parse_cell(line, cell))

    qwen.__doc__ = help_text()

    def variables(self) -> dict[str, object]:
        """Return the reader's variables, and as `error` the last error unless they have one."""
        last = self.failures.last()
        return {**({"error": last} if last else {}), **super().variables()}

    def join(self, chain: str = "") -> Session:
        """Return the session, set to the running cell's notebook and its current chain.

        Args:
            chain: Another chain's name, in place of the current one's.
        """
        self._enter(frontend_of(self._shell))
        self._adopt({"tools": (), **({"chain": chain} if chain else {})})
        return self.session

    def tell_of_store(self) -> None:
        """Print what is wrong with the store, once; mostly nothing."""
        if note := self.session.store.told():
            print(note)

    def _tell(self) -> None:
        session = self.join()
        settings = session.settings
        if settings.replay:
            settings.transport()  # raises here if the cassette cannot be read
        endpoint, stands_in = settings.endpoint(), settings.region != self.region
        memory, head = memory_in_use(settings), session.head()
        print(status(endpoint, settings, head, session.used, stands_in=stands_in, memory=memory))

    def answer(self, cell: Cell, told: tuple[str, ...] = ()) -> None:
        """Ask what a cell asks, and show the answer.

        Args:
            cell: The question and its options.
            told: What to say above the answer.
        """
        frontend = frontend_of(self._shell)
        self._enter(frontend)
        stands_in = self._adopt(cell.options)
        if "local" in cell.options:
            for line in said(cell.text, self.session.settings, frontend):
                print(line)
        elif "fetch" in cell.options:
            self._fetch(cell, frontend)
        elif "map" in cell.options:
            self._map(cell, frontend, self._once(stands_in))
        elif cell.options.get("dry_run"):
            self._dry_run(cell, frontend)
        else:
            self._ask(cell, frontend, lambda: (*self._once(stands_in), *told))

    def _ask(self, cell: Cell, frontend: Frontend, told: Callable[[], tuple[str, ...]]) -> None:
        """Ask the model, and show its answer as it comes."""
        from qwen_magic.conversation.asking.order import in_order
        from qwen_magic.notebook.live.live import view_for

        asked = self._placed(frontend, cell)
        prompt, filled = prompt_for(cell, self.variables())
        asking = asking_of(cell.options, self.variables())
        self.session.settings = settings = consented(self.session.settings, frontend)

        @cache  # made for the first turn: a question that is refused has nothing to show
        def view() -> View:
            made = view_for(frontend, settings, (*told(), *filled))
            self.session.approver = made.approver
            return made

        names = names_of(cell.options, self._shell.user_ns_hidden)
        turns = self.session.stream(prompt, asking=asking, asked=asked)
        try:
            self._show(in_order(self.session, turns), view, names)
        finally:
            self.left.settle(self.session)

    def _dry_run(self, cell: Cell, frontend: Frontend) -> None:
        """Print what would be sent."""
        asked = self._placed(frontend, cell)
        prompt, _ = prompt_for(cell, self.variables())
        asking = replace(asking_of(cell.options, self.variables()), over=True)
        _, request = self.session.prepare(prompt, asking=asking, asked=asked)
        settings = self.session.settings
        print(dry_run(settings.endpoint(), settings, request))

    def _map(self, cell: Cell, frontend: Frontend, notes: list[str]) -> None:
        """Ask for each row of a table; tell the chain of it, if the cell says so."""
        from qwen_magic.notebook.magics.rows import Rows

        rows = Rows(self._shell, self.session, frontend, tuple(notes))
        if summary := rows.ask(cell, self.variables()):
            self.answer(summary)

    def _fetch(self, cell: Cell, frontend: Frontend) -> None:
        from qwen_magic.notebook.magics.fetching import fetch

        names = names_of(cell.options, self._shell.user_ns_hidden)
        self._shell.user_ns.update(names.bound(fetch(cell, self.session, frontend)))

    def _once(self, stands_in: bool) -> list[str]:  # noqa: FBT001 - what `_adopt` found
        """Return what to say once: that the demo stands in, and what is wrong with the store."""
        told, self._told_of_demo = self._told_of_demo, self._told_of_demo or stands_in
        notes = [DEMO_NOTE if stands_in and not told else "", self.session.store.told()]
        return [note for note in notes if note]

    def _enter(self, frontend: Frontend) -> None:
        """Set the session to the running cell's notebook."""
        self.whereabouts.enter(self.session.store, frontend)
        self.session.notebook = self.whereabouts.notebook

    def _placed(self, frontend: Frontend, cell: Cell) -> Asked:
        """Note which cell asks; return where it is and how to place its turn."""
        where, store, chain = self.whereabouts, self.session.store, self.session.chain
        asked = where.ask(store, chain, frontend, self._shell.execution_count, cell.text)
        return where.placed(asked, cell.options, self.chain)

    def _show(
        self, turns: Generator[Turn, None, None], view: Callable[[], View], names: Names
    ) -> None:
        with CellInterrupts(self._shell) as interrupts:
            shown = show(turns, view, interrupts)
            self._settle(view, shown, names)
            if shown.error is not None:
                raise shown.error
            if shown.stopped or interrupts.noted:
                raise stopping()

    def _settle(self, view: Callable[[], View], shown: Shown, names: Names) -> None:
        """Keep the turn and show how it ended; do not keep one that waited and was then refused."""
        from qwen_magic.conversation.turn.turn import Turn

        drawn, error = shown.turn, shown.error
        if drawn is None:
            return
        turn = error.turn if error else self.session.last if shown.stopped else drawn
        if isinstance(turn, Turn):
            drawn = turn
            self._shell.user_ns.update(names.bound(turn))
        view().settle(without_reason(drawn) if error else drawn)  # the error is displayed below
        if drawn.is_left:
            self.left.keep(self.session, view())

    def _adopt(self, options: Mapping[str, Any]) -> bool:
        """Give the session this cell's settings; return whether the demo stands in unasked."""
        attended = frontend_of(self._shell).is_attended
        settings = self.settings_for(options, attended=attended, chain=self.whereabouts.chain)
        stands_in = settings.is_unset and attended
        self.session.settings = replace(settings, region=DEMO) if stands_in else settings
        return stands_in
