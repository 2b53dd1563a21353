"""Loading the extension into a shell, and unloading it."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any

from IPython.core.inputtransformer2 import make_tokens_by_line

from qwen_magic.notebook.completion.matching import add_completion, remove_completion
from qwen_magic.notebook.helping.check import CheckMagics
from qwen_magic.notebook.helping.fix import FixMagics
from qwen_magic.notebook.kernel import interrupt
from qwen_magic.notebook.magics.magics import QwenMagics
from qwen_magic.notebook.magics.misreading import tell_of_misread
from qwen_magic.notebook.magics.rewriting import rewrite
from qwen_magic.notebook.panel.magics import PanelMagics
from qwen_magic.notebook.steering.chain_magics import ChainMagics
from qwen_magic.notebook.steering.code_magics import CodeMagics
from qwen_magic.notebook.steering.log_magics import LogMagics
from qwen_magic.notebook.steering.map_magics import MapMagics
from qwen_magic.notebook.usage.magics import UsageMagics

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from qwen_magic.conversation.turn.turn import Turn

__all__ = ["load", "unload"]

_SISTERS = (
    *(ChainMagics, LogMagics, CodeMagics, MapMagics),
    *(PanelMagics, FixMagics, CheckMagics, UsageMagics),
)
_KINDS = (QwenMagics, *_SISTERS)
_TURN = "qwen_magic.conversation.turn.turn", "Turn"


def load(shell: InteractiveShell) -> None:
    """Add the magics, their completion, the rewriting of questions, and the view of a turn."""
    unload(shell)
    _let_write(sys.stdout)
    qwen = QwenMagics(shell)
    shell.register_magics(qwen, *(kind(shell, qwen) for kind in _SISTERS))
    qwen.failures.start()
    interrupt.install(shell)
    shell.input_transformers_cleanup.append(_rewrite)
    _formatter(shell).for_type_by_name(*_TURN, _bundle)
    add_completion(shell)
    tell_of_misread(shell)


def unload(shell: InteractiveShell) -> None:
    """Undo `load`, except for the magics: IPython cannot unregister them."""
    interrupt.uninstall(shell)
    for magics in (shell.magics_manager.registry.get(kind.__name__) for kind in _KINDS):
        if isinstance(magics, PanelMagics):
            magics.shared.stop_listening()
        if isinstance(magics, QwenMagics):
            magics.failures.stop()
            if magics.joined:
                magics.session.close()
        if magics in shell.configurables:
            shell.configurables.remove(magics)
    remove_completion(shell)
    transformers = shell.input_transformers_cleanup
    if _rewrite in transformers:
        transformers.remove(_rewrite)
    _formatter(shell).pop(".".join(_TURN), None)  # finds it after its first use too


def _let_write(stream: object) -> None:
    """Let a stream write `?` for what it has no character for, as a pipe on Windows has not."""
    if isinstance(stream, TextIOWrapper) and stream.errors == "strict":
        stream.reconfigure(errors="replace")


def _rewrite(lines: list[str]) -> list[str]:
    return rewrite(lines, make_tokens_by_line)


def _formatter(shell: InteractiveShell) -> Any:  # noqa: ANN401 - loosely typed in IPython
    formatter: Any = shell.display_formatter
    return formatter.mimebundle_formatter


def _bundle(turn: Turn, **_: object) -> tuple[dict[str, str], dict[str, Any]]:
    from qwen_magic.notebook.cards.views import bundle

    return bundle(turn)
