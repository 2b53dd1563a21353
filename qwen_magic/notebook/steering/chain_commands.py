"""A line of `%qwen_chain` or `%qwen_log` → what it asks for (pure)."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from qwen_magic.errors import CellError
from qwen_magic.notebook.magics.cell import unknown_option
from qwen_magic.notebook.magics.chain_flags import CHAIN_FLAGS, FORMATS, LOG_FLAGS, usage_of
from qwen_magic.readers import check_secret
from qwen_magic.responses.nearest import one_of
from qwen_magic.typed import plain, plain_flag, plain_quotes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qwen_magic.notebook.magics.chain_flags import Flag

__all__ = ["ChainCommand", "LogCommand", "parse_chain", "parse_log", "read_words"]

Action: TypeAlias = Literal[
    "show",
    "switch",
    "new",
    "from",
    "rewind",
    "restore",
    "resume",
    "conversation",
    "delete-remote",
    "list",
    "delete",
    "rename",
]
Format: TypeAlias = Literal["md", "json"]
Words: TypeAlias = dict[str, tuple[str, ...]]

_SPACES = "\u3000\u00a0\u2002\u2003\u2009"
_NAMED = {"new", "list", "delete", "rename", "conversation"}
_FLAG = re.compile(r"--?[A-Za-z]")


@dataclass(frozen=True, slots=True)
class ChainCommand:
    """What a line of `%qwen_chain` asks for.

    Attributes:
        name: The chain to switch to, begin, delete or rename; the conversation to join.
        new_name: The chain's new name.
        number: A turn's number on the path; for `restore`, its number in the store.
        chain: The chain to show, move or resume, in place of the current one.
        file: The notebook or the response to resume from; empty for the current notebook.
        force: Whether to delete without asking.
    """

    action: Action = "show"
    name: str = ""
    new_name: str = ""
    number: int | None = None
    chain: str = ""
    file: str = ""
    force: bool = False


@dataclass(frozen=True, slots=True)
class LogCommand:
    """What a line of `%qwen_log` asks for.

    Attributes:
        format: How the file is written.
        file: The file to write; empty to show the transcript.
        reasoning: Whether the model's reasoning is part of it.
        chain: The chain, in place of the current one.
        force: Whether an existing file may be overwritten.
        refresh: Whether to look at turns in the background, and show nothing else.
    """

    format: Format = "md"
    file: str = ""
    reasoning: bool = False
    chain: str = ""
    force: bool = False
    refresh: bool = False


def parse_chain(line: str) -> ChainCommand:
    """Read the line of `%qwen_chain`.

    Raises:
        CellError: A flag is unknown, lacks its value, comes twice or does not go with another one;
            or a value is not a number where one is needed.
    """
    found, names = read_words("%qwen_chain", line, CHAIN_FLAGS)
    action = _action(found, names)
    _refuse_idle(found, names)
    values = tuple(names) or found.get(action, ())
    chain = _chain(found)
    if action in {"from", "rewind", "restore"}:
        return ChainCommand(action, number=_whole(values[0]) if values else None, chain=chain)
    if action == "resume":
        return ChainCommand(action, chain=chain, file=values[0] if values else "")
    name, new_name, *_ = (*map(_name, values), "", "")
    return ChainCommand(action, name, new_name, chain=chain, force="force" in found)


def parse_log(line: str) -> LogCommand:
    """Read the line of `%qwen_log`.

    Raises:
        CellError: A flag is unknown, lacks its value or comes twice; or there is an extra word.
        RequestError: There is no such format.
    """
    found, rest = read_words("%qwen_log", line, LOG_FLAGS)
    if rest:
        raise CellError(
            f"unexpected {rest[0]!r}", hint=f"-c {rest[0]} names a chain; see %qwen_log?"
        )
    if "force" in found and "to" not in found:
        raise CellError("--force goes with --to only", hint="--to md FILE --force")
    if "refresh" in found and {"to", "reasoning"} & found.keys():
        raise CellError("--refresh goes with -c only", hint="%qwen_log --refresh, then %qwen_log")
    written, file = found.get("to", ("md", ""))
    known = cast("Format", one_of("format", plain(written), FORMATS))
    flags = ("force" in found, "refresh" in found)
    return LogCommand(known, file, "reasoning" in found, _chain(found), *flags)


def read_words(magic: str, line: str, table: tuple[Flag, ...]) -> tuple[Words, list[str]]:
    """Return the flags of a line with their values, by name, and its other words.

    Raises:
        CellError: A flag is unknown, lacks its value or comes twice.
    """
    known = {text for flag in table for text in flag.flags}
    words = [plain_flag(word, known.__contains__) for word in _split(line)]
    found, rest = Words(), list[str]()
    while words:
        word = words.pop(0)
        if not _FLAG.match(word):
            rest.append(word)
            continue
        written, equals, value = word.partition("=")
        flag = _flag(magic, written, table)
        if flag.name in found:
            raise CellError(f"{written} is given twice", hint="leave one of them out")
        words = [value, *words] if equals else words
        found[flag.name] = _values(written, flag, words)
        words = words[len(found[flag.name]) :]
    return found, rest


def _split(line: str) -> list[str]:
    """Return the words of a line; quotes join words, and a backslash stays one (Windows paths)."""
    check_secret(line, "on the magic line")
    lexer = shlex.shlex(plain_quotes(line), posix=True)
    lexer.whitespace += _SPACES
    lexer.whitespace_split, lexer.commenters, lexer.escape = True, "", ""
    try:
        return list(lexer)
    except ValueError:
        raise CellError(f"a quote is not closed: {line!r}", hint='put names in "…"') from None


def _flag(magic: str, written: str, table: tuple[Flag, ...]) -> Flag:
    known = {text: flag for flag in table for text in flag.flags}
    if written in known:
        return known[written]
    raise unknown_option(written, list(known), magic)


def _values(written: str, flag: Flag, words: list[str]) -> tuple[str, ...]:
    values = words[: len(flag.takes)]
    if any(map(_FLAG.match, values)) or len(values) < len(flag.takes):
        if flag.optional:
            return ()
        raise CellError(
            f"{written} needs {' and '.join(flag.takes)}", hint=f"{usage_of(flag)}: {flag.help}"
        )
    return tuple(values)


def _action(found: Mapping[str, tuple[str, ...]], names: list[str]) -> Action:
    """Return the one thing that a line asks for."""
    if len(names) > 1:
        hint = f'a name of several words needs quotes: "{" ".join(names)}"'
        raise CellError(f"unexpected {names[1]!r}", hint=hint)
    given = [flag.name for flag in CHAIN_FLAGS if flag.is_action and flag.name in found]
    if len(given) + len(names) > 1:
        words = " and ".join((*(f"--{name}" for name in given), *map(repr, names)))
        raise CellError(f"{words} exclude each other", hint="one line each")
    return cast("Action", given[0]) if given else "switch" if names else "show"


def _refuse_idle(found: Mapping[str, tuple[str, ...]], names: list[str]) -> None:
    """Refuse flags that would change nothing."""
    if "force" in found and "delete" not in found:
        raise CellError("--force goes with --delete only", hint="--delete CHAIN --force")
    if "chain" in found and (names or _NAMED & found.keys()):
        raise CellError("-c does not go with another name", hint="leave one of them out")


def _chain(found: Mapping[str, tuple[str, ...]]) -> str:
    return _name(found["chain"][0]) if "chain" in found else ""


def _name(text: str) -> str:
    if not text.strip():
        raise CellError(
            f"a chain cannot be called {text!r}", hint="give it a name: %qwen_chain draft"
        )
    return text.strip()


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise CellError(
            f"{text!r} is no turn's number", hint="%qwen_chain shows the numbers"
        ) from None
