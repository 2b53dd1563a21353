"""The tree of a chain's turns, and moving its head (pure).

The *path* runs from a root to the head. Only a completed or incomplete turn becomes the head, so
failed and cancelled turns are never on it. Nothing here removes a turn: what leaves the path is
stale, and can be brought back.
"""

from __future__ import annotations

import shlex

from msgspec import Struct
from msgspec.structs import replace

from qwen_magic.conversation.turn.turn import Status
from qwen_magic.errors import RequestError

__all__ = [
    "ChainLine",
    "Line",
    "Node",
    "Tree",
    "after",
    "branch",
    "check_number",
    "counted",
    "moves_head",
    "newest_end",
    "path",
    "restore",
    "restoring",
    "reusable",
    "rewind",
    "stale",
]


class Node(Struct, frozen=True, gc=False):
    """One turn's place in the tree.

    Attributes:
        id: The turn's number among all of its chain's turns, from 1, in the order they were asked.
        parent: The turn that it continues; None begins a conversation.
        cell: The id of the cell that asked; empty if the front end has none.
        ask: Which of that cell's questions it was, in one run of the cell, from 1.
        digest: What was asked, and how; see `records.digest`.
        source: What the cell was; see `recognition.digest_of_source`.
    """

    id: int
    parent: int | None = None
    cell: str = ""
    ask: int = 1
    status: Status = "completed"
    digest: str = ""
    source: str = ""


class Tree(Struct, frozen=True):
    """All turns of a chain (`nodes[id - 1]` is the turn with that id), and the head's id."""

    nodes: tuple[Node, ...] = ()
    head: int | None = None


class Line(Struct, frozen=True):
    """What a list of turns shows for each: how its question begins, and its tokens."""

    opening: str
    tokens: int


class ChainLine(Struct, frozen=True):
    """What a list of chains shows for each: its good turns, and the tokens of all."""

    name: str
    turns: int = 0
    tokens: int = 0
    is_current: bool = False


def moves_head(status: Status) -> bool:
    """Return whether the next turn continues one that ended with this status."""
    return status in {"completed", "incomplete"}


def branch(tree: Tree, tip: int | None) -> tuple[Node, ...]:
    """Return the turns from a root to a turn."""
    found: list[Node] = []
    while tip is not None:
        node = tree.nodes[tip - 1]
        found.append(node)
        tip = node.parent
    return tuple(reversed(found))


def newest_end(tree: Tree, turn: int | None) -> int | None:
    """Return the end of a turn's branch: of several turns that continue one, the newest counts."""
    newest = {node.parent: node.id for node in tree.nodes if moves_head(node.status)}
    while turn is not None and turn in newest:
        turn = newest[turn]
    return turn


def path(tree: Tree) -> tuple[Node, ...]:
    """Return the turns that the next one continues, in order."""
    return branch(tree, tree.head)


def after(tree: Tree, node: Node) -> Tree:
    """Return the tree with a turn added or brought up to date; a good one becomes the head."""
    nodes = (*tree.nodes[: node.id - 1], node, *tree.nodes[node.id :])
    return Tree(nodes, node.id if moves_head(node.status) else tree.head)


def reusable(tree: Tree, asked: Node) -> Node | None:
    """Return the newest good turn in which the same cell asked the same after the same turn."""
    what = (asked.parent, asked.cell, asked.ask, asked.digest)
    for node in reversed(tree.nodes):
        if (node.parent, node.cell, node.ask, node.digest) == what and moves_head(node.status):
            return node if asked.digest else None
    return None


def restore(tree: Tree, turn: int) -> Tree:
    """Return the tree with a turn's branch as the path, down to its newest end.

    Raises:
        RequestError: There is no such turn, or it cannot be continued.
    """
    if not 1 <= turn <= len(tree.nodes):
        raise RequestError(
            f"there is no stored turn {turn!r}",
            hint=f"this chain has {counted(len(tree.nodes), 'turn')}: %qwen_chain shows them",
        )
    if not moves_head(status := tree.nodes[turn - 1].status):
        raise RequestError(
            f"turn {turn!r} is {status}, so nothing can follow it",
            hint="run its cell again",
        )
    return replace(tree, head=newest_end(tree, turn))


def restoring(turn: int | None, chain: str = "") -> str:
    """Return the line that brings a turn's branch back; it names a chain that is not current."""
    where = f"-c {shlex.quote(chain)} " if chain else ""
    return f"%qwen_chain {where}--restore {turn}"


def rewind(tree: Tree, number: int | None = None) -> Tree:
    """Return the tree with the path cut after its turn of that number, or before its last one.

    Raises:
        RequestError: The path has no such turn.
    """
    nodes = path(tree)
    number = max(len(nodes) - 1, 0) if number is None else number
    check_number(number, len(nodes), least=0)
    return replace(tree, head=nodes[number - 1].id if number else None)


def stale(tree: Tree) -> tuple[Node, ...]:
    """Return the good turns that are not on the path."""
    kept = {node.id for node in path(tree)}
    return tuple(n for n in tree.nodes if moves_head(n.status) and n.id not in kept)


def check_number(number: int, length: int, *, least: int) -> None:
    """Refuse a number that no turn of the path has.

    Raises:
        RequestError: There is no such turn; the hint says how many there are.
    """
    if not least <= number <= length:
        raise RequestError(
            f"the path has no turn {number!r}",
            hint=f"it has {counted(length, 'turn')}: %qwen_chain shows them",
        )


def counted(number: int, noun: str) -> str:
    """Return a number of things."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
