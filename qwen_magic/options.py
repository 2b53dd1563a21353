"""Every option, once: the parser, the help and the completion derive from this table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from qwen_magic.errors import CellError, RequestError
from qwen_magic.models import MODELS
from qwen_magic.responses.nearest import known_or_new, one_of
from qwen_magic.responses.request import BUILT_IN_TOOLS, EFFORTS, TOOL_CHOICES

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["APPROVALS", "OPTIONS", "SWITCH", "Option", "check_secret", "option_of", "word_of"]

_SECRET = re.compile(r"\bsk-[A-Za-z0-9_-]{8,}")
_MOST_RETRIES = 10
SWITCH = ("on", "off")
APPROVALS = ("ask", "always", "never")


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
        CellError: It looks like one; the message does not repeat it.
    """
    if isinstance(value, str) and _SECRET.search(value):
        raise CellError(
            f"an API key does not belong {where}: it would be saved in the notebook",
            hint='set it once: import os, getpass; os.environ["DASHSCOPE_API_KEY"] = getpass.getpass()',
        )


def word_of(what: str, allowed: tuple[str, ...]) -> Callable[[str], str]:
    """Return a function that reads one of several allowed words."""
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
    return tuple(name.strip() for name in re.split("[,，、;；]", text) if name.strip())


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


def _retries(text: str) -> int:
    number = _whole("schema-retries")(text)
    if not 0 <= number <= _MOST_RETRIES:
        raise RequestError(f"{number} corrections are out of range", hint=f"0 to {_MOST_RETRIES}")
    return number


OPTIONS: tuple[Option, ...] = (
    Option("model", ("-m", "--model"), "the model that answers", "MODEL", values=MODELS),
    Option(
        "effort",
        ("-e", "--effort"),
        f"how hard to think: {', '.join(EFFORTS)}",
        "LEVEL",
        lambda text: known_or_new("effort", text, EFFORTS),
        EFFORTS,
    ),
    Option(
        "system", ("-s", "--system"), 'the chain\'s system message, in quotes; "" for none', "TEXT"
    ),
    Option(
        "tools",
        ("-t", "--tools"),
        f"tools it may use: functions by name, {', '.join(BUILT_IN_TOOLS)}",
        "A,B",
        _names,
        BUILT_IN_TOOLS,
        many=True,
    ),
    Option(
        "mcp",
        ("--mcp",),
        "MCP servers it may use: a variable, or a file of mcpServers",
        "NAME",
    ),
    Option(
        "approve",
        ("--approve",),
        "before a function is called: ask you, always call it, or never",
        "WORD",
        word_of("approve", APPROVALS),
        APPROVALS,
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
        "schema",
        ("--schema",),
        'the answer as a value: a type, a JSON schema, or "name: str, price: float"',
        "SHAPE",
        _named("--schema"),
    ),
    Option("value", ("--value",), "keep that value in this variable", "NAME", _variable),
    Option(
        "schema_retries",
        ("--schema-retries",),
        "how often the model may correct a value that does not fit; 2 unless set",
        "N",
        _retries,
    ),
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
        word_of("cache", SWITCH),
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
    Option(
        "background",
        ("--background",),
        "return at once while the server works; %qwen_log --refresh shows the answer",
    ),
    Option(
        "fetch",
        ("--fetch",),
        "show a response that the server keeps, instead of asking",
        "ID",
        _named("--fetch"),
    ),
    Option("raw", ("--raw",), "send {{name}} as it stands"),
    Option("dry_run", ("--dry-run",), "show the request, send nothing"),
)
_BY_FLAG = {flag: option for option in OPTIONS for flag in option.flags}
