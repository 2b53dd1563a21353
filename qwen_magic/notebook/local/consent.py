"""Whether a model may be downloaded: a person is asked, with its size, before the first byte."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qwen_magic.errors import ConsentError

if TYPE_CHECKING:
    from qwen_magic.notebook.kernel.frontend import Frontend
    from qwen_magic.settings import Settings

__all__ = ["consented"]

_YES = frozenset({"y", "yes"})


def consented(settings: Settings, frontend: Frontend) -> Settings:
    """Return the settings, with the reader's word that a model may be downloaded if that is needed.

    Where nobody can be asked, they stay as they are: nothing is downloaded then.

    Raises:
        ConsentError: The reader does not want it.
        QwenError: The Hub does not have the model, or is not reached.
    """
    if not settings.is_local or not frontend.can_ask:
        return settings
    from qwen_magic.local.place import offer

    offered = offer(settings.wish)
    if offered is None:
        return settings
    try:
        answer = input(f"Download {offered}? [y]es or [n]o: ")
    except EOFError:  # Ctrl-D
        answer = ""
    if answer.strip().lower() not in _YES:
        raise ConsentError(
            "nothing was downloaded",
            hint="start Ollama, LM Studio or llama-server, set local_model to a GGUF file,"
            ' or let the demo answer: %config QwenMagics.region = "demo"',
        )
    return replace(settings, local_download=True)
