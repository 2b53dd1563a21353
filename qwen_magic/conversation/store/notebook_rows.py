"""Notebooks as rows of the store; each function does one piece of work on its tables."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from msgspec import Struct

from qwen_magic.conversation.chains.identity import Copied, Known, Renamed, Same, identify
from qwen_magic.responses.lenient import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qwen_magic.conversation.chains.identity import CellsAt, Seen
    from qwen_magic.conversation.store.schema import Rows

__all__ = ["Notebook", "delete_cells", "enter", "fetch", "note"]

_FIRST_CHAIN = "main"
# Turns of the demo and of each cassette belong to rows of their own: "demo:" and the notebook's id.
# A notebook elsewhere is only told by its texts if they are most of what asks here (`identify`), and
# no more of its cells are counted than it takes to say that they are not most of what asks there.
_MEANT = """
    WITH ids AS (SELECT value FROM json_each(:ids)),
    sources AS (SELECT value FROM json_each(:sources)),
    sharing AS (SELECT notebook, count(*) AS shared FROM cells WHERE cell IN ids GROUP BY notebook),
    asking AS (
        SELECT substr(notebook, -32) AS notebook, count(DISTINCT source) AS alike
        FROM turns JOIN chains ON chains.id = chain
        WHERE source IN sources AND cell <> '' GROUP BY 1
    )
    SELECT id, path, document IS NOT NULL, coalesce(shared, 0), coalesce(alike, 0),
        CASE WHEN path <> :path THEN (SELECT count(*) FROM (
            SELECT DISTINCT cell FROM turns JOIN chains ON chains.id = chain
            WHERE substr(chains.notebook, -32) = notebooks.id AND cell <> '' LIMIT 2 * :asked))
        ELSE 0 END
    FROM notebooks
    LEFT JOIN sharing ON sharing.notebook = id LEFT JOIN asking ON asking.notebook = id
    WHERE path = :path OR id IN (SELECT notebook FROM sharing)
        OR id IN (SELECT notebook FROM asking WHERE 2 * alike > :asked)
    ORDER BY used DESC
"""


class Notebook(Struct, frozen=True):
    """A notebook that asks.

    Attributes:
        chain: The name of its current chain.
        deleted: The ids of cells that were deleted from it.
    """

    id: str
    chain: str = _FIRST_CHAIN
    deleted: frozenset[str] = frozenset()


def enter(rows: Rows, seen: Seen, cells_at: CellsAt, fresh: Notebook) -> str:
    """Return the id of the notebook that asks, or the fresh one's if it was never seen before."""
    path = clean(seen.path)
    asked = {
        "path": path,
        "ids": json.dumps(sorted(seen.ids)),
        "sources": json.dumps(sorted(seen.sources)),
        "asked": len(seen.sources),
    }
    known = [
        Known(number, where, shared, bool(saved), *counts)
        for number, where, saved, shared, *counts in rows.execute(_MEANT, asked).fetchall()
    ]
    match identify(seen, known, cells_at):
        case Same(number):
            return number
        case Renamed(number):
            rows.execute("UPDATE notebooks SET path = ? WHERE id = ?", (path, number))
            return number
        case Copied(origin):
            _copy(rows, origin, fresh.id, path)
        case _:
            add(rows, fresh.id, path)
    return fresh.id


def add(rows: Rows, notebook: str, path: str = "") -> None:
    """Add a notebook unless it is there; fill in its path if that was unknown."""
    rows.execute(
        "INSERT INTO notebooks VALUES (?, ?, NULL, ?, NULL, 0)"
        " ON CONFLICT DO UPDATE SET path = excluded.path WHERE path = ''",
        (notebook, clean(path), _FIRST_CHAIN),
    )


def note(rows: Rows, notebook: str, seen: Seen) -> None:
    """Note which cells the notebook has now; ignore a file with none of them: it is another's."""
    cells = [clean(cell) for cell in seen.cells or ()]
    if cells and _is_own(rows, notebook, cells):
        hashed = hashlib.sha256("\n".join(cells).encode()).hexdigest()
        before = rows.execute("SELECT document FROM notebooks WHERE id = ?", (notebook,)).fetchone()
        if before != (hashed,):
            rows.execute("UPDATE notebooks SET document = ? WHERE id = ?", (hashed, notebook))
            rows.execute("UPDATE cells SET deleted = 1 WHERE notebook = ?", (notebook,))
            _set_cells(rows, notebook, cells, deleted=False)
    if seen.asking:
        _set_cells(rows, notebook, [seen.asking], deleted=False)


def delete_cells(rows: Rows, notebook: str, cells: Iterable[str]) -> None:
    """Note that cells were deleted; the file may not show it yet."""
    rows.executemany(
        "UPDATE cells SET deleted = 1 WHERE cell = ? AND notebook = ?",
        ((clean(cell), notebook) for cell in cells),
    )


def fetch(rows: Rows, notebook: str) -> Notebook:
    """Return what is known about a notebook."""
    query = "SELECT cell FROM cells WHERE notebook = ? AND deleted"
    deleted = frozenset(cell for (cell,) in rows.execute(query, (notebook,)))
    found = rows.execute("SELECT chain FROM notebooks WHERE id = ?", (notebook,)).fetchone()
    return Notebook(notebook, found[0] if found else _FIRST_CHAIN, deleted)


def _is_own(rows: Rows, notebook: str, cells: list[str]) -> bool:
    """Return whether a file has cells of the notebook, or the notebook has none yet."""
    query = "SELECT count(*), sum(cell IN (SELECT value FROM json_each(?))) FROM cells WHERE notebook = ?"
    known, shared = rows.execute(query, (json.dumps(cells), notebook)).fetchone()
    return not known or bool(shared)


def _set_cells(rows: Rows, notebook: str, cells: Iterable[str], *, deleted: bool) -> None:
    rows.executemany(
        "INSERT INTO cells VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET deleted = excluded.deleted",
        ((clean(cell), notebook, deleted) for cell in cells),
    )


def _copy(rows: Rows, origin: str, notebook: str, path: str) -> None:
    """Add a notebook that begins with another one's turns; both share their contents."""
    rows.execute(
        "INSERT INTO notebooks SELECT ?, ?, id, chain, document, used FROM notebooks WHERE id = ?",
        (notebook, path, origin),
    )
    rows.execute(
        "INSERT INTO cells SELECT cell, ?, deleted FROM cells WHERE notebook = ?",
        (notebook, origin),
    )
    query = "SELECT id, notebook, name, head FROM chains WHERE substr(notebook, -32) = ?"
    for number, owner, name, head in rows.execute(query, (origin,)).fetchall():
        other = f"{owner.removesuffix(origin)}{notebook}"
        add(rows, other)
        made = rows.execute(
            "INSERT INTO chains (notebook, name, head) VALUES (?, ?, ?)", (other, name, head)
        )
        rows.execute(
            "INSERT INTO turns SELECT ?, id, parent, cell, ask, status, digest, content, source"
            " FROM turns WHERE chain = ? ORDER BY id",
            (made.lastrowid, number),
        )
