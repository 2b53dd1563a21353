"""The flags of `%qwen_chain`, `%qwen_log` and their sisters, once, for the parser, the help and completion."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "CHAIN_FLAGS",
    "CODE_FLAGS",
    "FORMATS",
    "LOG_FLAGS",
    "MAP_FLAGS",
    "Flag",
    "chain_help",
    "code_help",
    "log_help",
    "map_help",
    "usage_of",
]

FORMATS = ("md", "json")


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag of a magic line.

    Attributes:
        name: What it is called here.
        flags: How it is written.
        help: What it does, in one line.
        takes: A word for each of its values; `CHAIN` stands for the name of an existing chain.
        optional: Whether the values may be left out.
        is_action: Whether it says what to do; a line asks for one thing only.
    """

    name: str
    flags: tuple[str, ...]
    help: str
    takes: tuple[str, ...] = ()
    optional: bool = False
    is_action: bool = False


_OTHER = Flag(
    "chain", ("-c", "--chain"), "do it with this chain, stay in the current one", ("CHAIN",)
)


def _action(name: str, text: str, *takes: str, optional: bool = False) -> Flag:
    return Flag(name, (f"--{name}",), text, takes, optional, is_action=True)


CHAIN_FLAGS = (
    _action("new", "begin a chain of this name, and switch to it", "NAME"),
    _action("from", "let the next cell continue from turn N of the path", "N"),
    _action("rewind", "cut the path after turn N, or before its last turn", "N", optional=True),
    _action("restore", "bring back the branch of stored turn N, as the tree shows it", "N"),
    _action(
        "resume",
        "take lost turns from a notebook's file, or by a response's id",
        "FILE",
        optional=True,
    ),
    _action("conversation", "join a conversation on the server: its id, or new", "ID"),
    _action("delete-remote", "delete its responses from the server; the turns stay here"),
    _action("list", "show the notebook's chains"),
    _action("delete", "delete a chain and its turns for good", "CHAIN"),
    _action("rename", "give a chain another name", "CHAIN", "NAME"),
    _OTHER,
    Flag("force", ("--force",), "delete without asking"),
)
LOG_FLAGS = (
    Flag("to", ("--to",), "write a file, as md or json", ("FORMAT", "FILE")),
    Flag("reasoning", ("--reasoning",), "with the model's reasoning"),
    Flag("refresh", ("--refresh",), "look at the turns that the server works on in the background"),
    _OTHER,
    Flag("force", ("--force",), "overwrite the file"),
)
CODE_FLAGS = (
    Flag("replace", ("--replace",), "put it into this cell"),
    Flag("chain", ("-c", "--chain"), "the last answer of this chain", ("CHAIN",)),
)
MAP_FLAGS = (
    Flag(
        "forget",
        ("--forget",),
        "delete the answers that map N keeps, or all",
        ("N",),
        optional=True,
    ),
    Flag("force", ("--force",), "delete without asking"),
)


def chain_help() -> str:
    """Return the help that `%qwen_chain?` shows."""
    return _CHAIN_HELP.format(flags=_rows(CHAIN_FLAGS))


def log_help() -> str:
    """Return the help that `%qwen_log?` shows."""
    return _LOG_HELP.format(flags=_rows(LOG_FLAGS))


def code_help() -> str:
    """Return the help that `%qwen_code?` shows."""
    return _CODE_HELP.format(flags=_rows(CODE_FLAGS))


def map_help() -> str:
    """Return the help that `%qwen_map?` shows."""
    return _MAP_HELP.format(flags=_rows(MAP_FLAGS))


def usage_of(flag: Flag) -> str:
    """Return how a flag is written, with its values."""
    values = " ".join(flag.takes)
    return f"{', '.join(flag.flags)} {f'[{values}]' if flag.optional else values}".rstrip()


def _rows(table: tuple[Flag, ...]) -> str:
    width = max(len(usage_of(flag)) for flag in table)
    return "\n".join(f"  {usage_of(flag):<{width}}  {flag.help}" for flag in table)


_CHAIN_HELP = """Show and steer the conversation that a notebook's cells continue.

  %qwen_chain            the current chain: its turns, and the branches beside them
  %qwen_chain NAME       switch to another chain; a new name begins one

Options:
{flags}
"""
_LOG_HELP = """Show the transcript of the current chain, or write it to a file.

  %qwen_log                    the conversation up to now, without what was set aside
  %qwen_log --to md FILE       the same as a Markdown file
  %qwen_log --to json FILE     a list of its turns, each an object with
                               number, prompt, text, model, status, response_id, usage

Options:
{flags}
"""
_CODE_HELP = """Put a block of code from the last answer into the next cell, without running it.

  %qwen_code             the first block of Python, or else the first block
  %qwen_code N           the N-th one; -1 is the last

Options:
{flags}
"""
_MAP_HELP = """List the maps of this notebook, or go on with one.

  %qwen_map              the maps, and how far each is
  %qwen_map N            run map N again: only what is missing is asked

Options:
{flags}
"""
