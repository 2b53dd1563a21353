"""What completion offers on a magic line: options, models, tools, settings' values (pure)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qwen_magic.configuration import WORDS
from qwen_magic.notebook.magics.chain_flags import FORMATS
from qwen_magic.options import OPTIONS, option_of
from qwen_magic.typed import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qwen_magic.notebook.magics.chain_flags import Flag
    from qwen_magic.options import Option

__all__ = [
    "complete",
    "complete_command",
    "complete_setting",
    "fragment",
    "is_file",
    "is_question",
    "mapped",
    "placeholder",
]

_BREAKS = re.compile(r"[\s,，、]|\{\{")
_QUOTED = re.compile(r"""((?:[^'"]|'[^']*'|"[^"]*")*)(['"])([^'"]*)""")
_SERVERS = re.compile(r"--(?:mcp|map)(?:=|\s+)\S*[/\\.~]\S*\Z")
_MAP = re.compile(r"\s--map[=\s]\s*([^\W\d]\w*)")
_FILES = {"record", "replay"}


_PLACEHOLDER = re.compile(r"[{\uff5b]{2}[ \u3000]*([^\W\d]\w*|)\Z")
_CELL = re.compile(r"%%qwen(?=\s)")
_LINE = re.compile(r"\s*(?:[\w.,\[\] ]+=\s*)?%qwen(?:_fix)?\s")


def is_question(text: str) -> bool:
    """Return whether what is written last is sent: in a `%%qwen` cell, or on a line of `%qwen`."""
    first, last = plain(text.partition("\n")[0]), plain(text.rpartition("\n")[2])
    return bool(_CELL.match(f"{first}\n") or _LINE.match(last))


def placeholder(before: str) -> str | None:
    """Return the name that was begun in open braces; None if none are open."""
    found = _PLACEHOLDER.search(before)
    return found[1] if found else None


def mapped(text: str) -> str:
    """Return the table that a question is asked of; empty if it is asked once."""
    lines = text.split("\n")
    found = _MAP.search(lines[0]) or _MAP.search(lines[-1])
    return found[1] if found else ""


def fragment(before: str) -> str:
    """Return the part of a magic line that a word replaces."""
    return _BREAKS.split(before)[-1]


def is_file(before: str) -> bool:
    """Return whether the name of a file is being written, which is left to IPython."""
    return bool(_SERVERS.search(before))


def complete(before: str, known: Mapping[str, Sequence[str]] | None = None) -> list[str]:
    """Return the words that may continue a magic line.

    Args:
        before: The text before the cursor.
        known: What the notebook adds to the values of an option, by the option's name; its
            variables by an empty one.
    """
    named = known or {}
    words = before.split()
    current = "" if before[-1:].isspace() else words.pop()
    if "{{" in current:
        begun = current.rpartition("{{")[2]
        return [name for name in named.get("", ()) if name.startswith(begun)]
    option = option_of(words[-1]) if words else None
    if option is not None and option.takes:
        return _values(option, current, named)
    flag, equals, value = current.partition("=")
    assigned = option_of(flag) if equals else None
    if assigned is not None:
        many = "," in value  # only the part behind the last comma is replaced
        return [word if many else f"{flag}={word}" for word in _values(assigned, value, named)]
    if current and not current.startswith("-"):
        return []
    given = {found.name for word in words if (found := option_of(word)) is not None}
    flags = (option.flags[-1] for option in OPTIONS if option.name not in given)
    return [flag for flag in flags if flag.startswith(current)]


def complete_setting(
    name: str, before: str, known: Mapping[str, Sequence[str]] | None = None
) -> tuple[list[str], str] | None:
    """Return the words for the value of a setting and the part that they replace.

    None if a file's name comes next.

    Args:
        name: The setting.
        before: The text between the equals sign and the cursor.
        known: As `complete` takes it.
    """
    if name in _FILES:
        return None
    option = next((option for option in OPTIONS if option.name == name), None)
    values = (*(known or {}).get(name, ()), *(option.values if option else WORDS.get(name, ())))
    quoted = _QUOTED.fullmatch(before)
    if quoted:
        return [value for value in values if value.startswith(quoted[3])], quoted[3]
    begun = before.strip()
    literal = name in {"resend", "show_reasoning"}
    written = values if literal else [f'"{value}"' for value in values if not begun]
    return [value for value in written if value.startswith(begun)], begun


def complete_command(
    before: str, table: Sequence[Flag], names: Sequence[str], *, takes_name: bool = False
) -> list[str] | None:
    """Return the words that may continue a line with flags; None if a file's name comes next.

    Args:
        before: The text before the cursor.
        table: The magic's flags.
        names: The names of the notebook's chains.
        takes_name: Whether a chain's name may come without a flag.
    """
    words = before.split()
    current = "" if before[-1:].isspace() else words.pop()
    known = {"CHAIN": [name for name in names if len(name.split()) == 1], "FORMAT": FORMATS}
    expected = _expected(words, table)
    if expected == "FILE" and not current.startswith("-"):
        return None
    if expected and expected != "FILE":
        return [word for word in known.get(expected, ()) if word.startswith(current)]
    given = {flag.name for flag in table if set(flag.flags) & set(words)}
    flags = [flag.flags[-1] for flag in table if flag.name not in given]
    alone = known["CHAIN"] if takes_name and not words else ()
    return [word for word in (*alone, *flags) if word.startswith(current)]


def _expected(words: list[str], table: Sequence[Flag]) -> str:
    """Return the word for the next value, if a flag waits for one."""
    for behind, word in enumerate(reversed(words)):
        for flag in table:
            if word in flag.flags:
                return flag.takes[behind] if behind < len(flag.takes) else ""
    return ""


def _values(option: Option, current: str, named: Mapping[str, Sequence[str]]) -> list[str]:
    values = (*named.get(option.name, ()), *option.values)
    if not option.many:
        return [value for value in values if value.startswith(current)]
    *chosen, last = re.split("[,，、]", current)
    return [value for value in values if value.startswith(last) and value not in chosen]
