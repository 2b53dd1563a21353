"""What a name in braces finds in a row: a column, the whole row, a field of a record in it (pure)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.tables.cells import is_missing
from qwen_magic.conversation.tables.table import ITEM
from qwen_magic.conversation.turn.frames import record_of
from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["found_in", "is_path"]

_PATH = re.compile(r"[^.\s]+(\.[^\W\d]\w*)+")


def is_path(name: str, columns: Sequence[str]) -> bool:
    """Return whether a name is the whole row, or leads from it or from a column to a field."""
    root, _, rest = name.partition(".")
    return (root in columns or root == ITEM) and (not rest or bool(_PATH.fullmatch(name)))


def found_in(row: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - any cell
    """Return what a name finds in a row; None where a record on its way lacks the field.

    Raises:
        RequestError: What should have the field is no record.
    """
    if name in row:
        return row[name]
    root, *fields = name.split(".")
    found: Any = row.get(root) if root in row or root != ITEM else dict(row)
    for field in fields:
        if is_missing(found):
            return None
        record = record_of(found)
        if record is None:
            raise RequestError(
                f"{{{{{name}}}}}: {type(found).__name__} has no fields, so no {field!r}"
            )
        found = record.get(field)
    return found
