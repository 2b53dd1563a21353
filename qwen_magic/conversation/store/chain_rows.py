"""The chains of a notebook as rows of the store; each function does one piece of work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwen_magic.conversation.chains.tree import ChainLine
from qwen_magic.conversation.store.notebook_rows import add
from qwen_magic.conversation.turn.records import Chain
from qwen_magic.errors import RequestError
from qwen_magic.responses.lenient import clean
from qwen_magic.responses.nearest import suggestion

if TYPE_CHECKING:
    from qwen_magic.conversation.store.schema import Rows

__all__ = [
    "bind",
    "chains",
    "conversation",
    "delete",
    "fork",
    "move",
    "number",
    "rename",
    "row",
    "switch",
]

_GOOD = "status IN ('completed', 'incomplete')"


def chains(rows: Rows, notebook: str) -> tuple[ChainLine, ...]:
    """Return the chains of a notebook, sorted by name."""
    found = rows.execute(
        f"SELECT c.name, coalesce(sum({_GOOD}), 0), coalesce(sum(tokens), 0), c.name = n.chain"  # noqa: S608 - our own words
        " FROM notebooks n JOIN chains c ON c.notebook = n.id"
        " LEFT JOIN turns t ON t.chain = c.id"
        " LEFT JOIN contents INDEXED BY contents_in_brief ON uid = content"
        " WHERE n.id = ? GROUP BY c.id ORDER BY c.name",
        (notebook,),
    )
    return tuple(ChainLine(name, turns, tokens, bool(now)) for name, turns, tokens, now in found)


def switch(rows: Rows, chain: Chain) -> None:
    """Make a chain its notebook's current one; it may have no turn yet."""
    add(rows, chain.notebook)
    row(rows, chain)
    named = (clean(chain.name), chain.notebook)
    rows.execute("UPDATE notebooks SET chain = ? WHERE id = ?", named)


def bind(rows: Rows, chain: Chain, conversation: str | None) -> None:
    """Let a chain's turns join a conversation on the server; None lets them continue each other."""
    named = (conversation, row(rows, chain))
    rows.execute("UPDATE chains SET conversation = ? WHERE id = ?", named)


def conversation(rows: Rows, chain: Chain) -> str | None:
    """Return the conversation that a chain's turns join, if there is one."""
    found = rows.execute(
        "SELECT conversation FROM chains WHERE notebook = ? AND name = ?",
        (chain.notebook, clean(chain.name)),
    ).fetchone()
    return found[0] if found else None


def move(rows: Rows, chain: Chain, head: int | None) -> None:
    """Make a turn the head of its chain; with None, the chain has no head."""
    rows.execute("UPDATE chains SET head = ? WHERE id = ?", (head, row(rows, chain)))


def rename(rows: Rows, chain: Chain, name: str) -> None:
    """Give a chain another name.

    Raises:
        RequestError: There is no such chain, or the new name is taken.
    """
    found = _required(rows, chain)
    _refuse_known(rows, chain.notebook, name)
    rows.execute("UPDATE chains SET name = ? WHERE id = ?", (clean(name), found))
    rows.execute(  # what was spent follows
        "UPDATE spent SET chain = ? WHERE notebook = ? AND chain = ?",
        (clean(name), chain.notebook, clean(chain.name)),
    )
    _follow(rows, chain, name)


def fork(rows: Rows, chain: Chain, name: str) -> None:
    """Begin a chain under another name with this chain's turns; both share their contents.

    Raises:
        RequestError: The name is taken.
    """
    _refuse_known(rows, chain.notebook, name)
    made = row(rows, Chain(chain.notebook, name))
    origin = row(rows, chain)
    rows.execute(
        "INSERT INTO turns SELECT ?, id, parent, cell, ask, status, digest, content, source"
        " FROM turns WHERE chain = ? ORDER BY id",
        (made, origin),
    )
    rows.execute(
        "UPDATE chains SET head = (SELECT head FROM chains WHERE id = ?) WHERE id = ?",
        (origin, made),
    )


def delete(rows: Rows, chain: Chain) -> None:
    """Delete a chain and its turns, except the contents that other chains share.

    Raises:
        RequestError: There is no such chain.
    """
    number = _required(rows, chain)
    own = rows.execute("SELECT DISTINCT content FROM turns WHERE chain = ?", (number,)).fetchall()
    rows.execute("DELETE FROM chains WHERE id = ?", (number,))
    rows.executemany(
        "DELETE FROM contents WHERE uid = ?1 AND NOT EXISTS (SELECT 1 FROM turns WHERE content = ?1)",
        own,
    )
    _follow(rows, chain, "main")


def row(rows: Rows, chain: Chain) -> int:
    """Return the number of a chain's row; add the row if there is none."""
    add(rows, chain.notebook)
    named = (chain.notebook, clean(chain.name))
    rows.execute("INSERT OR IGNORE INTO chains (notebook, name) VALUES (?, ?)", named)
    return _required(rows, chain)


def _refuse_known(rows: Rows, notebook: str, name: str) -> None:
    if number(rows, notebook, name):
        raise RequestError(f"there is a chain {name!r} already", hint="choose another name")


def _required(rows: Rows, chain: Chain) -> int:
    found = number(rows, chain.notebook, chain.name)
    if found is None:
        names = [line.name for line in chains(rows, chain.notebook)]
        hint = suggestion(chain.name, names) if names else "%qwen_chain --list shows them"
        raise RequestError(f"there is no chain {chain.name!r}", hint=hint)
    return found


def number(rows: Rows, notebook: str, name: str) -> int | None:
    """Return the number of a chain's row, or None."""
    query = "SELECT id FROM chains WHERE notebook = ? AND name = ?"
    found = rows.execute(query, (notebook, clean(name))).fetchone()
    return int(found[0]) if found else None


def _follow(rows: Rows, chain: Chain, name: str) -> None:
    """Make another chain the current one, if this one was."""
    rows.execute(
        "UPDATE notebooks SET chain = ? WHERE id = ? AND chain = ?",
        (clean(name), chain.notebook, clean(chain.name)),
    )
