"""Stopping a cell without an error on the screen.

A swallowed KeyboardInterrupt would let "Run All" go on with the next cell, which costs money; a
raised one saves 15 kB of traceback. An exception type with a silent handler of its own does
neither: the cell's reply is an error, so that what is queued behind it is dropped, and nothing is
displayed (IPython, `InteractiveShell.set_custom_exc`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType

    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["TurnStopped", "install", "uninstall"]


class TurnStopped(KeyboardInterrupt):
    """The reader stopped a turn; what had arrived is kept and shown."""

    def _render_traceback_(self) -> list[str]:
        """Return the traceback that IPython stores: formatting a real one takes 130 ms."""
        return [type(self).__name__]


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
