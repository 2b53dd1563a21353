"""Stopping a cell without an error on the screen.

If we swallowed a KeyboardInterrupt, "Run All" would go on with the next cell, which costs money.
If we raised it, the notebook would keep 15 kB of traceback. So we raise a type of our own that has
a silent handler (IPython, `InteractiveShell.set_custom_exc`): the cell's reply is an error, the
kernel drops the queued cells, and nothing is displayed.

A KeyboardInterrupt that no cell catches ends the kernel: asyncio lets it out of the event loop
(`asyncio.Task`, "KeyboardInterrupt"). So what no cell waits for, as a task in the background, is
cancelled instead.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

from IPython.core.interactiveshell import InteractiveShell

from qwen_magic.notebook.kernel.signals import Interrupts, is_main_thread

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType, TracebackType

__all__ = ["CellInterrupts", "TaskStopped", "TurnStopped", "install", "stopping", "uninstall"]


class TurnStopped(KeyboardInterrupt):
    """The reader stopped a turn; what had arrived is kept and shown."""

    def _render_traceback_(self) -> list[str]:
        """Return the traceback that IPython stores: formatting a real one takes 130 ms."""
        return [type(self).__name__]


class TaskStopped(asyncio.CancelledError):
    """The reader stopped a turn that no cell runs; the task that asked counts as cancelled."""

    def _render_traceback_(self) -> list[str]:
        """Return the traceback that IPython stores, as for `TurnStopped`."""
        return [type(self).__name__]


_SILENT: tuple[type[BaseException], ...] = (TurnStopped, TaskStopped)


def stopping() -> TurnStopped | TaskStopped:
    """Return what ends the code that asked: its cell, or only its task, callback or thread."""
    is_loose = not is_main_thread() or asyncio._get_running_loop() is not None  # noqa: SLF001 - does not raise
    return TaskStopped() if is_loose and not _is_in_cell() else TurnStopped()


def _is_in_cell() -> bool:
    """Return whether a cell, which catches what is raised, is among the callers."""
    return any(frame.f_code is _RUNS for frame in _callers())


def _callers() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe()  # noqa: SLF001 - `inspect.stack` reads source files
    while frame is not None:
        yield frame
        frame = frame.f_back


_RUNS = InteractiveShell.run_code.__code__


class CellInterrupts(Interrupts):
    """Stops a turn on Ctrl-C, while a cell shows it.

    Args:
        shell: Runs the cell.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__()
        self._shell = shell

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._end()
        if self._is_nested or kind is None or not issubclass(kind, TurnStopped):
            self._restore_own()
        elif not hasattr(self._shell, "kernel"):  # IPython is not done with the cell
            self._shell.events.register("post_run_cell", self._leave)
        # A kernel puts back its own handler when it has replied.

    def _leave(self, _: object) -> None:
        self._shell.events.unregister("post_run_cell", self._leave)
        self._restore_own()


def install(shell: InteractiveShell) -> None:
    """Show nothing for a stopped turn; other exceptions keep their handler."""
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
        if handle is None or issubclass(kind, _SILENT):
            return None
        return handle(kind, value, traceback, tb_offset=tb_offset)

    shell.set_custom_exc((*earlier, *_SILENT), silent)


def uninstall(shell: InteractiveShell) -> None:
    """Stop handling stopped turns; other exceptions keep their handler."""
    shell.custom_exceptions = tuple(kind for kind in shell.custom_exceptions if kind not in _SILENT)
