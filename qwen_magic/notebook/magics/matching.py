"""Completion on the lines of our magics, and no other completion there.

IPython joins what all matchers find, so Python's names would bury the options. A matcher may
silence the others (IPython, "Completion", matcher API version 2). Before IPython 8.6, only the
matchers of magics' arguments may.
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
    """Start completing options, models, chains and so on, on our magics' lines."""
    remove_completion(shell)
    try:
        from IPython.core.completer import SimpleCompletion, context_matcher
    except ImportError:
        _add_older(shell)
        return

    @context_matcher(identifier=_NAME)  # type: ignore[untyped-decorator]
    def match(context: Any) -> Any:  # noqa: ANN401 - IPython's own types, new in 8.6
        before = context.line_with_cursor[: context.cursor_position]
        words = _words(shell, before)
        if words is None:
            return {"completions": []}
        return {
            "completions": [SimpleCompletion(text=word, type="option") for word in words],
            "matched_fragment": _fragment(before),
            "ordered": True,
            "suppress": True,
        }

    shell.Completer.custom_matchers.append(match)


def remove_completion(shell: InteractiveShell) -> None:
    """Stop completing our magics' lines."""
    for name in ("custom_matchers", "magic_arg_matchers"):
        matchers = getattr(shell.Completer, name, [])
        matchers[:] = [one for one in matchers if getattr(one, "matcher_identifier", "") != _NAME]


def _fragment(before: str) -> str:
    """Return the part of a line that a word replaces."""
    return re.split(r"[\s,]", before)[-1]


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


def _add_older(shell: InteractiveShell) -> None:
    """Complete before IPython 8.6, which puts what is found in place of its own last word."""
    completer: Any = shell.Completer

    def match(_: str) -> list[str]:
        before = completer.text_until_cursor
        known = len(_fragment(before)) - len(completer.splitter.split_line(before))
        return [word[known:] for word in _words(shell, before) or ()]

    match.matcher_identifier = _NAME  # type: ignore[attr-defined]
    completer.magic_arg_matchers.append(match)
