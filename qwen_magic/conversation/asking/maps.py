"""Maps of a session: one prompt over a table, its rows asked beside each other, outside the chain."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, Protocol, TypedDict
from weakref import WeakKeyDictionary

from qwen_magic.configuration import check_settings
from qwen_magic.conversation.asking.answering import Desk
from qwen_magic.conversation.asking.question import Asking
from qwen_magic.conversation.asking.rows import Rows
from qwen_magic.conversation.mapping.answers import Answers
from qwen_magic.conversation.mapping.budget import Budget
from qwen_magic.conversation.mapping.digest import Digester
from qwen_magic.conversation.mapping.engine import Engine
from qwen_magic.conversation.mapping.job import Job, lines_of
from qwen_magic.conversation.mapping.mapping import Mapping
from qwen_magic.conversation.mapping.pace import Pace
from qwen_magic.conversation.tables.filling import Template
from qwen_magic.conversation.tables.rows import table
from qwen_magic.conversation.tools.calling import Caller
from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from pathlib import Path

    from qwen_magic.conversation.store.store import ChainStore
    from qwen_magic.conversation.tools.approval import Approvals, Approver
    from qwen_magic.settings import Settings

__all__ = ["Mapped", "answers_of", "mapped"]


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
    approver: Approver
    approvals: Approvals


_OPENED: WeakKeyDictionary[Session, dict[Path | None, Answers]] = WeakKeyDictionary()


def answers_of(session: Session) -> Answers:
    """Return where a session keeps answered rows: on the disk, whatever its chain does."""
    folder = session.settings.home if session.settings.history == "on" else None
    opened = _OPENED.setdefault(session, {})
    if folder not in opened:
        opened[folder] = Answers(folder)
    return opened[folder]


def mapped(session: Session, template: str | Template, rows: Any, how: Mapped) -> Mapping:  # noqa: ANN401
    """Begin to ask the rows of a table.

    Raises:
        RequestError: The table or the template is not usable, or the rows cannot be asked like this.
        SchemaError: No model can be asked for such a value.
    """
    check_settings(session.settings)
    asking = how.get("asking") or Asking()
    if how.get("schema") is not None:
        asking = dataclasses.replace(asking, schema=how["schema"])
    desk = Desk(session.settings, session.approver, Caller(), session.approvals)
    asker = Rows(session.settings, asking, session.store, desk)
    found = table(rows).limited(how.get("limit"), how.get("sample"))
    filling = template if isinstance(template, Template) else Template(template)
    lines = lines_of(found, filling.bound(found), Digester(asker.shared))
    answers = answers_of(session)
    job = Job(
        asker,
        lines,
        answers,
        answers.begin(session.notebook, how.get("name", ""), how.get("about", "{}")),
        Pace.after(answers.learned(asker.where), _most(how.get("concurrency"), asker.lanes)),
        Budget(math.inf if how.get("budget") is None else float(how["budget"] or 0)),
        fresh=how.get("fresh", False),
        keep_going=how.get("keep_going", False),
    )
    return Mapping(found, asker.wish.shape if asker.wish else None, Engine(job))


def _most(wanted: int | None, allowed: int) -> int:
    if wanted is None:
        return allowed
    if wanted < 1:
        raise RequestError(f"concurrency {wanted!r} is no number of rows", hint="at least 1")
    return min(wanted, max(allowed, wanted))
