"""Completion on the lines of our magics, and of nothing else beside it.

IPython joins what all matchers find, so that Python's names would bury the options; a matcher may
ask for silence of the others (IPython, "Completion", matcher API version 2). Before IPython 8.6
there is only the older hook, without that wish.
"""

from __future__ import annotations

import re
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from qwen_magic.notebook.magics.chain_flags import CHAIN_FLAGS, LOG_FLAGS
from qwen_magic.notebook.magics.completion import complete, complete_command

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["add_completion", "remove_completion"]

_LINE = re.compile(r"\s*%%?(qwen|qwen_chain|qwen_log)(?=\s)(.*)", re.DOTALL)
_FLAGS = {"qwen_chain": CHAIN_FLAGS, "qwen_log": LOG_FLAGS}
_NAME = "_qwen_matcher"


def add_completion(shell: InteractiveShell) -> None:
    """Complete options, models, chains and so on where our magics are written."""
    try:
        from IPython.core.completer import SimpleCompletion, context_matcher
    except ImportError:
        _add_hooks(shell)
        return

    @context_matcher(identifier=_NAME)  # type: ignore[untyped-decorator]
    def match(context: Any) -> Any:  # noqa: ANN401 - IPython's own types, new in 8.6
        before = context.line_with_cursor[: context.cursor_position]
        words = _words(shell, before)
        if words is None:
            return {"completions": []}
        return {
            "completions": [SimpleCompletion(text=word, type="option") for word in words],
            "matched_fragment": re.split(r"[\s,]", before)[-1],
            "ordered": True,
            "suppress": True,
        }

    remove_completion(shell)
    shell.Completer.custom_matchers.append(match)


def remove_completion(shell: InteractiveShell) -> None:
    """Complete our magics' lines no longer."""
    matchers = getattr(shell.Completer, "custom_matchers", [])
    matchers[:] = [known for known in matchers if getattr(known, "matcher_identifier", "") != _NAME]


def _words(shell: InteractiveShell, before: str) -> list[str] | None:
    """Return what may continue a line; None where it is none of ours, or a file's name."""
    found = _LINE.match(before)
    if found is None:
        return None
    flags = _FLAGS.get(found[1])
    if flags is None:
        return complete(found[2], _variables(shell))
    names = shell.magics_manager.registry["ChainMagics"].names()
    return complete_command(found[2], flags, names, takes_name=found[1] == "qwen_chain")


def _variables(shell: InteractiveShell) -> dict[str, list[str]]:
    """Return the variables that an option can name."""
    own = {
        name: value
        for name, value in shell.user_ns.items()
        if not name.startswith("_") and name not in shell.user_ns_hidden
    }

    def of(*kinds: type) -> list[str]:
        return [name for name, value in own.items() if isinstance(value, kinds)]

    functions = of(FunctionType, MethodType)
    return {"tools": functions, "tool_choice": functions, "mcp": of(dict), "messages": of(list)}


def _add_hooks(shell: InteractiveShell) -> None:
    def hook(_: object, event: Any) -> list[str]:  # noqa: ANN401 - a namespace of IPython's
        return _words(shell, event.text_until_cursor) or []

    for magic in ("%qwen", "%%qwen", "%qwen_chain", "%qwen_log"):
        shell.set_hook("complete_command", hook, str_key=magic)
