"""An error that left a cell, and the errors that led to it (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qwen_magic.excerpt import whole

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CAUSED", "MEANWHILE", "Failure", "chain_of", "members_of", "notes_of", "said_by"]

_DEEPEST = 6  # errors that led to one another
_MEMBERS = 5  # of a group
_LONGEST = 4_000  # characters of a message
CAUSED = "The above exception was the direct cause of the following exception:"
MEANWHILE = "During handling of the above exception, another exception occurred:"


@dataclass(frozen=True, slots=True, eq=False)
class Failure:
    """An error that left a cell.

    Attributes:
        error: The error.
        source: The cell, as it was written; empty if it is not known.
        number: The number of the cell's run; 0 if it is not known.
        cell: The cell's id; empty if the front end has none.
    """

    error: BaseException
    source: str = ""
    number: int = 0
    cell: str = ""

    @property
    def kind(self) -> str:
        """The name of the error's type."""
        return type(self.error).__name__


def chain_of(error: BaseException) -> list[tuple[BaseException, str]]:
    """Return the errors that led to one, the first one first, each with what links it to the next."""
    found: list[tuple[BaseException, str]] = [(error, "")]
    while len(found) < _DEEPEST:
        last = found[0][0]
        cause = last.__cause__
        before = cause or (None if last.__suppress_context__ else last.__context__)
        if before is None or any(before is known for known, _ in found):
            break
        found.insert(0, (before, CAUSED if cause else MEANWHILE))
    return found


def members_of(error: BaseException) -> Iterator[BaseException]:
    """Yield the errors of a group, the first ones of many."""
    if isinstance(error, BaseExceptionGroup):
        yield from error.exceptions[:_MEMBERS]


def said_by(error: BaseException) -> str:
    """Return what an error says; of a long text, its beginning."""
    if isinstance(error, SyntaxError):
        return whole(str(error.msg), _LONGEST)
    try:
        text = str(error)
    except Exception as failed:  # noqa: BLE001 - a reader's own __str__ may raise anything
        return f"its __str__ raised {type(failed).__name__}"
    return text if len(text) <= _LONGEST else f"{whole(text, _LONGEST)}…"


def notes_of(error: BaseException) -> list[str]:
    """Return what was added to an error (`add_note`), bounded."""
    notes = getattr(error, "__notes__", ())
    texts = [note for note in notes if isinstance(note, str)] if isinstance(notes, list) else []
    return [whole(text, _LONGEST) for text in texts[:_MEMBERS]]
