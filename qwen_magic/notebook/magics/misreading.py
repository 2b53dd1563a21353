"""Questions that IPython took for help, as they stand in the cell that loads the extension.

IPython rewrites a cell before it runs, so what follows `%load_ext qwen_magic` there is read without
us: `%qwen What is JSON?` asks for help about `JSON`. All that can be done is to say so.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qwen_magic.notebook.kernel.frontend import frontend_of

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["misread", "tell_of_misread"]

_LOADS = re.compile(r"^[ \t]*%load_ext[ \t]+qwen_magic\b", re.MULTILINE)
_ASKED = re.compile(r"^[ \t]*(%qwen(?:_fix)?[ \t]+[^\s?].*\?)[ \t]*$", re.MULTILINE)
_TOLD = """IPython took `{}` for a request for help, as qwen_magic was not loaded yet.
→ run the cell again; for a script: ipython --ext=qwen_magic FILE"""


def tell_of_misread(shell: InteractiveShell) -> None:
    """Print which question of the running cell was not understood; mostly nothing."""
    if question := misread(_running(shell)):
        print(_TOLD.format(question))


def misread(source: str) -> str:
    """Return the first question after the line that loads the extension; mostly none."""
    loads = _LOADS.search(source)
    found = _ASKED.search(source, loads.end()) if loads else None
    return found[1] if found else ""


def _running(shell: InteractiveShell) -> str:
    """Return what IPython runs as one piece: a cell, or the script or code it was started with."""
    app: Any = shell.parent
    loaded = (*getattr(app, "extensions", ()), *getattr(app, "extra_extensions", ()))
    if "qwen_magic" in loaded:  # before anything ran
        return ""
    script = Path(getattr(app, "file_to_run", "") or "")
    with suppress(OSError, ValueError):
        if script.suffix == ".ipy":
            return script.read_text(encoding="utf-8")
    return frontend_of(shell).source or str(getattr(app, "code_to_run", "") or "")
