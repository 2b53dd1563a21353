"""`%%qwen --map`: the rows are asked and shown, and what came is kept in a variable."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.asking.maps import answers_of
from qwen_magic.conversation.asking.maps import prepared as ready_to_map
from qwen_magic.conversation.chains.tree import counted
from qwen_magic.conversation.planning.readying import getting_ready, served
from qwen_magic.conversation.schema.shape import shape_of
from qwen_magic.conversation.spreading.frames import is_lazy
from qwen_magic.conversation.spreading.trial import first_rows, rowless, tried
from qwen_magic.conversation.tables.fields import fields_of
from qwen_magic.conversation.tools.approval import Nobody
from qwen_magic.conversation.turn.frames import frames_package
from qwen_magic.errors import CellError
from qwen_magic.notebook.kernel.interrupt import CellInterrupts, stopping
from qwen_magic.notebook.live.prompting import AtPrompt
from qwen_magic.notebook.local.consent import consented
from qwen_magic.notebook.magics.asking import asking_of
from qwen_magic.notebook.magics.cell import Cell
from qwen_magic.notebook.magics.mapping import (
    check_filled,
    check_map,
    dry_run_of,
    prepared,
    question_of,
    source_of,
    template_of,
)
from qwen_magic.notebook.magics.namespace import check_free
from qwen_magic.notebook.mapping.drawing import bundle, plain_text
from qwen_magic.notebook.mapping.reading import Watched, settled_of, tallies_of
from qwen_magic.notebook.mapping.running import watch
from qwen_magic.notebook.mapping.watching import map_view
from qwen_magic.responses.endpoint import DEMO

if TYPE_CHECKING:
    from collections.abc import Mapping

    from IPython.core.interactiveshell import InteractiveShell

    from qwen_magic.conversation.asking.maps import Mapped
    from qwen_magic.conversation.asking.session import Session
    from qwen_magic.conversation.planning.question import Asking
    from qwen_magic.conversation.tables.fields import Field
    from qwen_magic.conversation.tables.filling import Template
    from qwen_magic.notebook.kernel.frontend import Frontend
    from qwen_magic.notebook.mapping.running import Ended

__all__ = ["Rows", "keep_in_memory"]

_HOW = ("budget", "limit", "sample", "fresh", "keep_going")
_OF_TURNS = ("model", "effort", "chain", "approve")
_BUDGET = "The budget is reached. What has come is kept; run the cell again to go on."
_DAILY = "Today's budget is reached. What has come is kept; --over asks on, %config QwenMagics.budget sets another."
_YES = frozenset({"y", "yes"})


def keep_in_memory(session: Session, frontend: Frontend) -> None:
    """Keep rows until the kernel ends where the demo answers no notebook: they cost nothing."""
    if session.settings.region == DEMO and not frontend.notebook:
        session.settings = replace(session.settings, history="off")


@dataclass(frozen=True, slots=True)
class Rows:
    """Asks for the rows of a cell's table.

    Attributes:
        notes: Lines above what is shown.
    """

    shell: InteractiveShell
    session: Session
    frontend: Frontend
    notes: tuple[str, ...] = ()

    def ask(self, cell: Cell, variables: Mapping[str, object]) -> Cell | None:
        """Ask, show, and keep the frame in a variable; return what to tell the chain, if anything.

        Raises:
            CellError: The cell cannot be read as a map, or nobody said that so many rows may cost.
            QwenError: The map was stopped by it; what had come is kept.
        """
        check_map(cell.options)
        out = check_free(cell.options.get("out", "_qwen"), self.shell.user_ns_hidden)
        keep_in_memory(self.session, self.frontend)
        if is_lazy(rows := variables.get(cell.options["map"])):
            self._keep_lazy(rows, cell, variables, out)
            return None
        found = prepared(cell, variables)
        self.session.approver = AtPrompt() if self.frontend.can_ask else Nobody()
        how = self._how(cell, variables)
        ready = ready_to_map(self.session, found.template, found.table, how)
        if cell.options.get("dry_run"):
            print(dry_run_of(ready.estimate()))
            return None
        if not cell.options.get("yes"):
            check_filled(found, estimate := ready.estimate())
            self._admit("" if found.is_short else question_of(estimate))
        self._load()
        with CellInterrupts(self.shell) as interrupts:
            reached = _DAILY if ready.is_daily else _BUDGET
            watched = Watched(ready.start(), found.template, _fields(how["asking"]), reached)
            self._show(watched, interrupts, (*self.notes, *found.notes), out=out)
        return _summary(cell, watched, out) if cell.options.get("as_context") else None

    def _load(self) -> None:
        """Load a model on this computer, and say so, if the rows are asked there."""
        settings = self.session.settings = consented(self.session.settings, self.frontend)
        last = ""
        for told in getting_ready(settings):
            if (what := told.partition(":")[0]) != last:
                print(last := what)

    def _keep_lazy(
        self,
        rows: Any,  # noqa: ANN401 - of Dask
        cell: Cell,
        variables: Mapping[str, object],
        out: str,
    ) -> None:
        """Keep a frame that asks once it is computed."""
        if "as_context" in cell.options:
            raise CellError(
                "--as-context does not go with a Dask frame",
                hint="nothing is asked now, so there is nothing to tell yet",
            )
        template, notes = template_of(cell.text, rowless(rows), variables)
        how = self._how(cell, variables)
        if cell.options.get("dry_run"):
            print(self._lazily_dry(rows, template, how))
            return
        made: Any = self.session.map(template, rows, **how)
        self.shell.user_ns["_qwen"] = self.shell.user_ns[out] = made
        told = f"`{out}` is a Dask frame of {counted(made.npartitions, 'partition')}. Nothing has been asked:"
        print(*self.notes, *notes, f"{told} {out}.compute() asks, or {out}.to_parquet().", sep="\n")

    def _lazily_dry(self, rows: Any, template: Template, how: Mapped) -> str:  # noqa: ANN401
        """Return what the first rows of a Dask frame would ask; only they are read."""
        few = tried(rows, how.pop("limit", None), how.pop("sample", None))
        estimate = ready_to_map(self.session, template, first_rows(few), how).estimate()
        if few.npartitions == 1:
            return dry_run_of(estimate)
        parts = counted(few.npartitions, "partition")
        return f"{dry_run_of(estimate)}\nThese are the rows of one of {parts}; the others were not read."

    def _how(self, cell: Cell, variables: Mapping[str, object]) -> Mapped:
        """Return how the rows are asked."""
        options = cell.options
        given = {name: options[name] for name in _HOW if name in options}
        if "answers" in options:
            given["cache"] = options["answers"]
        return {
            "asking": asking_of(options, variables),
            "name": options["map"],
            "about": json.dumps(_about(cell, variables)),
            **given,  # type: ignore[typeddict-item] # names that are there
        }

    def _admit(self, question: str) -> None:
        """Ask a person whether so many rows may be asked."""
        if not question:
            return
        hint = "--yes asks them without a question, --limit 20 tries a few first"
        if not self.frontend.can_ask:
            raise CellError(question, hint=hint)
        try:
            answer = input(f"{question}. Go on? [y]es, [n]o: ")
        except EOFError:  # Ctrl-D
            answer = ""
        if answer.strip().lower() not in _YES:
            raise CellError("nothing was asked", hint=hint)

    def _show(
        self, watched: Watched, interrupts: CellInterrupts, notes: tuple[str, ...], *, out: str
    ) -> None:
        if not watched.mapping.table.kind:
            frames_package()  # while rows are asked, so that Stop need not wait for it
        view = map_view(self.frontend, notes)
        ended = watch(watched, view, interrupts)
        self.shell.user_ns["_qwen"] = self.shell.user_ns[out] = watched.mapping.frame(partial=True)
        model = served(self.session.settings).model
        told = filter(None, (_note(ended, watched), answers_of(self.session).told()))
        settled = settled_of(watched, model=model, out=out, note=" ".join(told))
        view.settle(*bundle(settled))
        if ended.error is not None:
            raise ended.error
        if ended.stopped or interrupts.noted:
            raise stopping()


def _about(cell: Cell, variables: Mapping[str, object]) -> dict[str, Any]:
    """Return what a map needs to go on in another kernel."""
    options = {name: value for name, value in cell.options.items() if name != "source"}
    return {
        "text": cell.text,
        "options": options,
        "source": source_of(cell.options, variables),
    }


def _fields(asking: Asking) -> tuple[Field, ...]:
    return fields_of(None if asking.schema is None else shape_of(asking.schema))


def _note(ended: Ended, watched: Watched) -> str:
    if ended.stopped:
        return "Stopped. What has come is kept; run the cell again to go on."
    if ended.error is not None:
        return "Not all rows were asked. What has come is kept; run the cell again to go on."
    if watched.mapping.progress().state == "budget":
        return watched.reached
    return ""


def _summary(cell: Cell, watched: Watched, out: str) -> Cell:
    """Return a question that puts a map on the chain: what was asked, and what came of it."""
    settled = settled_of(watched, model="", out="")
    counts = [
        f"{name}: {', '.join(f'{word} {count:,}' for word, count in found.most_common())}"
        for name, found in tallies_of(watched).items()
    ]
    parts = [
        f"For our talk: each row of the table `{cell.options['map']}` was asked, on its own:",
        cell.text.strip(),
        f"What came of it is in the data frame `{out}`:",
        plain_text(settled),
        "\n".join(counts),
        "Keep this in mind for what follows, and say in one sentence what stands out.",
    ]
    kept = {name: cell.options[name] for name in _OF_TURNS if name in cell.options}
    return Cell("\n\n".join(filter(None, parts)), {**kept, "raw": True})
