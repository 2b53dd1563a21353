"""Showing a turn while it grows, until it ends, fails or is stopped."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qwen_magic.errors import QwenError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.notebook.kernel.signals import Interrupts
    from qwen_magic.notebook.live.live import View

__all__ = ["Shown", "show"]


@dataclass(frozen=True, slots=True)
class Shown:
    """How the showing ended.

    Attributes:
        turn: The turn as last shown; None if it never was.
        error: Why it failed.
        stopped: Whether the reader stopped it.
    """

    turn: Turn | None = None
    error: QwenError | None = None
    stopped: bool = False


def show(
    turns: Generator[Turn, None, None], view: Callable[[], View], interrupts: Interrupts
) -> Shown:
    """Show the turn until nothing more of it comes; from then on, hold interrupts.

    Two levels of `try`, because an interrupt may arrive while an error is handled.
    """
    shown = Shown()
    try:
        try:
            with closing(turns):
                for turn in turns:
                    shown = Shown(turn)
                    if interrupts.raised:
                        raise KeyboardInterrupt
                    if turn.ended:
                        interrupts.hold()  # all that is left is to store it
                    view().show(turn)
            interrupts.hold()
        except QwenError as error:
            interrupts.hold()
            shown = replace(shown, error=error)
    except KeyboardInterrupt:
        interrupts.hold()
        shown = replace(shown, stopped=True)
    return shown
