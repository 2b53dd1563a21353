"""What the other magics share: they look at, or steer, what `%%qwen` asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.core.magic import Magics

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from qwen_magic.notebook.magics.magics import QwenMagics

__all__ = ["Sister"]


class Sister(Magics):
    """Magics beside `%%qwen`, over the same session.

    Args:
        shell: Runs the cells.
        qwen: The magics that ask; they own the session.
    """

    def __init__(self, shell: InteractiveShell, qwen: QwenMagics) -> None:
        self._shell = shell
        self._qwen = qwen
        super().__init__(shell)
