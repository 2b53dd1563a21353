"""`%%qwen --map`: a cell → what is asked for each row (pure), and what is said before it is asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.chains.tree import counted
from qwen_magic.conversation.spreading.frames import is_dask
from qwen_magic.conversation.tables.files import SUFFIXES
from qwen_magic.conversation.tables.filling import Given, Template
from qwen_magic.conversation.tables.native import is_native
from qwen_magic.conversation.tables.rows import table
from qwen_magic.conversation.tables.table import ITEM
from qwen_magic.conversation.turn.frames import record_of
from qwen_magic.errors import CellError, RequestError
from qwen_magic.excerpt import cut
from qwen_magic.notebook.magics.values import fill
from qwen_magic.notebook.mapping.wording import short
from qwen_magic.options import OPTIONS
from qwen_magic.responses.nearest import suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qwen_magic.conversation.mapping.estimate import Estimate
    from qwen_magic.conversation.tables.table import Table
    from qwen_magic.notebook.magics.cell import Cell

__all__ = [
    "MANY",
    "Prepared",
    "check_filled",
    "check_map",
    "dry_run_of",
    "is_found",
    "may_be_table",
    "prepared",
    "question_of",
    "source_of",
    "template_of",
]

MANY = 100
"""New rows; above so many, a person is asked first."""

_ELSEWHERE = (
    *("new", "append", "from_turn", "conversation"),
    *("messages", "background", "fetch", "raw", "value"),
)
"""Options that say where one turn goes, or what becomes of it."""

_SHOWN = 1_500  # characters of a filled prompt
_OTHERS = {"value": "-o keeps the frame", "raw": "{{column}} must be filled in"}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A cell's table and template.

    Attributes:
        notes: A line for each variable that was filled in.
        is_short: Whether there are few rows, whatever is known of them.
    """

    table: Table
    template: Template
    notes: tuple[str, ...] = ()
    is_short: bool = False


def check_map(options: Mapping[str, Any]) -> None:
    """Refuse options that do not go with a map.

    Raises:
        CellError: Names the first of them.
    """
    for name in _ELSEWHERE:
        if name in options:
            flag = next(option.flags[-1] for option in OPTIONS if option.name == name)
            hint = _OTHERS.get(name, "each row is a conversation of its own, outside the chain")
            raise CellError(f"{flag} does not go with --map", hint=hint)
    if "chain" in options and not options.get("as_context"):
        raise CellError(
            "-c does not go with --map", hint="add --as-context to tell that chain of the rows"
        )


def prepared(cell: Cell, variables: Mapping[str, object]) -> Prepared:
    """Return what a cell asks of which rows.

    Raises:
        CellError: There is no such table, or a variable cannot be shown.
        RequestError: It is no table, or the text names no column of it.
    """
    rows, is_short = table(_rows(cell.options, variables)), False
    if rows.once:
        rows, is_short = rows.ahead(MANY)
    template, notes = template_of(cell.text, rows, variables)
    return Prepared(rows, template, notes, is_short)


def template_of(
    text: str, rows: Table, variables: Mapping[str, object]
) -> tuple[Template, tuple[str, ...]]:
    """Return a cell's text as it fits a table's rows, and a line for each variable in it.

    Raises:
        CellError: A variable cannot be shown.
        RequestError: The text names no column of the table.
    """
    template = Template(text).over(rows)
    filled = {
        name: fill(f"{{{{{name}}}}}", variables)
        for name in template.names
        if name in variables and not template.column(name)
    }
    given = {
        name: Given(found.text, next((image.url for image in found.images), ""))
        for name, found in filled.items()
    }
    notes = tuple(note for found in filled.values() for note in found.notes)
    return Template(text, given).bound(rows), notes


def source_of(options: Mapping[str, Any], variables: Mapping[str, object]) -> str:
    """Return the file that a cell's table is, wherever the kernel runs later; empty if it is none."""
    rows = _rows(options, variables)
    is_file = isinstance(rows, str | PurePath) and str(rows).lower().endswith(SUFFIXES)
    return str(Path(str(rows)).expanduser().absolute()) if is_file else ""


def is_found(options: Mapping[str, Any], variables: Mapping[str, object]) -> bool:
    """Return whether there is a table of that name, or a file that it may be."""
    try:
        _rows(options, variables)
    except CellError:
        return False
    return True


def _rows(options: Mapping[str, Any], variables: Mapping[str, object]) -> object:
    name = options["map"]
    if name in variables:
        return variables[name]
    if options.get("source"):  # where a map that goes on had its rows from
        return options["source"]
    if name.lower().endswith(SUFFIXES):
        return name
    tables = (key for key, value in variables.items() if may_be_table(value))
    known = [key for key in tables if not key.startswith("_")]
    raise CellError(
        f"--map {name!r} is no variable",
        hint=suggestion(name, known) if known else f"a table, or a file: {', '.join(SUFFIXES)}",
    )


def may_be_table(value: object) -> bool:
    """Return whether to offer a variable as a table."""
    is_plain = isinstance(value, list | tuple | dict) and bool(value)
    return is_native(value) or is_dask(value) or is_plain


def check_filled(found: Prepared, estimate: Estimate) -> None:
    """Refuse a table of which no row can be asked.

    Raises:
        RequestError: Tells the first row's reason.
    """
    if not estimate.rows or estimate.unfilled < estimate.rows:
        return
    try:
        found.template.fill(next(found.table.batches(1))[0])
    except RequestError as error:
        raise RequestError(
            f"no row can be asked: {error.args[0]}", hint="nothing was sent"
        ) from error


def columns_of(value: Any) -> list[str]:  # noqa: ANN401 - anything with rows
    """Return the names that a prompt over a table may use, without reading the table."""
    if is_native(value) or is_dask(value):
        names = getattr(value, "column_names", getattr(value, "columns", None))
        if names is None:  # a Series
            return [name for name in (getattr(value, "name", ""), ITEM) if name]
        return [".".join(map(str, one)) if isinstance(one, tuple) else str(one) for one in names]
    rows = value.values() if isinstance(value, dict) else value
    first = record_of(next(iter(rows), None)) if isinstance(rows, Iterable) else None
    return [ITEM] if first is None else [*first]


def question_of(estimate: Estimate) -> str:
    """Return what to ask a person before so many rows are asked; empty if they are few."""
    new = estimate.new
    if new is not None and new <= MANY:
        return ""
    rows = "Rows of an unknown number" if new is None else counted(new, "row")
    known = f", {estimate.known:,} are known already" if estimate.known else ""
    tokens = "" if estimate.tokens is None else f", about {short(estimate.tokens)} tokens"
    return f"{rows} would be asked{tokens}{known}"


def dry_run_of(estimate: Estimate) -> str:
    """Return what would be asked, without asking it: the first prompts, and how many there are."""
    prompts = [
        f"--- prompt {number}\n{cut(_text(prompt), _SHOWN)}\n"
        for number, prompt in enumerate(estimate.prompts, 1)
    ]
    rows = "an unknown number of rows" if estimate.rows is None else counted(estimate.rows, "row")
    told = [
        rows,
        "" if estimate.distinct is None else f"{estimate.distinct:,} distinct",
        f"{estimate.unfilled:,} without a prompt" if estimate.unfilled else "",
        f"{estimate.known:,} known already",
        "" if estimate.new is None else f"{estimate.new:,} to ask",
    ]
    empty = [f"{count:,} in {name}" for name, count in estimate.missing.items() if count]
    guess = ", a guess before the first answers" if estimate.is_guess else ""
    tokens = "" if estimate.tokens is None else f"about {short(estimate.tokens)}{guess}"
    lines = [
        *prompts,
        "---",
        ", ".join(filter(None, told)),
        f"Tokens: {tokens}",
        *([f"Empty cells: {', '.join(empty)}"] if empty else []),
        "Nothing was sent.",
    ]
    return "\n".join(lines)


def _text(prompt: Any) -> str:  # noqa: ANN401 - a text, or messages with images
    if isinstance(prompt, str):
        return prompt
    return "\n".join(
        part.get("text", "[an image]") for message in prompt for part in message["content"]
    )
