"""Ask Qwen from a notebook cell: streamed answers, visible reasoning, one conversation.

In a notebook:

    %load_ext qwen_magic
    %qwen What is JSON?
    %%qwen?

The last line shows the help; `%qwen_chain?`, `%qwen_log?`, `%qwen_code?`, `%qwen_fix?`,
`%qwen_usage?`, `%qwen_check?` and `%qwen_panel?` show the help of the others. In Python, without a notebook:

    from qwen_magic import Session, Settings
    session = Session(Settings(region="demo"))  # without region: Model Studio, with your key
    print(session.ask("What is JSON?").text)

What there is:

    Session    asks questions that continue each other
    Settings   what all questions of a session share: model, region, effort, tools ...
    Asking     how one question is asked: temperature, tool choice, a fresh start ...
    Turn       one question with its answer: text, reasoning, code, tool_calls, usage ...
    mapper     one prompt as a function over batches of rows, for Ray, Spark and others
    tool       marks a function that the model may call
    Panel      the chat that %qwen_panel shows
    QwenError  whatever goes wrong; its turn holds what had arrived

The key is read from DASHSCOPE_API_KEY. `python -m qwen_magic.demo` serves the offline demo alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from qwen_magic.conversation.asking.mapper import mapper
    from qwen_magic.conversation.asking.session import Session
    from qwen_magic.conversation.planning.question import Asking
    from qwen_magic.conversation.tools.tools import tool
    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.errors import QwenError
    from qwen_magic.notebook.panel.panel import Panel
    from qwen_magic.settings import Settings

__all__ = [
    "Asking",
    "Panel",
    "QwenError",
    "Session",
    "Settings",
    "Turn",
    "load_ipython_extension",
    "mapper",
    "tool",
    "unload_ipython_extension",
]

_HOMES = {
    "Asking": "qwen_magic.conversation.planning.question",
    "Panel": "qwen_magic.notebook.panel.panel",
    "QwenError": "qwen_magic.errors",
    "Session": "qwen_magic.conversation.asking.session",
    "Settings": "qwen_magic.settings",
    "Turn": "qwen_magic.conversation.turn.turn",
    "mapper": "qwen_magic.conversation.asking.mapper",
    "tool": "qwen_magic.conversation.tools.tools",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used, so that loading the extension is quick."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """Name what there is, imported or not: for the tab key, and for `help`."""
    return sorted({*globals(), *__all__})


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Make `%load_ext qwen_magic` work (IPython, "IPython extensions")."""
    from qwen_magic.notebook.extension import load

    load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Make `%unload_ext qwen_magic` work."""
    from qwen_magic.notebook.extension import unload

    unload(shell)
