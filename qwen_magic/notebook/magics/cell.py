"""The magic line and the cell's body → a Cell (pure).

Options come first and are read like a command line. What follows them is text, kept exactly as
written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qwen_magic.errors import CellError, RequestError
from qwen_magic.excerpt import cut
from qwen_magic.options import OPTIONS, Option, option_of
from qwen_magic.readers import check_secret
from qwen_magic.responses.nearest import suggestion
from qwen_magic.typed import QUOTED, plain, plain_flag, unquoted

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["Cell", "parse_cell", "unknown_option"]

_TOKEN = re.compile(r"\s*(--?[A-Za-z][\w-]*)(=?)")
_QUOTED = re.compile(rf"\s*({QUOTED.pattern})", re.DOTALL)
_OPENING = frozenset("\"'“\u2018\uff02\uff07「『")
_AS_TYPED = frozenset(
    {"system", "chain", "mcp", "schema", "map"}
)  # other values are the wire's or Python's words
_WORD = re.compile(r"\s*(\S+)")
_APART = (
    frozenset({"new", "append", "from_turn", "conversation"}),
    frozenset({"chain", "conversation"}),
)
"""Options that each say where the turn goes; a cell may give one of a set."""

_OF_MAPS = ("limit", "sample", "budget", "answers", "fresh", "keep_going", "yes", "as_context")
"""Options that say how rows are asked."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A question as it was written.

    Attributes:
        text: What to ask, exactly as written.
        options: The values of the options that were given, by name.
    """

    text: str
    options: dict[str, Any] = field(default_factory=dict)


def parse_cell(line: str, body: str | None = None) -> Cell:
    """Read a magic line, and the cell's body if there is one.

    Raises:
        CellError: An option is unknown, lacks its value, or comes twice; or there is text both on
            the line and below it.
        RequestError: An option's value is not allowed.
    """
    check_secret(plain(line), "on the magic line")
    if body is not None and not any(char.isspace() for char in body.strip()):
        check_secret(body, "in a cell")
    options, text = _options(line)
    _refuse_several(options)
    if lonely := [
        name for name in ("value", "schema_retries") if name in options and "schema" not in options
    ]:
        flag = f"--{lonely[0].replace('_', '-')}"
        raise CellError(f"{flag} needs --schema", hint='--schema "name: str, price: float"')
    if idle := [name for name in _OF_MAPS if name in options and "map" not in options]:
        flag = f"--{idle[0].replace('_', '-')}"
        raise CellError(f"{flag} needs --map", hint="--map NAME asks for each row of a table")
    if body is None or not body.strip():
        return Cell(text, options)
    if text.strip():
        raise CellError(
            f"unexpected text on the %%qwen line: {cut(text, 40)!r}",
            hint=_advice(text, line),
        )
    return Cell(body.removesuffix("\n"), options)


def _options(line: str) -> tuple[dict[str, Any], str]:
    """Return the options at the start of a line, and what follows them."""
    found: dict[str, Any] = {}
    rest = line
    while (token := _TOKEN.match(rest := plain_flag(rest, option_of))) is not None:
        option = _option(token[1])
        if option.name in found:
            raise CellError(f"{token[1]} is given twice", hint="leave one of them out")
        rest = rest[token.end() :]
        if not option.takes:
            if token[2]:
                raise CellError(f"{token[1]} takes no value", hint=_usage(token[1], option))
            found[option.name] = True
            continue
        text, rest = _value(token[1], rest, option)
        found[option.name] = _read(token[1], text, option)
    end = re.match(r"\s*--(?=\s|$)", rest)
    return found, rest[end.end() :].strip() if end else rest.strip()


def _advice(text: str, line: str) -> str:
    """Return what a text between the options and the question was probably meant for."""
    if line[: line.rindex(text)].strip():
        return "the question goes below; a value with spaces needs quotes"
    return f"the question goes below; a model after -m: %%qwen -m {text.split(maxsplit=1)[0]}"


def _refuse_several(options: dict[str, Any]) -> None:
    """Refuse options that disagree about where the turn goes."""
    for names in _APART:
        given = [option.flags[0] for option in OPTIONS if option.name in names & options.keys()]
        if len(given) > 1:
            raise CellError(
                f"{' and '.join(given)} exclude each other", hint="leave one of them out"
            )


def _option(flag: str) -> Option:
    option = option_of(flag)
    if option is not None:
        return option
    if "key" in flag:
        check_secret("sk-00000000", "on the magic line")
    flags = [known for option in OPTIONS for known in option.flags if known.startswith("--")]
    raise unknown_option(flag, flags, "%%qwen")


def unknown_option(written: str, known: Collection[str], magic: str) -> CellError:
    """Return the refusal of an option that a magic does not have."""
    asks = written in {"-h", "--help"}
    hint = f"{magic}? shows the help" if asks else f"{suggestion(written, known)}; see {magic}?"
    return CellError(f"unknown option {written!r}", hint=hint)


def _value(flag: str, rest: str, option: Option) -> tuple[str, str]:
    quoted = _QUOTED.match(rest)
    if quoted and (quoted[1][0] not in "\"'" or rest[quoted.end() :][:1].strip() == ""):
        return unquoted(quoted[1]), rest[quoted.end() :]
    word = _WORD.match(rest)
    if word is not None and word[1][0] in _OPENING:
        raise CellError(f"the quote after {flag} is not closed", hint=f'{flag} "…"')
    if word is None or option_of(plain_flag(word[1], option_of).partition("=")[0]):
        raise CellError(f"{flag} needs a value", hint=_usage(flag, option))
    return word[1], rest[word.end() :]


def _read(flag: str, text: str, option: Option) -> Any:  # noqa: ANN401 - each option's own
    check_secret(plain(text), "on the magic line")
    try:
        return option.read(text if option.name in _AS_TYPED else plain(text))
    except RequestError as error:
        error.hint = error.hint or _usage(flag, option)
        raise


def _usage(flag: str, option: Option) -> str:
    return f"{flag} {option.takes}".strip() + f": {option.help}"
