"""Every option, once: the parser, the help and the completion derive from this table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qwen_magic.models import MODELS
from qwen_magic.readers import (
    APPROVALS,
    SWITCH,
    above_zero,
    named,
    names,
    number,
    retries,
    switch,
    tokens,
    variable,
    whole,
    word_of,
)
from qwen_magic.responses.nearest import known_or_new
from qwen_magic.responses.request import BUILT_IN_TOOLS, EFFORTS, TOOL_CHOICES

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["OPTIONS", "Option", "option_of"]


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
        names,
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
        whole("turn"),
    ),
    Option("out", ("-o", "--out"), "keep the turn in this variable, too", "NAME", variable),
    Option(
        "schema",
        ("--schema",),
        'the answer as a value: a type, a JSON schema, or "name: str, price: float"',
        "SHAPE",
        named("--schema"),
    ),
    Option("value", ("--value",), "keep that value in this variable", "NAME", variable),
    Option(
        "schema_retries",
        ("--schema-retries",),
        "how often the model may correct a value that does not fit; 2 unless set",
        "N",
        retries,
    ),
    Option(
        "temperature",
        ("--temperature",),
        "0 ≤ T < 2; higher is more varied",
        "T",
        number("temperature"),
    ),
    Option("top_p", ("--top-p",), "0 < P ≤ 1; lower is more focused", "P", number("top_p")),
    Option(
        "max_output_tokens",
        ("--max-output-tokens",),
        "stop after so many tokens, at least 16",
        "N",
        whole("max_output_tokens"),
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
        switch("thinking"),
        SWITCH,
    ),
    Option(
        "conversation",
        ("--conversation",),
        "join a conversation kept by the server, instead of the chain",
        "ID",
        named("--conversation"),
    ),
    Option(
        "messages",
        ("--messages",),
        "send the list of messages in this variable, instead of text",
        "NAME",
        variable,
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
        named("--fetch"),
    ),
    Option(
        "map",
        ("--map",),
        "ask for each row of a table: a DataFrame, a list, a file; {{column}} is the row's value",
        "NAME",
        named("--map"),
    ),
    Option("limit", ("--limit",), "ask for the first N rows only", "N", above_zero("limit")),
    Option("sample", ("--sample",), "ask for N rows from everywhere", "N", above_zero("sample")),
    Option(
        "budget", ("--budget",), "stop before so many tokens are spent, such as 2M", "N", tokens
    ),
    Option(
        *("answers", ("--answers",), "keep the answers in this folder, which computers may share"),
        *("URL", named("--answers")),
    ),
    Option("fresh", ("--fresh",), "ask anew for rows that have an answer already"),
    Option("keep_going", ("--keep-going",), "ask on though the first rows all fail"),
    Option("yes", ("--yes",), "ask for many rows without a question first"),
    Option("as_context", ("--as-context",), "tell the chain what came of the rows"),
    Option(
        "local",
        ("--local",),
        "list the models on this computer; load starts one, stop ends it",
    ),
    Option("over", ("--over",), "ask also if the day's budget does not last"),
    Option("raw", ("--raw",), "send {{name}} as it stands"),
    Option("dry_run", ("--dry-run",), "show the request, send nothing"),
)
_BY_FLAG = {flag: option for option in OPTIONS for flag in option.flags}
