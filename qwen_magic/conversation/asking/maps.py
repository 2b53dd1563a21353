"""Maps of a session: one prompt over a table, its rows asked beside each other, outside the chain."""

from __future__ import annotations

import asyncio
import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypedDict
from weakref import WeakKeyDictionary

from qwen_magic.configuration import check_settings
from qwen_magic.conversation.asking.answering import Desk
from qwen_magic.conversation.asking.purse import Purse
from qwen_magic.conversation.asking.rows import Rows
from qwen_magic.conversation.mapping.answers import Answers
from qwen_magic.conversation.mapping.budget import Budget
from qwen_magic.conversation.mapping.digest import Digester
from qwen_magic.conversation.mapping.engine import Engine
from qwen_magic.conversation.mapping.estimate import Estimate, estimated
from qwen_magic.conversation.mapping.job import Job, lines_of
from qwen_magic.conversation.mapping.mapping import Mapping
from qwen_magic.conversation.mapping.pace import Pace
from qwen_magic.conversation.planning.planning import chain_of
from qwen_magic.conversation.planning.question import Asking
from qwen_magic.conversation.tables.filling import Template
from qwen_magic.conversation.tables.rows import table
from qwen_magic.conversation.tools.approval import Nobody
from qwen_magic.conversation.tools.calling import Caller
from qwen_magic.conversation.tools.errands import Errands
from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from pathlib import Path

    from qwen_magic.conversation.store.store import ChainStore
    from qwen_magic.conversation.tables.table import Table
    from qwen_magic.conversation.tools.approval import Approvals
    from qwen_magic.responses.request import Request
    from qwen_magic.settings import Settings

__all__ = ["Mapped", "Prepared", "amapped", "answers_of", "prepared"]

_LOOK = 0.02  # seconds


class Mapped(TypedDict, total=False):
    """How a map is asked; all of it may be left out.

    Attributes:
        schema: What each answer's value is to look like: a type, a JSON schema or a short form.
        concurrency: How many rows may be in flight at most; how many are is found out.
        budget: How many tokens may be spent; it stops before.
        fresh: Whether to ask anew what was answered before.
        limit: Ask only so many rows, the first ones.
        sample: Ask only so many rows, from everywhere.
        keep_going: Whether to go on though the first rows all fail for one reason.
        asking: How each row is asked: temperature, system message and so on.
        name: What it is called in the list of maps.
        about: What that list should know of it, as JSON.
    """

    schema: Any
    concurrency: int | None
    budget: float | None
    fresh: bool
    limit: int | None
    sample: int | None
    keep_going: bool
    asking: Asking
    name: str
    about: str


class Session(Protocol):
    """The part of `session.Session` that is needed here."""

    settings: Settings
    store: ChainStore
    notebook: str
    approvals: Approvals


_OPENED: WeakKeyDictionary[Session, dict[Path | None, Answers]] = WeakKeyDictionary()


def answers_of(session: Session) -> Answers:
    """Return where a session keeps answered rows: on the disk, whatever its chain does."""
    folder = session.settings.home if session.settings.history == "on" else None
    opened = _OPENED.setdefault(session, {})
    if folder not in opened:
        opened[folder] = Answers(folder)
    return opened[folder]


@dataclass(frozen=True)
class Prepared:
    """A map about to be asked: what it asks, and of which rows. Nothing has been sent."""

    table: Table
    template: Template
    asker: Rows
    answers: Answers
    how: Mapped
    notebook: str
    purse: Purse
    errands: Errands

    @property
    def digester(self) -> Digester:
        """What tells its rows apart."""
        return Digester(self.asker.shared)

    def estimate(self) -> Estimate:
        """Return what it would cost; a table that can be read only once is not read."""
        known = self.answers if not self.how.get("fresh") else None
        if self.table.once:
            return Estimate()
        return estimated(lines_of(self.table, self.template, self.digester), known)

    def start(self) -> Mapping:
        """Begin to ask."""
        how, answers, asker = self.how, self.answers, self.asker
        most = _most(how.get("concurrency"), asker.lanes)
        job = Job(
            asker,
            lines_of(self.table, self.template, self.digester),
            answers,
            answers.begin(self.notebook, how.get("name", ""), how.get("about", "{}")),
            Pace.after(answers.learned(asker.where), most),
            Budget(min(_tokens(how.get("budget")), self.purse.left())),
            fresh=how.get("fresh", False),
            keep_going=how.get("keep_going", False),
            spend=self.purse.account(how.get("name", "")),
            errands=self.errands,
        )
        return Mapping(self.table, asker.wish.shape if asker.wish else None, Engine(job))


def prepared(
    session: Session,
    template: str | Template,
    rows: Any,  # noqa: ANN401 - anything with rows
    how: Mapped,
) -> Prepared:
    """Return a map of a table's rows as they are now.

    Raises:
        RequestError: The table or the template is not usable, or the rows cannot be asked like this.
        SchemaError: No model can be asked for such a value.
    """
    check_settings(session.settings)
    asking = how.get("asking") or Asking()
    if how.get("schema") is not None:
        asking = dataclasses.replace(asking, schema=how["schema"])
    errands = Errands()
    caller = Caller(errands.place, pool=errands.in_pool)
    desk = Desk(session.settings, Nobody(), caller, session.approvals, tick=0.0)
    asker = Rows(session.settings, asking, session.store, desk)
    _check_approval(session, asker)
    found = table(rows).limited(how.get("limit"), how.get("sample"))
    filling = template if isinstance(template, Template) else Template(template)
    _most(how.get("concurrency"), asker.lanes)
    _tokens(how.get("budget"))
    answers = answers_of(session)
    return Prepared(
        found,
        filling.bound(found),
        asker,
        answers,
        how,
        session.notebook,
        purse_of(session, dataclasses.replace(asker.bare, input=filling.text), over=asking.over),
        errands,
    )


def purse_of(session: Session, row: Request, *, over: bool) -> Purse:
    """Return what may be spent on rows like this one.

    Raises:
        RequestError: Today's budget is spent.
    """
    settings = session.settings
    chain = chain_of(session.notebook, settings)
    daily = 0 if over or settings.replay else settings.budget
    found = Purse(session.store, chain, row.model, daily, is_free=bool(settings.replay))
    found.check(row)
    return found


def _check_approval(session: Session, asker: Rows) -> None:
    """Refuse functions that somebody would have to allow row by row."""
    setting = session.settings.approve
    for name, tool in asker.toolbox.functions.items():
        if setting == "ask" and session.approvals.known(setting, tool.function) is None:
            raise RequestError(
                f"{name}() cannot be approved call by call while a table is asked",
                hint='--approve always (Settings(approve="always")) lets it be called',
            )


def _tokens(budget: float | None) -> float:
    if budget is not None and not budget > 0:
        raise RequestError(f"budget {budget!r} is no number of tokens", hint="at least 1")
    return math.inf if budget is None else float(budget)


async def amapped(mapping: Mapping) -> Mapping:
    """Wait for a map's end without holding up the loop; stop it if that is cancelled.

    Raises:
        QwenError: All was stopped: the key is wrong, or the first rows all failed alike.
    """
    try:
        while not mapping.wait(0):  # noqa: ASYNC110 - it ends in another thread
            await asyncio.sleep(_LOOK)
    except asyncio.CancelledError:
        mapping.stop()
        raise
    if mapping.error is not None:
        raise mapping.error
    return mapping


def _most(wanted: int | None, allowed: int) -> int:
    if wanted is None:
        return allowed
    if wanted < 1:
        raise RequestError(f"concurrency {wanted!r} is no number of rows", hint="at least 1")
    return min(wanted, max(allowed, wanted))
