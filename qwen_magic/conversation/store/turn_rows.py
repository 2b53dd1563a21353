"""Turns as rows of the store; each function does one piece of work on its tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from qwen_magic.conversation.chains.tree import Line, Node, Tree, moves_head
from qwen_magic.conversation.store.chain_rows import number as number_of
from qwen_magic.conversation.store.chain_rows import row
from qwen_magic.conversation.store.database import DamagedError
from qwen_magic.conversation.store.partials import Piece, whole
from qwen_magic.conversation.turn.records import (
    Chain,
    Record,
    item_json,
    read_echo,
    read_items,
    read_usage,
)
from qwen_magic.conversation.turn.shaped import read_shaped
from qwen_magic.responses.lenient import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from qwen_magic.conversation.store.schema import Rows

__all__ = [
    "answered",
    "begin",
    "end",
    "grow",
    "lines",
    "path",
    "read",
    "rename_cells",
    "tree",
    "update",
]

_OPENING = 200
_MOST = 2**62
_NODE = "id, parent, cell, ask, status, digest, source"
_PATH = f"""
    WITH RECURSIVE line (id) AS (
        SELECT head FROM chains WHERE id = :chain AND head IS NOT NULL
        UNION ALL
        SELECT parent FROM line JOIN turns USING (id) WHERE chain = :chain AND parent IS NOT NULL
    )
    SELECT {_NODE}, begun FROM line CROSS JOIN turns USING (id)
    JOIN contents INDEXED BY contents_in_brief ON uid = content
    WHERE chain = :chain ORDER BY id
"""  # noqa: S608 - our own words
_COLUMNS = (
    "uid, prompt, input, output, response_id, previous_response_id, model, base_url, account,"
    " system, usage, tokens, error, begun, ended, echo, shaped"
)


def tree(rows: Rows, chain: Chain) -> Tree:
    """Return the tree of a chain; an empty one if it has no turn.

    Raises:
        DamagedError: Turns are missing.
    """
    named = (chain.notebook, clean(chain.name))
    found = rows.execute("SELECT id, head FROM chains WHERE notebook = ? AND name = ?", named)
    number, head = found.fetchone() or (None, None)
    cells = rows.execute(
        f"SELECT {_NODE} FROM turns WHERE chain = ? ORDER BY id",  # noqa: S608 - our own words
        (number,),
    )
    nodes = tuple(Node(*row) for row in cells)
    if (nodes and nodes[-1].id != len(nodes)) or (head or 0) > len(nodes):
        raise DamagedError("turns are missing")
    return Tree(nodes, head)


def path(rows: Rows, chain: Chain, since: float) -> tuple[tuple[Node, ...], frozenset[str]]:
    """Return the turns that the chain's next one continues, and the cells that asked since then."""
    number = {"chain": number_of(rows, chain.notebook, chain.name)}
    found = rows.execute(_PATH, number).fetchall()
    nodes = tuple(Node(*node) for *node, _ in found)
    recent = (node.cell for node, (*_, begun) in zip(nodes, found, strict=True) if begun >= since)
    return nodes, frozenset(recent)


def rename_cells(rows: Rows, chain: Chain, names: Mapping[str, str]) -> None:
    """Give the cells of a chain's turns other names, by their old ones."""
    number = number_of(rows, chain.notebook, chain.name)
    rows.executemany(
        "UPDATE turns SET cell = ? WHERE cell = ? AND chain = ?",
        ((clean(new), old, number) for old, new in names.items()),
    )


def answered(rows: Rows, chain: Chain) -> tuple[int, dict[str, int]]:
    """Return how many turns a chain has, and the turns' numbers by their response ids."""
    found = rows.execute(
        "SELECT id, response_id FROM turns"
        " JOIN contents INDEXED BY contents_in_brief ON uid = content WHERE chain = ? ORDER BY id",
        (number_of(rows, chain.notebook, chain.name),),
    ).fetchall()
    return len(found), {response: number for number, response in found if response}


def begin(rows: Rows, record: Record) -> Record:
    """Add a turn; return it with its number."""
    number = row(rows, record.chain)
    last = rows.execute("SELECT max(id) FROM turns WHERE chain = ?", (number,)).fetchone()[0] or 0
    parent = record.parent if record.parent and record.parent <= last else None
    record = replace(record, id=last + 1, parent=parent)
    marks = ", ".join("?" * (_COLUMNS.count(",") + 1))
    rows.execute(f"INSERT OR REPLACE INTO contents ({_COLUMNS}) VALUES ({marks})", _values(record))  # noqa: S608 - our own words
    asked = (clean(record.cell), record.ask, record.status, record.digest, record.uid)
    rows.execute(
        "INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (number, record.id, parent, *asked, record.source),
    )
    rows.execute(
        "UPDATE notebooks SET used = max(used, ?) WHERE id = ?",
        (record.begun, record.chain.notebook),
    )
    return record


def end(rows: Rows, record: Record) -> Record:
    """Bring a turn up to date, and move its chain's head there if it can be continued."""
    found = rows.execute(
        "SELECT t.chain FROM turns t JOIN chains c ON c.id = t.chain"
        " WHERE t.content = ? AND t.id = ? AND c.notebook = ?",
        (record.uid, record.id, record.chain.notebook),
    ).fetchone()
    if found is None:  # it was begun in another file, or its chain has been deleted since
        record = begin(rows, record)
        found = (row(rows, record.chain),)
    else:
        update(rows, record)
    place = (found[0], record.id)
    rows.execute("UPDATE turns SET status = ? WHERE chain = ? AND id = ?", (record.status, *place))
    if moves_head(record.status) or record.is_left:
        rows.execute("UPDATE chains SET head = ? WHERE id = ?", (record.id, found[0]))
    rows.execute("DELETE FROM partials WHERE content = ?", (record.uid,))
    return record


def update(rows: Rows, record: Record) -> None:
    """Bring the contents of a turn up to date."""
    names = ", ".join(f"{name.strip()} = ?" for name in _COLUMNS.split(","))
    rows.execute(f"UPDATE contents SET {names} WHERE uid = ?", (*_values(record), record.uid))  # noqa: S608 - our own words


def grow(rows: Rows, uid: str, pieces: Sequence[Piece]) -> None:
    """Write down more of a growing turn."""
    last = rows.execute("SELECT max(number) FROM partials WHERE content = ?", (uid,)).fetchone()[0]
    rows.executemany(
        "INSERT INTO partials SELECT uid, ?, ?, ?, ? FROM contents WHERE uid = ?",
        (
            (number, piece.index, piece.kind, clean(piece.text), uid)
            for number, piece in enumerate(pieces, (last or 0) + 1)
        ),
    )


def read(rows: Rows, chain: Chain, ids: Iterable[int]) -> tuple[Record, ...]:
    """Return turns of a chain with their contents; leave out those it does not have."""
    number = number_of(rows, chain.notebook, chain.name)
    query = (
        f"SELECT id, parent, cell, ask, digest, status, source, {_COLUMNS} FROM turns"  # noqa: S608 - our own words
        " JOIN contents ON uid = content WHERE chain = ? AND id = ?"
    )
    found = (rows.execute(query, (number, turn)).fetchone() for turn in ids)
    return tuple(_record(rows, chain, row) for row in found if row)


def lines(rows: Rows, chain: Chain) -> dict[int, Line]:
    """Return what a list of the chain's turns shows, by their numbers."""
    found = rows.execute(
        "SELECT id, substr(contents.prompt, 1, ?), brief.tokens FROM turns"
        " JOIN contents ON contents.uid = content"
        " JOIN contents brief INDEXED BY contents_in_brief ON brief.uid = content WHERE chain = ?",
        (_OPENING, number_of(rows, chain.notebook, chain.name)),
    )
    return {number: Line(opening, tokens) for number, opening, tokens in found}


def _values(record: Record) -> tuple[Any, ...]:
    items = ", ".join(map(item_json, record.output))
    tokens = record.usage.total_tokens if record.usage else 0
    texts = (record.response_id, record.previous_response_id, record.model, record.base_url)
    system = None if record.system is None else clean(record.system)
    return (
        record.uid,
        clean(record.prompt),
        json.dumps(record.input, default=str),
        f"[{items}]",
        *(text and clean(text) for text in texts),
        record.account,
        system,
        json.dumps(msgspec.to_builtins(record.usage)),
        max(0, min(tokens, _MOST)),
        clean(record.error),
        record.begun,
        record.ended,
        json.dumps(msgspec.to_builtins(record.echo)),
        json.dumps(msgspec.to_builtins(record.shaped)),
    )


def _record(rows: Rows, chain: Chain, row: Sequence[Any]) -> Record:
    number, parent, cell, ask, digest, status, source, *rest = row
    known = dict(zip((name.strip() for name in _COLUMNS.split(",")), rest, strict=True))
    del known["tokens"]
    output = read_items(known["output"])
    if status not in {"completed", "incomplete"} and not output:
        output = _partial(rows, known["uid"])
    known |= {
        "input": _objects(known["input"]),
        "output": output,
        "usage": read_usage(known["usage"]),
        "echo": read_echo(known["echo"]),
        "shaped": read_shaped(known["shaped"]),
    }
    return Record(
        chain=chain,
        id=number,
        parent=parent,
        cell=cell,
        ask=ask,
        digest=digest,
        status=status,
        source=source,
        **known,
    )


def _partial(rows: Rows, uid: str) -> tuple[Any, ...]:
    found = rows.execute(
        "SELECT place, kind, text FROM partials WHERE content = ? ORDER BY number", (uid,)
    )
    return whole(Piece(*row) for row in found)


def _objects(text: str) -> tuple[dict[str, Any], ...]:
    found = json.loads(text)
    return tuple(item for item in found if isinstance(item, dict))
