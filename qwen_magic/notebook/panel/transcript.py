"""The turns of a chain in the panel: the last ones, earlier ones on demand, and those that grow.

However long a chain is, the page has widgets only for its last turns. If a container loses its
first child, the page draws all the others again (ipywidgets, `ViewList.update`), formulas and all.
So turns stand in groups, and groups are emptied but never removed. Earlier turns have a container
of their own, which grows at its end; the style sheet puts it on top.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from qwen_magic.conversation.chains.tree import Node, Tree, moves_head, path
from qwen_magic.conversation.turn.records import turn_of
from qwen_magic.notebook.kernel.frontend import is_served
from qwen_magic.notebook.panel.controls import Controls, place
from qwen_magic.notebook.panel.turn import TurnView

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from ipywidgets import VBox

    from qwen_magic.conversation.turn.records import Record
    from qwen_magic.notebook.live.widgets import Look
    from qwen_magic.notebook.panel.asking import Live
    from qwen_magic.notebook.panel.page import PanelPage
    from qwen_magic.notebook.panel.turn import Actions

__all__ = ["SHOWN", "Transcript"]

SHOWN = 20  # turns, and up to a group more
_GROUP = 5
_EMPTY = (
    "Ask a question below. Answers appear here, also while a cell runs; {{name}} in a question stands"
    " for a variable of the notebook."
)
_EMPTY_FOR_VISITORS = "Ask a question below."


class Transcript:
    """Shows turns.

    Args:
        look: Closes what surrounds them.
        page: Lets go of those that left.
        actions: What can be done with them.
        load: Called when the reader wants earlier turns.
    """

    def __init__(
        self, look: Look, page: PanelPage, *, actions: Actions, load: Callable[[], None]
    ) -> None:
        self._page = page
        self._actions = actions
        self._load = load
        self._views: list[TurnView] = []
        self._lives: dict[Live, TurnView] = {}
        self._refused: TurnView | None = None
        self._kept: int | None = None
        self._since: int | None = None  # the first of the earlier turns that are shown
        self._start = 0  # the first of the last turns, by its place on the path
        self._groups: dict[int, VBox] = {}
        self._controls = controls = Controls(look)
        self._older = controls.button("Older", "Show earlier turns", self._widen)
        told = _EMPTY_FOR_VISITORS if is_served() else _EMPTY
        self._nothing = look.html(f'<div class="qwen-magic-empty">{told}</div>')
        self._column = controls.column(self._nothing, classes=("qwen-magic-turns",))
        self._earlier = controls.column(classes=("qwen-magic-earlier",))
        self._top = controls.row(classes=("qwen-magic-bar",))
        from_below = (self._column, self._earlier, self._top)
        self.box = controls.column(*from_below, classes=("qwen-magic-transcript",))
        self.show_reasoning = True

    @property
    def views(self) -> tuple[TurnView, ...]:
        """The turns that are shown, the newest last."""
        return tuple(self._views)

    def depth(self, view: TurnView, tree: Tree) -> int | None:
        """Return how many turns of the path precede a turn; None if it is not in this chain."""
        if view.key is None or view.key > len(tree.nodes):
            return None
        parent = tree.nodes[view.key - 1].parent
        ids = [node.id for node in path(tree)]
        if parent is None:
            return 0
        return ids.index(parent) + 1 if parent in ids else None

    def sync(self, tree: Tree, read: Callable[[Sequence[int]], Sequence[Record]]) -> None:
        """Show the chain as it stands in the store, and the questions on their way."""
        nodes = path(tree)[: self._kept]
        tail = _tail(tree, nodes, is_asking=bool(self._lives))
        others = [*filter(None, (self._refused,)), *self._lives.values()]
        beyond = min(len(nodes) + len(tail) + len(others) - SHOWN, len(nodes))
        start = max(0, beyond // _GROUP * _GROUP)
        if self._since is not None:
            start = min(start, self._start)
        earlier = nodes[start if self._since is None else self._since : start]
        known = self._known([*earlier, *nodes[start:], *tail], nodes, read)
        views = [known[node.id] for node in (*nodes[start:], *tail) if node.id in known]
        self._replace([known[node.id] for node in earlier], [*views, *others], start)
        self._tell_of(start - len(earlier))

    def _known(
        self,
        wanted: Sequence[Node],
        nodes: Sequence[Node],
        read: Callable[[Sequence[int]], Sequence[Record]],
    ) -> dict[int, TurnView]:
        """Return the views of stored turns, by the turns' ids; read the new ones."""
        known = {view.key: view for view in self._views if view.key is not None}
        missing = [node.id for node in wanted if node.id not in known]
        return known | {record.id: self._stored(record, nodes) for record in read(missing)}

    def begin(self, live: Live, now: float) -> bool:
        """Make a place for a question; return whether it is new."""
        if live in self._lives:
            return False
        self._since = self._refused = None
        view = self._view(live.question, now)
        self._lives[live] = view
        if live.kept is not None:
            self._kept = live.kept
        return True

    def grow(self, live: Live, now: float) -> None:
        """Show more of its answer."""
        if live in self._lives and live.turn is not None:
            self._lives[live].grow(live.turn, now, live.hint)
            self._lives[live].decide(live.calls, live.decisions)
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
        self._since = None
        self._empty_all(lives.values())
        self._replace([], [], 0)
        self._tell_of(0)
        for view in lives.values():
            view.close()

    def close(self) -> None:
        """Close all turns' widgets."""
        for view in (*self._views, *self._lives.values()):
            view.close()

    def _view(self, question: str, now: float = 0.0) -> TurnView:
        shown = self.show_reasoning
        return TurnView(question, self._actions, now=now, show_reasoning=shown)

    def _empty_all(self, gone: Collection[TurnView]) -> None:
        """Let go of turns that will be taken from the page and closed."""
        if gone:
            self._page.forget(chain.from_iterable([view.empty() for view in gone]))

    def _stored(self, record: Record, nodes: Sequence[Node]) -> TurnView:
        ids = [node.id for node in nodes]
        number = ids.index(record.id) + 1 if record.id in ids else len(ids) + 1
        view = self._view(record.prompt)
        view.key = record.id
        view.settle(turn_of(record, number))
        return view

    def _replace(self, earlier: list[TurnView], views: list[TurnView], start: int) -> None:
        lives = self._lives.values()
        gone = [view for view in self._views if view not in earlier and view not in views]
        self._empty_all(gone)
        self._views = [view for view in (*earlier, *views) if view not in lives]
        self._start = start
        place(self._earlier, [view.box for view in reversed(earlier)])
        filled: dict[int, list[VBox]] = {}
        for number, view in enumerate(views, start):
            filled.setdefault(number // _GROUP, []).append(view.box)
        if not filled or min(filled) < min(self._groups, default=0):
            self._groups = {}
        for number in filled.keys() - self._groups.keys():
            self._groups[number] = self._controls.column(classes=("qwen-magic-group",))
        self._groups = dict(sorted(self._groups.items()))
        for number, box in self._groups.items():
            place(box, filled.get(number, ()))
        place(self._column, tuple(self._groups.values()) or (self._nothing,))
        for view in gone:
            view.close()

    def _tell_of(self, older: int) -> None:
        """Offer earlier turns, if there are any."""
        if older > 0:
            self._older.description = f"Show {min(older, SHOWN)} of {older:,} earlier turns"
            self._controls.hear()
        place(self._top, (self._older,) if older > 0 else ())

    def _widen(self) -> None:
        self._since = max(0, (self._start if self._since is None else self._since) - SHOWN)
        self._load()


def _tail(tree: Tree, nodes: Sequence[Node], *, is_asking: bool) -> list[Node]:
    """Return the very last turn if it failed or was stopped, so that it can be asked again."""
    if is_asking or not tree.nodes:
        return []
    last = tree.nodes[-1]
    ended = last.status not in {"queued", "in_progress"}
    return [last] if ended and not moves_head(last.status) and last not in nodes else []
