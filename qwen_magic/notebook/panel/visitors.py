"""What is told when a question gets no answer: to who wrote the notebook, or to a dashboard's visitor.

The author can do something about most errors. A visitor sees no cells and has no key: what they
read is what they can do, and the reason goes to the log of the server, where the author looks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.getipython import get_ipython

from qwen_magic.errors import CellError, ContextError, QwenError, StatusError, WireError
from qwen_magic.notebook.kernel.frontend import is_served
from qwen_magic.notebook.panel.asking import prompt_from

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwen_magic.conversation.turn.records import Prompt
    from qwen_magic.notebook.panel.asking import FuturePrompt

__all__ = ["explained", "for_visitors", "written"]

_RUN_AGAIN = "run the cell again"
_TOO_LONG = "This is too long to be read.\nAsk something shorter, or load the page anew."
_REFUSED = "The service does not answer this.\nPut it another way."
_BUSY = "The service is busy or cannot be reached.\nAsk again in a moment."
_NOT_NOW = (
    "Questions cannot be answered here at the moment.\n"
    "Please tell whoever made this page: the log of its server says why."
)
_TOO_MANY, _THEIRS = 429, 500  # HTTP


def explained(error: BaseException) -> str:
    """Return what the reader is told; a visitor's author finds the rest in the server's log."""
    if not is_served() or isinstance(error, CellError):
        said = str(error) if isinstance(error, QwenError) else f"{type(error).__name__}: {error}"
        return said.replace(_RUN_AGAIN, "press Retry")
    _log(error)
    return for_visitors(error)


def for_visitors(error: BaseException) -> str:
    """Return what somebody can do who has neither cells nor a key."""
    code = getattr(error, "code", "")
    if isinstance(error, ContextError):
        return _TOO_LONG
    if "inspection" in code.lower():
        return _REFUSED
    is_busy = isinstance(error, StatusError) and (
        error.status == _TOO_MANY or error.status >= _THEIRS
    )
    return _BUSY if is_busy or isinstance(error, WireError) else _NOT_NOW


def written(text: str, variables: Callable[[], dict[str, object]]) -> Prompt | FuturePrompt:
    """Return what to send of a question; a visitor's is never filled with the author's variables."""
    return text if is_served() else prompt_from(text, variables)


def _log(error: BaseException) -> None:
    """Write to the log of the kernel's server: what a kernel prints would go to the page."""
    kernel: Any = getattr(get_ipython(), "kernel", None)
    if kernel is not None:
        kernel.log.warning(
            "qwen_magic: a visitor got no answer: %s: %s", type(error).__name__, error
        )
