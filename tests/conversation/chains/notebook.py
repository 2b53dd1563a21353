"""A notebook that runs cells, for tests of rule R: each run asks, and is answered or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from qwen_magic.conversation.chains.placement import Asked, How, Placement, place
from qwen_magic.conversation.chains.tree import Node, Tree, after, path

if TYPE_CHECKING:
    from qwen_magic.conversation.turn.turn import Status

__all__ = ["Book"]


class Book:
    """Cells A, B, C …; each asks once unless `asks` says otherwise."""

    def __init__(self, cells: str = "") -> None:
        self.document = list(cells)
        self.asks: dict[str, int] = {}
        self.deleted: set[str] = set()
        self.tree = Tree()
        self.told = ""

    def run(self, cells: str, *statuses: Status, how: How = "auto", number: int = 0) -> str:
        """Run cells one by one, each alone; return the path, by the cells that asked."""
        for cell in cells:
            self._run(cell, statuses, Asked(how=how, number=number))
        return self.path

    def run_all(self, first: str = "") -> str:
        """Run all cells, or those from one on, as a front end does; never stop."""
        start = self.document.index(first) if first else 0
        return self.run("".join(self.document[start:]))

    def delete(self, cell: str) -> None:
        self.document.remove(cell)
        self.deleted.add(cell)

    @property
    def path(self) -> str:
        return "".join(node.cell for node in path(self.tree))

    @property
    def ids(self) -> list[int]:
        return [node.id for node in path(self.tree)]

    def ask(self, asked: Asked, status: Status = "completed") -> Placement:
        """Ask once."""
        document, deleted = tuple(self.document), frozenset(self.deleted)
        asked = replace(asked, document=document, deleted=deleted)
        placed = place(self.tree, asked)
        node = Node(len(self.tree.nodes) + 1, placed.parent, asked.cell, asked.ask, status)
        self.tree = after(self.tree, node)
        self.told = placed.told
        return placed

    def _run(self, cell: str, statuses: tuple[Status, ...], asked: Asked) -> None:
        for number in range(1, self.asks.get(cell, 1) + 1):
            status = statuses[number - 1] if number <= len(statuses) else "completed"
            self.ask(replace(asked, cell=cell, ask=number), status)
