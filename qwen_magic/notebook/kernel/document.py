"""The notebook's file: which cells it has."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

__all__ = ["cells_in", "ids_at"]


class _Cell(Struct):
    id: str = ""


class _Document(Struct):
    cells: list[_Cell] = []


_read = msgspec.json.Decoder(_Document).decode


def cells_in(path: str) -> tuple[str, ...] | None:
    """Return the ids of the cells in a notebook's file, in order; None if there is no such file.

    Source: the notebook format, "Cell ids". An unreadable file has none.
    """
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        return None
    except OSError:
        return ()
    try:
        return tuple(cell.id for cell in _read(content).cells if cell.id)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ()


def ids_at(path: str) -> frozenset[str] | None:
    """Return the ids of the cells in a notebook's file; None if there is no such file."""
    cells = cells_in(path)
    return None if cells is None else frozenset(cells)
