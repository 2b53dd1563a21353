"""What Spark wants: the columns declared, and cells that fit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.tables.cells import is_missing
from qwen_magic.conversation.tables.frames import kinds_of
from qwen_magic.conversation.tools.json_text import is_of

if TYPE_CHECKING:
    from qwen_magic.conversation.tables.fields import Field, Kind

__all__ = ["declared", "fitting"]

_TYPES = {
    "text": "string",
    "integer": "long",
    "number": "double",
    "boolean": "boolean",
    "date": "date",
    "datetime": "timestamp",
}


def declared(fields: tuple[Field, ...]) -> str:
    """Return the columns of an answer as Spark declares them; records are their JSON."""
    return ", ".join(f"`{name}` {_type(kind)}" for name, kind in kinds_of(fields).items())


def fitting(found: Any, fields: tuple[Field, ...]) -> Any:  # noqa: ANN401 - a frame of pandas
    """Return a frame whose cells are as they are declared; one of another library as it is."""
    if not is_of(found, "pandas", "DataFrame"):
        return found
    for name, kind in kinds_of(fields).items():
        if kind.word == "date":
            found[name] = found[name].astype("object").map(_day)
        elif _type(kind) == "string" and kind.word != "text":
            found[name] = [_written(cell) for cell in found[name]]
    return found


def _type(kind: Kind) -> str:
    if kind.word == "list" and kind.inner[0][1].word in {"text", "integer", "number", "boolean"}:
        return f"array<{_type(kind.inner[0][1])}>"
    return _TYPES.get(kind.word, "string")


def _day(cell: Any) -> Any:  # noqa: ANN401
    return None if is_missing(cell) else cell.date()


def _written(cell: Any) -> str | None:  # noqa: ANN401
    return None if cell is None else json.dumps(cell, ensure_ascii=False)
