"""Errors that leave a magic, in two lines: what happened, and what to do."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from qwen_magic.errors import QwenError
from qwen_magic.notebook.kernel.interrupt import stopping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwen_magic.conversation.turn.turn import Turn

__all__ = ["brief_errors", "without_reason"]

_RED, _PLAIN = "\x1b[31m", "\x1b[0m"


@contextmanager
def brief_errors() -> Iterator[None]:
    """Let our errors through, shown in two lines without a traceback.

    IPython asks an exception for `_render_traceback_`. We set it on the instance, so that the same
    error raised in a user's own code keeps its traceback.
    """
    try:
        yield
    except KeyboardInterrupt:  # it may come before the first word, or twice
        raise stopping() from None
    except QwenError as error:
        error.__dict__["_render_traceback_"] = partial(_lines, error)
        raise


def _lines(error: QwenError) -> list[str]:
    title, *rest = str(error).split("\n")
    return [f"{_RED}{type(error).__name__}{_PLAIN}: {title}", *rest]


def without_reason(turn: Turn) -> Turn:
    """Return a turn to show where the error that ended it is displayed too."""
    from msgspec.structs import replace

    told = "The answer above is incomplete." if turn.text.strip() else "No answer came."
    return replace(turn, status="failed", error=told)
