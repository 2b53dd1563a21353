"""Which chain the panel is in: choose one, begin one, branch off, rename."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from qwen_magic.notebook.panel.controls import Controls, place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from traitlets import Bunch

    from qwen_magic.notebook.live.widgets import Look

__all__ = ["Act", "ChainBar", "free_name"]

Act: TypeAlias = Literal["switch", "new", "fork", "rename"]

_ASKED: dict[Act, str] = {
    "new": "Name of the new chain",
    "fork": "Name of the copy",
    "rename": "New name",
}


def free_name(stem: str, taken: Sequence[str]) -> str:
    """Return a name that no chain has."""
    number, name = 2, stem
    while name in taken:
        name, number = f"{stem} {number}", number + 1
    return name


class ChainBar:
    """A list of chains, and what can be done with them.

    Args:
        look: Closes the widgets.
        act: Takes what to do, and the name of the chain.
    """

    def __init__(self, look: Look, act: Callable[[Act, str], None]) -> None:
        self._controls = controls = Controls(look)
        self._act = act
        self._asks: Act = "new"
        self._is_told = False  # the list is being updated; nobody chose
        self._names = controls.choice(
            "Chain", "The conversation that this panel continues", [], "qwen-magic-chain"
        )
        self._names.observe(self._chosen, "value")
        self._name = controls.line("Name", "qwen-magic-name")
        self._name.on_msg(self._entered)
        self._listed = (
            self._names,
            controls.button("New", "Begin a chain", lambda: self._ask("new")),
            controls.button(
                "Fork", "Begin a chain with these turns; this one stays", lambda: self._ask("fork")
            ),
            controls.button("Rename", "Give this chain another name", lambda: self._ask("rename")),
        )
        self._named = (
            self._name,
            controls.button("OK", "Do it", self._end, "qwen-magic-ok"),
            controls.button("Cancel", "Leave it as it is", self._list, "qwen-magic-cancel"),
        )
        self.box = controls.row(*self._listed, classes=("qwen-magic-bar", "qwen-magic-chains"))

    def show(self, names: Sequence[str], current: str) -> None:
        """Show the existing chains."""
        known = tuple(dict.fromkeys((*names, current)))
        if tuple(self._names.options) == known and self._names.value == current:
            return
        self._is_told = True
        try:
            self._names.options = known
            self._names.value = current
        finally:
            self._is_told = False
        self._controls.hear()

    def _chosen(self, change: Bunch) -> None:
        if not self._is_told and change.new is not None:
            self._act("switch", change.new)

    def _ask(self, act: Act) -> None:
        """Ask for a name."""
        self._asks = act
        current, taken = self._names.value or "", self._names.options
        stem = {"new": "chat", "fork": f"{current} copy", "rename": current}[act]
        self._name.value = stem if act == "rename" else free_name(stem, taken)
        self._name.description = _ASKED[act]
        place(self.box, self._named)
        self._name.focus()
        self._controls.hear()

    def _entered(self, _: object, content: dict[str, object], __: object) -> None:
        if content.get("event") == "submit":
            self._end()

    def _end(self) -> None:
        self.finish(self._name.value)

    def finish(self, name: str) -> None:
        """Do what a name was asked for, once."""
        if self._name not in self.box.children:
            return
        name = name.strip()
        self._list()
        if name and not (self._asks == "rename" and name == self._names.value):
            self._act(self._asks, name)

    def _list(self) -> None:
        place(self.box, self._listed)
        self._controls.hear()
