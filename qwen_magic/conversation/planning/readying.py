"""Before a question to this computer: a turn that waits while a model is found and loaded."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace as with_settings
from typing import TYPE_CHECKING, Protocol

from qwen_magic.conversation.turn.folding import advance
from qwen_magic.conversation.turn.steps import Stopped
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.errors import WireError

if TYPE_CHECKING:
    from collections.abc import Generator

    from qwen_magic.errors import QwenError
    from qwen_magic.responses.endpoint import Endpoint
    from qwen_magic.settings import Settings

__all__ = ["continues_at", "doubted", "getting_ready", "readied", "served"]


class Session(Protocol):
    """The part of `session.Session` that is needed here."""

    settings: Settings
    last: Turn | None
    node: int | None


def readied(session: Session) -> Generator[Turn, None, None]:
    """Yield a turn whose note says what is going on, until the model can be asked.

    Raises:
        QwenError: None can be.
    """
    waits = Turn()
    try:
        with closing(getting_ready(session.settings)) as words:
            for told in words:
                waits = Turn(notes=(told,))
                yield waits
    except (GeneratorExit, KeyboardInterrupt):
        session.last, session.node = advance(waits, Stopped()), None
        raise


def getting_ready(settings: Settings) -> Generator[str, None, None]:
    """Yield what is going on until a model on this computer can be asked; elsewhere nothing.

    Raises:
        QwenError: None can be.
    """
    if settings.is_local:
        from qwen_magic.local.place import ready

        yield from ready(settings.wish)


def doubted(error: QwenError, settings: Settings) -> None:
    """Take note of what went wrong: a server on this computer may have ended."""
    if settings.is_local and isinstance(error, WireError):
        from qwen_magic.local.place import doubt

        doubt()


def served(settings: Settings) -> Settings:
    """Return the settings with the model that answers there, where the place decides that."""
    serving = settings.endpoint().serving
    return with_settings(settings, model=serving.model) if serving else settings


def continues_at(endpoint: Endpoint, settings: Settings) -> bool:
    """Return whether a response may be continued by its id, as far as is known beforehand."""
    return not settings.resend and (endpoint.serving is None or endpoint.serving.continues)
