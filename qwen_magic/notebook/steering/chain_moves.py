"""Moving the head of a chain: the new tree, and what to tell the reader (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwen_magic.conversation.chains.tree import (
    check_number,
    counted,
    path,
    restore,
    restoring,
    rewind,
)

if TYPE_CHECKING:
    from qwen_magic.conversation.chains.tree import Tree
    from qwen_magic.notebook.steering.chain_commands import ChainCommand

__all__ = ["moved", "told"]


def moved(tree: Tree, command: ChainCommand) -> Tree:
    """Return the tree with its head moved as a command asks.

    Raises:
        RequestError: There is no such turn.
    """
    number = command.number
    if command.action == "restore":
        return restore(tree, number or 0)
    if command.action == "from":
        check_number(number or 0, len(path(tree)), least=1)
    return rewind(tree, number)


def told(before: Tree, after: Tree, command: ChainCommand) -> str:
    """Return in one line what moving the head did."""
    nodes, kept = path(after), {node.id for node in path(after)}
    left = [node for node in path(before) if node.id not in kept]
    of = f" of chain {command.chain!r}" if command.chain else ""
    if after.head == before.head:
        said = f"Nothing changed: the path{of} has {counted(len(nodes), 'turn')}"
    elif nodes:
        said = f"The next cell continues from turn {len(nodes):,}{of}"
    else:
        said = f"The next cell begins a new conversation{of and f' in{of[3:]}'}"
    return f"{said} · {_aside(len(left), before.head, command.chain)}" if left else said


def _aside(count: int, tip: int | None, chain: str) -> str:
    return f"{counted(count, 'turn')} set aside · {restoring(tip, chain)}"
