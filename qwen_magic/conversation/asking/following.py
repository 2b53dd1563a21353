"""Turns that the server works on while nobody waits: looked at, and waited for before the next one."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from qwen_magic.conversation.chains.tree import branch
from qwen_magic.conversation.turn.folding import advance, fold
from qwen_magic.conversation.turn.records import turn_of
from qwen_magic.conversation.turn.steps import Broken, Stopped
from qwen_magic.errors import GoneError, RequestError

if TYPE_CHECKING:
    from collections.abc import Generator

    from qwen_magic.conversation.planning.plans import Plan
    from qwen_magic.conversation.store.store import ChainStore
    from qwen_magic.conversation.turn.records import Chain, Record
    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.responses.client import Client
    from qwen_magic.settings import Settings

__all__ = ["refreshed", "waited"]


class Session(Protocol):
    """The part of `session.Session` that is needed here."""

    settings: Settings
    store: ChainStore
    last: Turn | None
    node: int | None
    used: int

    @property
    def chain(self) -> Chain:
        """The chain that the next question joins."""

    def client(self) -> Client:
        """Return what sends requests."""


def refreshed(session: Session) -> tuple[Turn, ...]:
    """Look at such turns of the current chain once; return them as they stand now, and store them.

    Raises:
        QwenError: The server cannot be asked.
    """
    return tuple(_looked(session, record) for record in session.store.remote.left(session.chain))


def waited(session: Session, planned: Plan) -> Generator[Turn, None, bool]:
    """Yield a turn that has to wait for the one before; return whether it had to.

    Whoever stops it stops the waiting alone; the server works on.

    Raises:
        QwenError: The server cannot be asked, or makes no progress.
    """
    left = session.store.remote.left(planned.record.chain)
    before = next((record for record in left if record.id == planned.record.parent), None)
    if before is None:
        return False
    turn = _begun(session, before)
    try:
        with closing(_client(session, before).follow(before.response_id or "")) as batches:
            for events in batches:
                turn = fold(turn, events)
                yield planned.turn
    except GoneError as error:
        turn = advance(turn, Broken(str(error.args[0])))
    except (GeneratorExit, KeyboardInterrupt):
        session.last, session.node = advance(planned.turn, Stopped()), None
        raise
    _settle(session, before, turn)
    return True


def _looked(session: Session, record: Record) -> Turn:
    turn = _begun(session, record)
    try:
        for events in _client(session, record).look(record.response_id or ""):
            turn = fold(turn, events)
    except GoneError as error:
        turn = advance(turn, Broken(str(error.args[0])))
    return _settle(session, record, turn)


def _settle(session: Session, record: Record, turn: Turn) -> Turn:
    session.store.remote.settle(record, turn)
    if turn.usage and not session.settings.replay:
        session.used += turn.usage.total_tokens
    return turn


def _begun(session: Session, record: Record) -> Turn:
    """Return the turn without output: each look shows the whole of it."""
    number = len(branch(session.store.tree(record.chain), record.id))
    think_tags = session.settings.think_tags
    return replace(turn_of(record, number), output=(), think_tags=think_tags)


def _client(session: Session, record: Record) -> Client:
    if record.base_url != (here := session.settings.endpoint().base_url):
        raise RequestError(
            f"{record.base_url} still works on the turn before, not {here}",
            hint="ask there, or go on without it: %qwen_chain --rewind",
        )
    return session.client()
