"""Every option, once: the parser, the traits, the help and the completion derive from this table."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from keyword import iskeyword
from math import isfinite
from typing import TYPE_CHECKING, Any

from qwen_magic.errors import CellError, RequestError
from qwen_magic.responses.endpoint import REGIONS, clean_base
from qwen_magic.responses.nearest import one_of
from qwen_magic.responses.request import BUILT_IN_TOOLS, EFFORTS, MODELS, TOOL_CHOICES

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CHECKS", "OPTIONS", "Option", "check_secret", "help_of", "help_text", "option_of"]

_SECRET = re.compile(r"\bsk-[A-Za-z0-9_-]{8,}")
_WIDTH, _USAGE_WIDTH = 79, 23
SWITCH = ("on", "off")


@dataclass(frozen=True, slots=True)
class Option:
    """One option of the magic line.

    Attributes:
        name: The field it sets.
        flags: How it is written.
        help: What it does, in one line.
        takes: The word that stands for its value in the help; empty for a switch.
        read: Text → value; raises a `QwenError` for a value that is not allowed.
        values: What completion offers.
        many: Whether the value is a list of names, separated by commas.
    """

    name: str
    flags: tuple[str, ...]
    help: str
    takes: str = ""
    read: Callable[[str], Any] = str
    values: tuple[str, ...] = ()
    many: bool = False


def option_of(flag: str) -> Option | None:
    """Return the option that a flag names."""
    return _BY_FLAG.get(flag)


def check_secret(value: object, where: str) -> None:
    """Refuse what looks like an API key.

    Raises:
        CellError: It does; the message does not repeat it.
    """
    if isinstance(value, str) and _SECRET.search(value):
        raise CellError(
            f"an API key does not belong {where}: it would be saved in the notebook",
            hint='set it once: import os, getpass; os.environ["DASHSCOPE_API_KEY"] = getpass.getpass()',
        )


def help_of(name: str) -> str:
    """Return what an option or a setting does, in one line."""
    return _SETTINGS.get(name) or next(option.help for option in OPTIONS if option.name == name)


def help_text() -> str:
    """Return the help that `%%qwen?` shows."""
    options = "\n".join(map(_described, OPTIONS))
    names = [name for name in CHECKS if name != "api_key"]
    settings = textwrap.fill(", ".join(names), _WIDTH, initial_indent="  ", subsequent_indent="  ")
    return _HELP.format(options=options, settings=settings)


def _described(option: Option) -> str:
    """Return an option as the help shows it: how it is written, then what it does."""
    usage = f"  {_usage(option):<{_USAGE_WIDTH}}  "
    return textwrap.fill(
        option.help, _WIDTH, initial_indent=usage, subsequent_indent=" " * len(usage)
    )


def _usage(option: Option) -> str:
    return f"{', '.join(option.flags)} {option.takes}".rstrip()


def _one_of(what: str, allowed: tuple[str, ...]) -> Callable[[str], str]:
    return lambda text: one_of(what, text, allowed)


def _number(what: str) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            return float(text)
        except ValueError:
            raise RequestError(f"{what} {text!r} is no number") from None

    return read


def _whole(what: str) -> Callable[[str], int]:
    def read(text: str) -> int:
        try:
            return int(text.replace("_", ""))
        except ValueError:
            raise RequestError(f"{what} {text!r} is no whole number") from None

    return read


def _switch(what: str) -> Callable[[str], bool]:
    return lambda text: one_of(what, text, SWITCH) == "on"


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _named(flag: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not text.strip():
            raise RequestError(f"{flag} is empty")
        return text

    return read


def _variable(text: str) -> str:
    if not text.isidentifier() or iskeyword(text):
        raise RequestError(f"{text!r} is no name of a variable")
    return text


OPTIONS: tuple[Option, ...] = (
    Option("model", ("-m", "--model"), "the model that answers", "MODEL", values=MODELS),
    Option(
        "effort",
        ("-e", "--effort"),
        f"how hard to think: {', '.join(EFFORTS)}",
        "LEVEL",
        _one_of("effort", EFFORTS),
        EFFORTS,
    ),
    Option(
        "system", ("-s", "--system"), 'the chain\'s system message, in quotes; "" for none', "TEXT"
    ),
    Option(
        "tools",
        ("-t", "--tools"),
        f"tools it may use: {', '.join(BUILT_IN_TOOLS)}; or variables that hold an MCP server",
        "A,B",
        _names,
        BUILT_IN_TOOLS,
        many=True,
    ),
    Option(
        "tool_choice",
        ("--tool-choice",),
        "auto, none, required, or the names of tools it must choose from",
        "CHOICE",
        values=(*TOOL_CHOICES, *BUILT_IN_TOOLS),
        many=True,
    ),
    Option("chain", ("-c", "--chain"), "ask in another chain, for this cell", "NAME"),
    Option("new", ("--new",), "start the chain afresh"),
    Option(
        "append", ("--append",), "continue from the chain's end, also when the cell is run again"
    ),
    Option(
        "from_turn",
        ("--from",),
        "continue from turn N of the chain; what followed it is set aside",
        "N",
        _whole("turn"),
    ),
    Option("out", ("-o", "--out"), "keep the turn in this variable, too", "NAME", _variable),
    Option(
        "temperature",
        ("--temperature",),
        "0 ≤ T < 2; higher is more varied",
        "T",
        _number("temperature"),
    ),
    Option("top_p", ("--top-p",), "0 < P ≤ 1; lower is more focused", "P", _number("top_p")),
    Option(
        "max_output_tokens",
        ("--max-output-tokens",),
        "stop after so many tokens, at least 16",
        "N",
        _whole("max_output_tokens"),
    ),
    Option(
        "session_cache",
        ("--cache",),
        "cache the conversation on the server: on or off",
        "SWITCH",
        _one_of("cache", SWITCH),
        SWITCH,
    ),
    Option(
        "thinking",
        ("--thinking",),
        "think or not: on or off; not together with -e",
        "SWITCH",
        _switch("thinking"),
        SWITCH,
    ),
    Option(
        "conversation",
        ("--conversation",),
        "join a conversation kept by the server, instead of the chain",
        "ID",
        _named("--conversation"),
    ),
    Option(
        "messages",
        ("--messages",),
        "send the list of messages in this variable, instead of text",
        "NAME",
        _variable,
    ),
    Option("no_stream", ("--no-stream",), "wait for the whole answer"),
    Option("raw", ("--raw",), "send {{name}} as it stands"),
    Option("dry_run", ("--dry-run",), "show the request, send nothing"),
)
_BY_FLAG = {flag: option for option in OPTIONS for flag in option.flags}

_SETTINGS = {
    "region": f"where Model Studio answers: {', '.join(REGIONS)} (offline)",
    "workspace": "the workspace's id, part of the address in some regions",
    "base_url": "another server's address, without /responses",
    "history": "on keeps chains for the next kernel, off only for this one",
    "reuse": "same shows the stored turn of an unchanged question, never always asks",
    "resend": "True sends the whole conversation each time: for servers, as Ollama, that ignore ids",
    "timeout": "the longest silence in seconds, before the answer and between its events",
    "show_reasoning": "whether reasoning is displayed",
    "updates_per_second": "how often a growing answer is redrawn, at most",
    "api_key": "never here, where the notebook would save it: in DASHSCOPE_API_KEY",
}


def _plain(value: str) -> None:
    check_secret(value, "in the configuration")


def _refused(value: str) -> None:
    if value:
        check_secret("sk-00000000", "in the configuration")


def _finite(value: float) -> None:
    if not isfinite(value):
        raise RequestError(f"timeout {value!r} is no number of seconds", hint="for example 3600")


def _unless_empty(check: Callable[[str], object]) -> Callable[[str], object]:
    return lambda value: check(value) if value else None


CHECKS: dict[str, Callable[[Any], object]] = {
    "model": _plain,
    "region": _one_of("region", REGIONS),
    "workspace": _plain,
    "base_url": _unless_empty(clean_base),
    "effort": _unless_empty(_one_of("effort", EFFORTS)),
    "system": _plain,
    "tools": lambda names: _plain(" ".join(names)),
    "chain": _plain,
    "history": _one_of("history", SWITCH),
    "reuse": _one_of("reuse", ("never", "same")),
    "timeout": _finite,
    "session_cache": _unless_empty(_one_of("session cache", SWITCH)),
    "api_key": _refused,
}

_HELP = """Ask Qwen.

  %%qwen [options]        the question is the cell's text below
  %qwen [options] text    the question is the rest of the line
  %qwen                   where questions go, and what they have cost so far

The text is sent as it is written. Only {{{{name}}}}, where name is a variable, is
filled in: a string as it is, a table or an array as a table, a figure as an
image. Each question continues the one before; the answer is in _qwen, too.

Options:
{options}

For all cells: %config QwenMagics.model = "…"; likewise
{settings}
"""
