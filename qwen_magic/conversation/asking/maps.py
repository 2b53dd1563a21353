"""Maps of a session: one prompt over a table, its rows asked beside each other, outside the chain."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, cast
from weakref import WeakKeyDictionary

from qwen_magic.configuration import check_settings
from qwen_magic.conversation.asking.answering import Desk
from qwen_magic.conversation.asking.mapped import Mapped, asking_of, most_of, tokens_of
from qwen_magic.conversation.asking.rows import Rows
from qwen_magic.conversation.mapping.answers import Answers
from qwen_magic.conversation.mapping.budget import Budget
from qwen_magic.conversation.mapping.digest import Digester
from qwen_magic.conversation.mapping.engine import Engine
from qwen_magic.conversation.mapping.estimate import Estimate, estimated
from qwen_magic.conversation.mapping.job import Job, lines_of
from qwen_magic.conversation.mapping.mapping import Mapping
from qwen_magic.conversation.mapping.pace import Pace
from qwen_magic.conversation.planning.purse import Purse, check_turn, purse_of
from qwen_magic.conversation.planning.standing import chain_of
from qwen_magic.conversation.spreading.folder import check_url, folder_at
from qwen_magic.conversation.spreading.keeping import Kept
from qwen_magic.conversation.tables.filling import Template
from qwen_magic.conversation.tables.rows import table
from qwen_magic.conversation.tools.approval import Nobody
from qwen_magic.conversation.tools.calling import Caller
from qwen_magic.conversation.tools.errands import Errands
from qwen_magic.conversation.turn.records import Record
from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from pathlib import Path

    from qwen_magic.conversation.store.store import ChainStore
    from qwen_magic.conversation.tables.table import Table
    from qwen_magic.conversation.tools.approval import Approvals
    from qwen_magic.settings import Settings

__all__ = [
    "Mapped",
    "Prepared",
    "Session",
    "amapped",
    "answers_of",
    "check_approval",
    "prepared",
]

_LOOK = 0.02  # seconds


class Session(Protocol):
    """The part of `session.Session` that is needed here."""

    settings: Settings
    store: ChainStore
    notebook: str
    approvals: Approvals


_OPENED: WeakKeyDictionary[Session, dict[tuple[Path | None, str], Answers]] = WeakKeyDictionary()


def answers_of(session: Session) -> Answers:
    """Return where a session keeps answered rows: on the disk, whatever its chain does.

    A cassette keeps them in the disk's place: what is replayed is every time the same.
    """
    settings = session.settings
    cassette = settings.record or settings.replay
    folder = settings.home if settings.history == "on" and not cassette else None
    opened = _OPENED.setdefault(session, {})
    key = (folder, cassette)
    if key not in opened:
        opened[key] = Answers(folder)
    return opened[key]


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
    def is_daily(self) -> bool:
        """Whether today's budget would end it before its own."""
        return self.purse.left() < tokens_of(self.how.get("budget"))

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
        """Begin to ask; a model on this computer is loaded before.

        Raises:
            QwenError: No model can be loaded.
            RequestError: Today's budget does not last for one row, and there are new ones.
        """
        self._check_purse()
        how, answers, asker = self.how, self.answers, self.asker.readied()
        most = most_of(how.get("concurrency"), asker.lanes)
        job = Job(
            asker,
            lines_of(self.table, self.template, Digester(asker.shared)),
            answers,
            answers.begin(self.notebook, how.get("name", ""), how.get("about", "{}")),
            Pace.after(answers.learned(asker.where), most, asker.first),
            Budget(min(tokens_of(how.get("budget")), self.purse.left())),
            fresh=how.get("fresh", False),
            keep_going=how.get("keep_going", False),
            total=self.table.rows,
            spend=self.purse.account(how.get("name", ""), asker.bare.model),
            errands=self.errands,
        )
        return Mapping(self.table, asker.wish.shape if asker.wish else None, Engine(job))

    def _check_purse(self) -> None:
        row = replace(self.asker.bare, input=self.template.text)
        try:
            check_turn(self.purse, Record(chain=self.purse.chain), row)
        except RequestError:
            if self.estimate().new != 0:
                raise


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
    asking = asking_of(how)
    errands = Errands()
    caller = Caller(errands.place, pool=errands.in_pool)
    desk = Desk(session.settings, Nobody(), caller, session.approvals, tick=0.0)
    asker = Rows(session.settings, asking, session.store, desk)
    check_approval(session.settings, session.approvals, asker)
    found = table(rows).limited(how.get("limit"), how.get("sample"))
    filling = template if isinstance(template, Template) else Template(template)
    most_of(how.get("concurrency"), asker.lanes)
    tokens_of(how.get("budget"))
    answers = answers_of(session)
    if url := check_url(how.get("cache", "")):
        answers = cast("Answers", Kept(folder_at(url), answers))
    return Prepared(
        found,
        filling.bound(found),
        asker,
        answers,
        how,
        session.notebook,
        purse_of(
            session.store,
            chain_of(session.notebook, session.settings),
            session.settings,
            over=asking.over,
        ),
        errands,
    )


def check_approval(settings: Settings, approvals: Approvals, asker: Rows) -> None:
    """Refuse functions that somebody would have to allow row by row.

    Raises:
        RequestError: Names the first one.
    """
    setting = settings.approve
    for name, tool in asker.toolbox.functions.items():
        if setting == "ask" and approvals.known(setting, tool.function) is None:
            raise RequestError(
                f"{name}() cannot be approved call by call while a table is asked",
                hint='--approve always (Settings(approve="always")) lets it be called',
            )


async def amapped(mapping: Any) -> Any:  # noqa: ANN401 - a `Mapping`, or a frame that waits itself
    """Wait for a map's end without holding up the loop; stop it if that is cancelled.

    Raises:
        QwenError: All was stopped: the key is wrong, or the first rows all failed alike.
    """
    if not isinstance(mapping, Mapping):
        return mapping
    try:
        while not mapping.wait(0):  # noqa: ASYNC110 - it ends in another thread
            await asyncio.sleep(_LOOK)
    except asyncio.CancelledError:
        mapping.stop()
        raise
    if mapping.error is not None:
        raise mapping.error
    return mapping
