"""Maps whose rows other processes ask: a frame of Dask's, or a function for Ray, Spark and others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Unpack

from qwen_magic.configuration import check_settings
from qwen_magic.conversation.asking.answering import Desk
from qwen_magic.conversation.asking.mapped import asking_of, most_of
from qwen_magic.conversation.asking.maps import check_approval, prepared
from qwen_magic.conversation.asking.rows import Rows
from qwen_magic.conversation.spreading.folder import check_url, new_word
from qwen_magic.conversation.spreading.frames import check_how, is_lazy, lazy_frame
from qwen_magic.conversation.spreading.keys import NO_KEY, portable
from qwen_magic.conversation.spreading.mapper import Mapper
from qwen_magic.conversation.spreading.trial import tried
from qwen_magic.conversation.store.store import ChainStore
from qwen_magic.conversation.tables.fields import fields_of
from qwen_magic.conversation.tables.filling import Template
from qwen_magic.conversation.tools.approval import Approvals, Nobody
from qwen_magic.conversation.tools.calling import Caller
from qwen_magic.conversation.tools.errands import Errands
from qwen_magic.settings import Settings

if TYPE_CHECKING:
    from qwen_magic.conversation.asking.mapped import Mapped
    from qwen_magic.conversation.asking.maps import Session
    from qwen_magic.conversation.planning.question import Asking

__all__ = ["mapped", "mapper"]


@dataclass(frozen=True)
class _Recipe:
    """How rows are asked, wherever that is; without a key."""

    settings: Settings
    asking: Asking

    def asker(self, key: str, errands: Errands) -> Rows:
        settings = replace(self.settings, api_key=key)
        caller = Caller(errands.place, pool=errands.in_pool)
        desk = Desk(settings, Nobody(), caller, Approvals(), tick=0.0)
        return Rows(settings, self.asking, ChainStore(None), desk)


def mapper(
    template: str | Template, *, settings: Settings | None = None, **how: Unpack[Mapped]
) -> Mapper:
    """Return a prompt as a function from a batch of rows to a frame, which other processes can call.

        label = qwen_magic.mapper("Which language is this? {{text}}", schema="language: str")
        label(reviews)

    Raises:
        RequestError: Rows cannot be asked like this.
        SchemaError: No model can be asked for such a value.
    """
    settings = settings or Settings()
    check_settings(settings)
    check_how(how, settings)
    recipe = _Recipe(portable(settings), asking_of(how))
    asker = recipe.asker(settings.key or NO_KEY, Errands())
    check_approval(settings, Approvals(), asker)
    wanted = how.get("concurrency")
    return Mapper(
        recipe,
        template if isinstance(template, Template) else Template(template),
        fields_of(asker.wish.shape if asker.wish else None),
        cache=check_url(how.get("cache", "")),
        concurrency=None if wanted is None else most_of(wanted, 1),
        keep_going=how.get("keep_going", False),
        fresh=new_word() if how.get("fresh") else "",
    )


def mapped(session: Session, template: str | Template, rows: Any, how: Mapped) -> Any:  # noqa: ANN401
    """Return a map that has begun; for a frame of Dask's, a frame that begins when it is computed."""
    if not is_lazy(rows):
        return prepared(session, template, rows, how).start()
    few = tried(rows, how.pop("limit", None), how.pop("sample", None))
    found = mapper(template, settings=session.settings, **how)
    return lazy_frame(few, replace(found, keeps=False))
