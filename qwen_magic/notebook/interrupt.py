"""Stopping a cell without an error on the screen.

A swallowed KeyboardInterrupt would let "Run All" go on with the next cell, which costs money; a
raised one saves 15 kB of traceback. An exception type with a silent handler of its own does
neither: the cell's reply is an error, so that what is queued behind it is dropped, and nothing is
displayed (IPython, `InteractiveShell.set_custom_exc`).
"""

from __future__ import annotations

import signal
import threading
import time
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import FrameType, TracebackType

    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["Interrupts", "TurnStopped", "install", "uninstall"]

_SAME = 1.0  # seconds in which another Ctrl-C is the same wish
_HELD = 5.0  # seconds that settling may take before it can be interrupted


class TurnStopped(KeyboardInterrupt):
    """The reader stopped a turn; what had arrived is kept and shown."""

    def _render_traceback_(self) -> list[str]:
        """Return the traceback that IPython stores: formatting a real one takes 130 ms."""
        return [type(self).__name__]


class Interrupts:
    """Ctrl-C while a turn is shown: it stops the turn, once, and does not disturb its settling.

    Attributes:
        noted: One came that raised nothing, since the turn was about to end anyway.
        raised: One was raised; a function that the model called may have swallowed it.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self.noted = False
        self.raised = False
        self._shell = shell
        self._deaf_until = 0.0
        self._earlier: Any = None
        self._is_over = False

    def hold(self) -> None:
        """Let what follows run to its end: for a while, an interrupt is only noted."""
        self._deaf_until = time.monotonic() + _HELD

    @property
    def handler(self) -> Any:  # noqa: ANN401 - what `signal.signal` takes
        """What handles Ctrl-C: a turn that was stopped may have left its own on, which is over."""
        return self._earlier if self._is_over else self._arrive

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            earlier = signal.getsignal(signal.SIGINT)
            owner = _owner(earlier)
            self._earlier = owner.handler if owner else earlier
            signal.signal(signal.SIGINT, self._arrive)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._is_over = True
        is_nested = _owner(self._earlier) is not None
        if is_nested or kind is None or not issubclass(kind, TurnStopped):
            self._restore()
        elif not hasattr(self._shell, "kernel"):  # IPython is not done with the cell
            self._shell.events.register("post_run_cell", self._leave)
        # A kernel puts back its own handler when it has replied.

    def _arrive(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if now < self._deaf_until:
            self.noted = True
            return
        self._deaf_until = now + _SAME
        self.raised = True
        if callable(self._earlier):
            self._earlier(number, frame)
        raise KeyboardInterrupt

    def _leave(self, _: object) -> None:
        self._shell.events.unregister("post_run_cell", self._leave)
        self._restore()

    def _restore(self) -> None:
        if signal.getsignal(signal.SIGINT) == self._arrive:
            signal.signal(signal.SIGINT, self._earlier)


def _owner(handler: object) -> Interrupts | None:
    """Return the turn whose handler it is, if it is one's."""
    owner = getattr(handler, "__self__", None)
    return owner if isinstance(owner, Interrupts) else None


def install(shell: InteractiveShell) -> None:
    """Show nothing for a stopped turn; other exceptions keep the handler they have."""
    earlier = shell.custom_exceptions
    if TurnStopped in earlier:
        return
    handle = shell.CustomTB if earlier else None

    def silent(
        _shell: InteractiveShell,
        kind: type[BaseException],
        value: BaseException,
        traceback: TracebackType,
        tb_offset: int | None = None,
    ) -> Any:  # noqa: ANN401 - what the earlier handler returns
        if handle is None or issubclass(kind, TurnStopped):
            return None
        return handle(kind, value, traceback, tb_offset=tb_offset)

    shell.set_custom_exc((*earlier, TurnStopped), silent)


def uninstall(shell: InteractiveShell) -> None:
    """Handle stopped turns no longer; the handler for other exceptions stays."""
    shell.custom_exceptions = tuple(
        kind for kind in shell.custom_exceptions if kind is not TurnStopped
    )
