"""The turns of a question, once the questions before it in its chain are answered."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from qwen_magic.conversation.store.lanes import Lanes, Ticket
from qwen_magic.conversation.tools.origin import origin
from qwen_magic.conversation.turn.folding import advance
from qwen_magic.conversation.turn.steps import Stopped
from qwen_magic.conversation.turn.turn import Turn

if TYPE_CHECKING:
    from collections.abc import Generator

    from qwen_magic.conversation.asking.session import Session

__all__ = ["in_order"]

_TICK = 0.04


def in_order(
    session: Session, turns: Generator[Turn, None, None], ticket: Ticket | None = None
) -> Generator[Turn, None, None]:
    """Yield the turns of a question once those before it in its chain are answered.

    Args:
        session: What asks, with the settings of the question.
        turns: `session.stream(…)`, not begun.
        ticket: The question's place in its lane; its owner leaves the lane. By default, the
            question lines up when its first turn is asked for.
    """
    lanes, owned = session.store.lanes, ticket
    ticket = owned or Ticket(session.chain)
    waits = Turn(model=session.settings.model, chain=ticket.chain.name)
    try:
        if owned is None:
            lanes.join(ticket)
        with closing(turns):
            yield from _waited(lanes, ticket, session, waits)
            yield from turns
    finally:
        if owned is None:
            lanes.leave(ticket)


def _waited(
    lanes: Lanes, ticket: Ticket, session: Session, waits: Turn
) -> Generator[Turn, None, None]:
    while not lanes.wait(ticket, origin(), _TICK):
        try:
            yield waits
        except BaseException:
            session.last, session.node = advance(waits, Stopped()), None
            raise
