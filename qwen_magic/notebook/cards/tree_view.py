"""A chain's tree of turns, and the list of chains, as text and as HTML (pure).

The path's turns come in order. A branch that left the path is indented, below the turn that took
its place. `--restore` takes the number that a branch's last turn shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from qwen_magic.conversation.chains.tree import counted, moves_head, path
from qwen_magic.notebook.cards.wording import line
from qwen_magic.notebook.markdown.escapes import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from qwen_magic.conversation.chains.tree import ChainLine, Line, Node, Tree

__all__ = ["Row", "chains_html", "chains_text", "rows_of", "tree_html", "tree_text"]

_WORDS = 60
_MOST = 200
_BEHIND = 50
_FAINT = "opacity:.6"
_CELL = "text-align:left;padding:.1em 1em .1em 0"
_TABLE = "border-collapse:collapse;margin:.4em 0"
_STATES = {"failed": "failed", "cancelled": "stopped"}
_EMPTY = "no turns yet"


class Row(Struct, frozen=True):
    """One turn as a list shows it.

    Attributes:
        number: Its depth in the tree, from 1.
        question: How its question begins.
        depth: How many branches stand between it and the path.
        state: `head`, `stale`, or how it failed; empty for the rest of the path.
        restore: At the end of a branch, the number that brings the branch back; else 0.
    """

    number: int
    question: str
    tokens: int = 0
    depth: int = 0
    state: str = ""
    restore: int = 0

    @property
    def mark(self) -> str:
        """What is written beside the turn."""
        return f"{self.state} · --restore {self.restore}" if self.restore else self.state


def rows_of(tree: Tree, lines: Mapping[int, Line]) -> list[Row]:
    """Return all turns of a tree, in the order shown."""
    kept = {node.id for node in path(tree)}
    continued = {node.parent for node in tree.nodes if moves_head(node.status)}
    rows: list[Row] = []
    for node, number, depth in _walk(tree, kept):
        said = lines.get(node.id)
        state = "head" if node.id == tree.head else "" if node.id in kept else _state(node)
        is_end = state == "stale" and node.id not in continued
        question = line(said.opening, _WORDS) if said else ""
        tokens = said.tokens if said else 0
        rows.append(Row(number, question, tokens, depth, state, node.id if is_end else 0))
    return rows


def tree_text(name: str, tree: Tree, lines: Mapping[int, Line]) -> str:
    """Return a chain's tree as plain text."""
    from wcwidth import ljust
    from wcwidth import width as columns

    rows, before, behind = _window(rows_of(tree, lines))
    found = [_title(name, tree), *before]
    left = [f"{'   ' * row.depth}{row.number:>4}  {_narrow(row.question)}" for row in rows]
    width = max(map(columns, left), default=0)
    for row, words in zip(rows, left, strict=True):
        tokens = counted(row.tokens, "token") if row.tokens else ""
        found.append(f"{ljust(words, width)}  {tokens:>12}  {row.mark}".rstrip())
    return "\n".join([*found, *behind])


def tree_html(name: str, tree: Tree, lines: Mapping[int, Line]) -> str:
    """Return a chain's tree as HTML that needs no style to be read."""
    rows, before, behind = _window(rows_of(tree, lines))
    found = "".join(_tree_row(row) for row in rows)
    table = _table(("turn", "question", "tokens", ""), found) if rows else ""
    notes = ["".join(f"<div>{escape(note)}</div>\n" for note in told) for told in (before, behind)]
    return f"<div>{escape(_title(name, tree))}</div>\n{notes[0]}{table}{notes[1]}"


def chains_text(chains: Sequence[ChainLine]) -> str:
    """Return a notebook's chains as plain text; a star marks the current one."""
    from wcwidth import ljust
    from wcwidth import width as columns

    names = [_narrow(line(chain.name, _WORDS)) for chain in chains]
    width = max(map(columns, names), default=0)
    rows = [
        f"{'*' if chain.is_current else ' '} {ljust(name, width)}  {counted(chain.turns, 'turn'):>12}"
        f"  {counted(chain.tokens, 'token')}"
        for chain, name in zip(chains, names, strict=True)
    ]
    return "\n".join(rows) or "no chains yet"


def chains_html(chains: Sequence[ChainLine]) -> str:
    """Return a notebook's chains as HTML."""
    rows = (
        _row((line(c.name, _WORDS), f"{c.turns:,}", f"{c.tokens:,}", "current" * c.is_current))
        for c in chains
    )
    return _table(("chain", "turns", "tokens", ""), "".join(rows)) if chains else "no chains yet"


def _narrow(text: str) -> str:
    """Return a text that fits into its column of a terminal, where a Chinese character takes two."""
    from wcwidth import clip
    from wcwidth import width as columns

    return text if columns(text) <= _WORDS else f"{clip(text, 0, _WORDS - 1).rstrip()}…"


def _walk(tree: Tree, kept: set[int]) -> Iterator[tuple[Node, int, int]]:
    """Yield each turn with its number and its indentation; a turn comes before its branches."""
    children: dict[int | None, list[Node]] = {}
    for child in tree.nodes:
        children.setdefault(child.parent, []).append(child)
    todo: list[tuple[int | None, Node | None, int, int]] = [(None, None, 1, 0)]
    while todo:
        parent, node, number, depth = todo.pop()
        if node is not None:
            yield node, number, depth
            parent, number = node.id, number + 1
        found = children.get(parent, [])
        main = _main(found, kept, is_path=not depth)
        if main is not None:
            yield main, number, depth
            todo.append((main.id, None, number + 1, depth))
        rest = [(None, other, number, depth + 1) for other in reversed(found) if other is not main]
        todo.extend(rest)


def _main(found: Sequence[Node], kept: set[int], *, is_path: bool) -> Node | None:
    """Return which of the turns that continue one turn keeps its indentation."""
    if is_path:
        return next((node for node in found if node.id in kept), None)
    return next((node for node in reversed(found) if moves_head(node.status)), None)


def _state(node: Node) -> str:
    return "stale" if moves_head(node.status) else _STATES.get(node.status, "unfinished")


def _window(rows: list[Row]) -> tuple[list[Row], list[str], list[str]]:
    """Return the rows around the head, as many as can be read, and what was left out."""
    head = next((n for n, row in enumerate(rows) if row.state == "head"), len(rows))
    stop = min(len(rows), max(head + _BEHIND, _MOST))
    start = max(0, stop - _MOST)
    before = [f"… {counted(start, 'turn')} before"] if start else []
    behind = [f"… {counted(len(rows) - stop, 'turn')} more"] if stop < len(rows) else []
    return rows[start:stop], before, behind


def _title(name: str, tree: Tree) -> str:
    length = len(path(tree))
    beside = len(tree.nodes) - length
    told = counted(length, "turn") if tree.nodes else _EMPTY
    return f"chain {line(name, _WORDS)} · {told}{f' · {beside:,} beside the path' * bool(beside)}"


def _tree_row(row: Row) -> str:
    question = "\u2003" * row.depth + row.question
    tokens = f"{row.tokens:,}" if row.tokens else ""
    words = (str(row.number), question, tokens, row.mark)
    return _row(words, _FAINT if row.depth else "")


def _row(words: Sequence[str], style: str = "") -> str:
    cells = "".join(f'<td style="{_CELL}">{escape(word)}</td>' for word in words)
    return f'<tr style="{style}">{cells}</tr>\n' if style else f"<tr>{cells}</tr>\n"


def _table(heads: Sequence[str], rows: str) -> str:
    cells = "".join(f'<th style="{_CELL}">{head}</th>' for head in heads)
    return f'<table style="{_TABLE}">\n<thead><tr>{cells}</tr></thead>\n<tbody>\n{rows}</tbody></table>\n'
