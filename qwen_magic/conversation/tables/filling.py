"""A prompt with the columns of a table in it, filled row by row (pure, but for image files).

`{{column}}` is the row's value, also if a variable has that name. Names may have spaces, dots and any
letters, as columns do. `{{item}}` is the whole row where no column has that name, `{{column.field}}` a
field of a record. What was put in is not read again. Other braces stay as they are.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.tables.cells import cell_text, image_url, is_missing
from qwen_magic.conversation.tables.paths import found_in, is_path
from qwen_magic.conversation.tables.table import ITEM
from qwen_magic.errors import QwenError, RequestError
from qwen_magic.responses.nearest import suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qwen_magic.conversation.tables.table import Table

__all__ = ["Filled", "Given", "Template"]


_PLACEHOLDER = re.compile(r"[{\uff5b]{2}([^{}\uff5b\uff5d\n]+)[}\uff5d]{2}")
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_NEAR = 0.75


@dataclass(frozen=True, slots=True)
class Given:
    """What stands for a variable in every row: a text, and an image's address beside it."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """One row's prompt, and the columns that were missing in it."""

    prompt: str | list[dict[str, Any]]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Template:
    """A prompt with placeholders.

    Attributes:
        text: As it was written.
        given: What variables became, by name; a column of that name comes first.
        columns: What the rows are made of, once `bound` knows them.
        alias: Another name of an element: a Series's own.
    """

    text: str
    given: Mapping[str, Given] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    alias: str = ""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names in braces, in order, each once."""
        return tuple(dict.fromkeys(map(_name, _PLACEHOLDER.findall(self.text))))

    def bound(self, table: Table) -> Template:
        """Return the template for the rows of a table.

        Raises:
            RequestError: It names something that is no column, or no column at all.
        """
        found = self.over(table)
        wrong = [name for name in found.names if found.is_wrong(name)]
        if wrong:
            raise RequestError(
                f"{{{{{wrong[0]}}}}} is no column of the table",
                hint=_advice(wrong[0], table),
            )
        if not found.used:
            raise RequestError(
                "the text names no column of the table",
                hint=f"write one in double braces: {_listed(found.columns)}",
            )
        return found

    def over(self, table: Table) -> Template:
        """Return the template for the rows of a table, whatever it names."""
        return Template(self.text, self.given, table.columns or (ITEM,), table.alias)

    def fill(self, row: Mapping[str, Any]) -> Filled:
        """Return the prompt of one row.

        Raises:
            RequestError: It is empty, or a cell cannot be read or sent.
        """
        try:
            cells = {key: found_in(row, key) for key in self.used}
            urls = {key: url for key, cell in cells.items() if (url := image_url(cell))}
            missing = tuple(key for key, cell in cells.items() if is_missing(cell))
            text = "".join(
                [one if not key else _cell(cells, key, one, urls) for key, one in self._parts]
            )
        except QwenError:
            raise
        except Exception as exc:  # the class of a cell may raise anything
            why = f"{type(exc).__name__}: {exc}"
            raise RequestError(f"a cell of this row cannot be read: {why}") from exc
        if not text.strip():
            told = f": {', '.join(missing)} is missing" if missing else ""
            raise RequestError(f"the prompt of this row is empty{told}")
        return Filled(_prompt(text, [*urls.values(), *self._urls]), missing)

    @cached_property
    def _parts(self) -> tuple[tuple[str, str], ...]:
        """The text in pieces: a column and its name in braces, or no column and what stands there."""
        pieces = _PLACEHOLDER.split(self.text)
        found = [("", piece) for piece in pieces]
        for at, match in zip(
            range(1, len(pieces), 2), _PLACEHOLDER.finditer(self.text), strict=True
        ):
            name = _name(match[1])
            as_is = self.given[name].text if name in self.given else match[0]
            found[at] = (key, name) if (key := self.column(name)) else ("", as_is)
        return tuple(found)

    @cached_property
    def used(self) -> tuple[str, ...]:
        """The columns that it names."""
        return tuple(dict.fromkeys(key for key, _ in self._parts if key))

    @cached_property
    def opening(self) -> str:
        """What each prompt begins with, whatever the row."""
        return "".join(one for _, one in takewhile(lambda part: not part[0], self._parts))

    @cached_property
    def _urls(self) -> tuple[str, ...]:
        """The images that are the same in each row."""
        names = (name for name in self.names if name in self.given and not self.column(name))
        return tuple(url for name in names if (url := self.given[name].url))

    def column(self, name: str) -> str:
        """Return the column that a name in braces stands for; empty if it stands for none."""
        if name in self.columns:
            return name
        if self.alias and name == _name(self.alias):
            return ITEM
        same = next((one for one in self.columns if _name(one) == name), "")
        return same or (name if is_path(name, self.columns) else "")

    def is_wrong(self, name: str) -> bool:
        """Return whether a name in braces was meant for a column, but is none, nor anything else."""
        from difflib import get_close_matches

        if self.column(name) or name in self.given:
            return False
        return bool(
            _IDENTIFIER.fullmatch(name)
            or get_close_matches(name.lower(), map(str.lower, self.columns), n=1, cutoff=_NEAR)
        )


def _advice(name: str, table: Table) -> str:
    if name in (getattr(table.index, "names", None) or ()):
        return f"{name!r} is the index: reset_index() makes it a column"
    return suggestion(name, table.columns or (ITEM,))


def _cell(cells: Mapping[str, Any], key: str, name: str, urls: Mapping[str, str]) -> str:
    return f"[image: {name}]" if key in urls else cell_text(cells[key])


def _name(written: str) -> str:
    """Return a name without the spaces around it, with plain letters."""
    return unicodedata.normalize("NFKC", written).strip()


def _listed(columns: Sequence[str], most: int = 20) -> str:
    shown = [f"{{{{{name}}}}}" for name in columns[:most]]
    return ", ".join([*shown, "…"] if len(columns) > most else shown)


def _prompt(text: str, urls: Sequence[str]) -> str | list[dict[str, Any]]:
    if not urls:
        return text
    images = [{"type": "input_image", "image_url": url} for url in urls]
    return [{"role": "user", "content": [{"type": "input_text", "text": text}, *images]}]
