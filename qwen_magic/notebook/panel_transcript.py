"""The turns of a chain in the panel: the last ones, earlier ones on demand, and those that grow.

However long a chain is, the page holds the widgets of its last turns only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwen_magic.conversation.records import turn_of
from qwen_magic.conversation.tree import Node, Tree, moves_head, path
from qwen_magic.notebook.panel_controls import Controls, place
from qwen_magic.notebook.panel_turn import TurnView

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qwen_magic.conversation.records import Record
    from qwen_magic.notebook.panel_asking import Live
    from qwen_magic.notebook.panel_turn import Actions
    from qwen_magic.notebook.widgets import Look

__all__ = ["SHOWN", "Transcript"]

SHOWN = 20  # turns
_EMPTY = (
    '<div class="qwen-magic-empty">Ask a question below. Answers appear here, also while a cell'
    " runs; {{name}} in a question stands for a variable of the notebook.</div>"
)


class Transcript:
    """Shows turns.

    Args:
        look: Closes what surrounds them.
        actions: What can be done with them.
        load: Is called when the reader wants earlier turns.
    """

    def __init__(self, look: Look, actions: Actions, load: Callable[[], None]) -> None:
        self._actions = actions
        self._load = load
        self._views: list[TurnView] = []
        self._lives: dict[Live, TurnView] = {}
        self._refused: TurnView | None = None
        self._kept: int | None = None
        self._window = SHOWN
        controls = Controls(look)
        self._older = controls.button("Older", "Show earlier turns", self._widen)
        self._empty = look.html(_EMPTY)
        self._column = controls.column(self._empty, classes=("qwen-magic-turns",))
        self.box = controls.column(self._column, classes=("qwen-magic-transcript",))
        self.show_reasoning = True
        self._controls = controls

    @property
    def views(self) -> tuple[TurnView, ...]:
        """The turns that are shown, the newest last."""
        return tuple(self._views)

    def depth(self, view: TurnView, tree: Tree) -> int | None:
        """Return how many turns of the path stand before a turn; None where it is not of this chain."""
        if view.key is None or view.key > len(tree.nodes):
            return None
        parent = tree.nodes[view.key - 1].parent
        ids = [node.id for node in path(tree)]
        if parent is None:
            return 0
        return ids.index(parent) + 1 if parent in ids else None

    def sync(self, tree: Tree, read: Callable[[Sequence[int]], Sequence[Record]]) -> None:
        """Show the chain as it stands in the store, and the questions that are on their way."""
        nodes = path(tree)[: self._kept]
        shown = [*nodes[-self._window :], *_tail(tree, nodes, is_asking=bool(self._lives))]
        known = {view.key: view for view in self._views if view.key is not None}
        missing = [node.id for node in shown if node.id not in known]
        known |= {record.id: self._stored(record, nodes) for record in read(missing)}
        wanted = [known[node.id] for node in shown if node.id in known]
        wanted += [self._refused] if self._refused else []
        self._replace([*wanted, *self._lives.values()], older=len(nodes) - self._window)

    def begin(self, live: Live, now: float) -> bool:
        """Make a place for a question that was asked; return whether it is new."""
        if live in self._lives:
            return False
        self._window, self._refused = SHOWN, None
        view = TurnView(live.question, self._actions, now=now, show_reasoning=self.show_reasoning)
        self._lives[live] = view
        if live.kept is not None:
            self._kept = live.kept
        return True

    def grow(self, live: Live, now: float) -> None:
        """Show more of its answer."""
        if live in self._lives and live.turn is not None:
            self._lives[live].grow(live.turn, now, live.hint)
        elif live in self._lives:
            self._lives[live].wait(live.hint or "Waits for its turn…")

    def settle(self, live: Live, now: float) -> None:
        """Show how it ended."""
        view = self._lives.pop(live, None)
        if view is None:
            return
        self._kept = next((one.kept for one in self._lives if one.kept is not None), None)
        view.key = live.node
        if live.turn is None or not live.turn.ended:
            view.refuse(live.error)
            self._refused = view
        else:
            view.settle(live.turn, now, error=live.error, notes=live.notes)
        self._views.append(view)

    def clear(self) -> None:
        """Show nothing, before another chain is shown."""
        lives, self._lives = self._lives, {}
        self._refused = self._kept = None
        self._window = SHOWN
        self._replace([], older=0)
        for view in lives.values():
            view.close()

    def close(self) -> None:
        """Close all turns' widgets."""
        for view in (*self._views, *self._lives.values()):
            view.close()

    def _stored(self, record: Record, nodes: Sequence[Node]) -> TurnView:
        ids = [node.id for node in nodes]
        number = ids.index(record.id) + 1 if record.id in ids else len(ids) + 1
        view = TurnView(record.prompt, self._actions, show_reasoning=self.show_reasoning)
        view.key = record.id
        view.settle(turn_of(record, number))
        return view

    def _replace(self, views: list[TurnView], *, older: int) -> None:
        gone = [view for view in self._views if view not in views]
        self._views = [view for view in views if view not in self._lives.values()]
        children = [view.box for view in views] or [self._empty]
        if older > 0:
            self._older.description = f"Show {min(older, SHOWN)} of {older:,} earlier turns"
            self._controls.hear()
            children.insert(0, self._older)
        place(self._column, children)
        for view in gone:
            view.close()

    def _widen(self) -> None:
        self._window += SHOWN
        self._load()


def _tail(tree: Tree, nodes: Sequence[Node], *, is_asking: bool) -> list[Node]:
    """Return the last turn of all where it failed or was stopped, so that it can be asked again."""
    if is_asking or not tree.nodes:
        return []
    last = tree.nodes[-1]
    ended = last.status not in {"queued", "in_progress"}
    return [last] if ended and not moves_head(last.status) and last not in nodes else []
