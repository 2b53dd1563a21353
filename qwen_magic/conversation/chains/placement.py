"""Rule R: where the next turn of a chain goes (pure).

If a cell has a turn on the path, it is asked again: the new turn replaces that one, and what
followed is set aside. Any other cell continues from the head. Only a cell that stands above all
cells of the path begins the conversation. So "Run All" rebuilds the conversation in the document's
order, whatever happened before.

No front end tells whether a cell is run alone or by "Run All": both send the same request. So a
cell above all those asked begins the conversation, even if it is run alone. The reader is told
what was set aside, and how to bring it back; `--append` asks at the end instead.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from qwen_magic.conversation.chains.tree import Node, Tree, check_number, counted, path, restoring

__all__ = ["Asked", "How", "Placement", "place"]

How: TypeAlias = Literal["auto", "append", "new", "from"]


class Asked(Struct, frozen=True):
    """A question about to be asked, and what is known about its place.

    Attributes:
        cell: The name of the cell; empty if there is none: such a question never replaces a turn.
        ask: Which of the cell's questions it is, in this run of the cell, from 1.
        how: `auto` follows rule R, `append` continues from the head, `new` begins afresh, `from`
            continues from a turn of the path.
        number: That turn's number on the path, from 1.
        document: The names of the notebook's cells in their order, as far as they are known.
        deleted: The names of cells that are no longer in the notebook.
        chain: The chain's name, if it is not the notebook's current one.
        source: The digest of the cell's source.
        told: What the reader should know of how the cell was recognised; mostly nothing.
    """

    cell: str = ""
    ask: int = 1
    how: How = "auto"
    number: int = 0
    document: tuple[str, ...] = ()
    deleted: frozenset[str] = frozenset()
    chain: str = ""
    source: str = ""
    told: str = ""


class Placement(Struct, frozen=True):
    """Where a new turn goes.

    Attributes:
        parent: The turn that it continues.
        number: Its own number on the path, from 1.
        set_aside: How many turns of other cells leave the path once it has been answered.
        told: What the reader should know of it, in one line; empty if there is nothing to tell.
    """

    parent: int | None
    number: int
    set_aside: int = 0
    told: str = ""


def place(tree: Tree, asked: Asked) -> Placement:
    """Return where a question's turn goes.

    Raises:
        RequestError: It should continue from a turn that is not on the path.
    """
    nodes = path(tree)
    kept = _kept(nodes, asked)
    left = [node for node in nodes[kept:] if not node.cell or node.cell != asked.cell]
    gone = sum(node.cell in asked.deleted for node in nodes[:kept])
    told = [_set_aside(len(left), nodes, asked)] if left else []
    told += [_deleted(gone)] if gone else []
    told += [asked.told] if asked.told else []
    parent = nodes[kept - 1].id if kept else None
    return Placement(parent, kept + 1, len(left), " · ".join(told))


def _kept(nodes: tuple[Node, ...], asked: Asked) -> int:
    """Return how many turns of the path stay before the new one."""
    match asked.how:
        case "append":
            return len(nodes)
        case "new":
            return 0
        case "from":
            check_number(asked.number, len(nodes), least=1)
            return asked.number
        case _:
            return 0 if _begins(nodes, asked) else _by_path(nodes, asked)


def _by_path(nodes: tuple[Node, ...], asked: Asked) -> int:
    """Return the place of the cell's earlier turn, else the path's end.

    A cell's last run is the last of its turns whose counts rise. If its n-th question has no turn
    there (it failed), the new turn replaces the next one, or both would stay.
    """
    found, least = len(nodes), 0
    for number in range(len(nodes) - 1, -1, -1):
        node = nodes[number]
        if not asked.cell or node.cell != asked.cell:
            continue
        if node.ask < asked.ask or (least and node.ask >= least):
            break
        found, least = number, node.ask
    return found


def _begins(nodes: tuple[Node, ...], asked: Asked) -> bool:
    """Return whether the cell stands above all cells of the path that are still there.

    If none is there, it does, too: otherwise "Run All" would keep what no cell asks any more.
    """
    if asked.ask > 1 or asked.cell not in asked.document:
        return False
    below = asked.document[asked.document.index(asked.cell) :]
    first = next((node.cell for node in nodes if node.cell not in asked.deleted), None)
    return first is None or first in below


def _set_aside(count: int, nodes: tuple[Node, ...], asked: Asked) -> str:
    is_earlier = asked.how == "new" or asked.deleted.issuperset(node.cell for node in nodes)
    which = "earlier turn" if is_earlier else "later turn"
    return f"{counted(count, which)} set aside · {restoring(nodes[-1].id, asked.chain)}"


def _deleted(count: int) -> str:
    cells = "a deleted cell is" if count == 1 else "deleted cells are"
    return f"{counted(count, 'turn')} of {cells} still in context · Run All rebuilds"
