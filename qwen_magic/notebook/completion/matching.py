"""Completion on the lines of our magics, and no other completion there.

IPython joins what all matchers find, so Python's names would bury the options. A matcher may
silence the others, if it found something (IPython, "Completion", matcher API version 2); before
IPython 8.6 none may.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from qwen_magic.notebook.completion.lines import (
    complete,
    complete_command,
    complete_setting,
    fragment,
    is_file,
    is_question,
    mapped,
    placeholder,
)
from qwen_magic.notebook.completion.offers import chain_names, columns, offers, variables
from qwen_magic.notebook.magics.chain_flags import CHAIN_FLAGS, CODE_FLAGS, LOG_FLAGS, MAP_FLAGS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["add_completion", "remove_completion"]

_LINE = re.compile(
    r"\s*(?:[\w.,\[\] ]+=\s*)?%%?(qwen|qwen_(?:chain|check|code|fix|log|map|usage))(?=\s)(.*)",
    re.DOTALL,
)
_SETTING = re.compile(r"\s*%config\s+QwenMagics\.(\w+)\s*=\s*(.*)", re.DOTALL)
_FLAGS = {
    "qwen_chain": CHAIN_FLAGS,
    "qwen_code": CODE_FLAGS,
    "qwen_log": LOG_FLAGS,
    "qwen_map": MAP_FLAGS,
}
_WORDS = {"qwen_check": "--ask", "qwen_usage": "--plot"}
_NAME = "_qwen_matcher"


class _Offered(list[Any]):
    """Completions that silence other matchers, also where there are none."""

    def __len__(self) -> int:
        return max(1, super().__len__())


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
        above = context.full_text.split("\n")[: context.cursor_line]
        line = context.line_with_cursor[: context.cursor_position]
        found = _found(shell, "\n".join([*above, line]))
        if found is None:
            return {"completions": []}
        words, replaced = found
        return {
            "completions": _Offered(
                SimpleCompletion(text=word, type=kind) for word, kind in words.items()
            ),
            "matched_fragment": replaced,
            "ordered": True,
            "suppress": True,
        }

    shell.Completer.custom_matchers.append(match)


def remove_completion(shell: InteractiveShell) -> None:
    """Stop completing our magics' lines."""
    matchers = getattr(shell.Completer, "custom_matchers", [])
    matchers[:] = [one for one in matchers if getattr(one, "matcher_identifier", "") != _NAME]
    if _NAME in vars(shell.Completer):
        del shell.Completer._complete, vars(shell.Completer)[_NAME]  # noqa: SLF001 - see below


def _found(shell: InteractiveShell, text: str) -> tuple[dict[str, str], str] | None:
    """Return what may continue a cell, each with its kind, and the part that it replaces.

    None where the line is none of ours, or a file's name comes next.
    """
    before = text.rpartition("\n")[2]
    if is_question(text) and (begun := placeholder(before)) is not None:
        own = columns(shell, mapped(text))
        known = own | {name: kind for name, kind in variables(shell).items() if name not in own}
        return {name: kind for name, kind in known.items() if name.startswith(begun)}, begun
    found = _on_line(shell, before)
    return (dict.fromkeys(found[0], "option"), found[1]) if found else None


def _on_line(shell: InteractiveShell, before: str) -> tuple[list[str], str] | None:
    """Return what may continue a magic line."""
    if setting := _SETTING.match(before):
        return complete_setting(setting[1], setting[2], offers(shell))
    found = _LINE.match(before)
    if found is None or is_file(before):
        return None
    words: list[str] | None
    flags = _FLAGS.get(found[1])
    if word := _WORDS.get(found[1]):
        words = [word] if word.startswith(found[2].strip()) else []
    elif flags is None:
        words = complete(found[2], offers(shell))
    else:
        alone = found[1] == "qwen_chain"
        words = complete_command(found[2], flags, chain_names(shell), takes_name=alone)
    return None if words is None else (words, fragment(before))


def _add_older(shell: InteractiveShell) -> None:
    """Complete before IPython 8.6: take the place of the method that asks all matchers."""
    completer: Any = shell.Completer
    others = completer._complete  # noqa: SLF001 - there is no other way to silence the others

    def only_ours(*, cursor_line: int, cursor_pos: int | None, **given: Any) -> Iterable[Any]:  # noqa: ANN401 - IPython's own
        lines = (given.get("full_text") or "").split("\n")
        line = given.get("line_buffer") or lines[cursor_line] or given.get("text") or ""
        found = _found(shell, "\n".join([*lines[:cursor_line], line[:cursor_pos]]))
        if found is None:
            return others(cursor_line=cursor_line, cursor_pos=cursor_pos, **given)  # type: ignore[no-any-return]
        words, replaced = [*found[0]], found[1]
        completer.matches = words
        return replaced, words, ["qwen"] * len(words), ()

    completer._complete = only_ours  # noqa: SLF001 - as above
    vars(completer)[_NAME] = True
