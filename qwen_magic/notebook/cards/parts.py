"""The parts of a card: bounded plain values, not yet escaped for any view (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from qwen_magic.conversation.chains.tree import counted
from qwen_magic.notebook.cards.citing import with_citations
from qwen_magic.notebook.cards.wording import LONGEST, WHOLE, cut, loaded, pretty

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qwen_magic.notebook.cards.citing import Mark

__all__ = [
    "Code",
    "Drawn",
    "Links",
    "Logs",
    "Note",
    "Part",
    "Picture",
    "Raw",
    "Row",
    "Rows",
    "State",
    "Value",
    "Words",
    "as_json",
    "as_links",
    "as_logs",
    "as_note",
    "labelled",
]

_LINKS = 30


@dataclass(frozen=True, slots=True)
class Words:
    """What the model says, in Markdown, and where it cites what.

    The views draw `cited`; `text` is what the model wrote. Its footnotes have ids of this `scope`.
    """

    text: str
    marks: tuple[Mark, ...] = ()
    scope: str = ""

    @property
    def cited(self) -> str:
        """The Markdown with its citations, for `notebook.markdown`."""
        return with_citations(self.text, self.marks)


@dataclass(frozen=True, slots=True)
class Code:
    """A program, or JSON."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Logs:
    """A tool's output, character for character."""

    text: str


@dataclass(frozen=True, slots=True)
class Links:
    """Labels and the addresses they lead to."""

    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A source: its number, or 0 if it is not cited; its name, its address, and its site."""

    number: int
    title: str
    url: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Sources, those that are cited first."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A value of JSON, as far as it has arrived."""

    value: object


@dataclass(frozen=True, slots=True)
class Raw:
    """JSON that folds, below what it shows."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """A plain sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """One of the reader's own images, as a data URL."""

    url: str


Part: TypeAlias = Words | Code | Logs | Links | Rows | Value | Raw | Note | Picture
Drawn: TypeAlias = tuple[str, tuple[Part, ...]]
"""A card's title and its parts."""
State: TypeAlias = Literal[
    "running", "waiting for approval", "done", "failed", "not called", "stopped"
]


def as_json(text: str) -> tuple[Part, ...]:
    """Return JSON as code; a text that is no JSON object or list stays as it is."""
    value = loaded(text)
    if not isinstance(value, dict | list):
        return as_logs(text)
    drawn = pretty(value, WHOLE) if value else ""
    return (Code(drawn, "json"),) if 0 < len(drawn) <= LONGEST else as_logs(drawn)


def as_logs(text: str, limit: int = WHOLE) -> tuple[Part, ...]:
    """Return a tool's text, if there is any."""
    return (Logs(cut(text, limit)),) if text.strip() else ()


def as_note(text: str) -> tuple[Part, ...]:
    """Return a sentence, if there is one."""
    return (Note(text),) if text else ()


def as_links(pairs: Iterable[tuple[str, str]]) -> tuple[Part, ...]:
    """Return one link for each address, and how many more there are."""
    labels: dict[str, str] = {}
    for label, url in pairs:
        labels.setdefault(url, label)
    shown = tuple((label, url) for url, label in labels.items())[:_LINKS]
    left = len(labels) - len(shown)
    more = as_note(f"… {counted(left, 'more link')}" if left else "")
    return (Links(shown), *more) if shown else ()


def labelled(label: str, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Return the parts under a label, if there are any."""
    return (Note(label), *parts) if parts else ()
