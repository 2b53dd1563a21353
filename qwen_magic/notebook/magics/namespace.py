"""The reader's variables, among what IPython keeps beside them (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qwen_magic.errors import CellError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qwen_magic.conversation.turn.turn import Turn

__all__ = ["Names", "check_free", "names_of", "variables_of"]


@dataclass(frozen=True, slots=True)
class Names:
    """The variables that a cell fills: one with the turn, and one with its value if it has one."""

    out: str = "_qwen"
    value: str = ""

    def bound(self, turn: Turn) -> dict[str, Any]:
        """Return what the variables hold; a turn without a value leaves an earlier value alone."""
        found: dict[str, Any] = {"_qwen": turn, self.out: turn}
        has_value = turn.shaped is not None and turn.shaped.found
        return {**found, self.value: turn.value} if self.value and has_value else found


def names_of(options: Mapping[str, Any], hidden: Mapping[str, object]) -> Names:
    """Return the variables that a cell's options name.

    Raises:
        CellError: IPython itself relies on one of them.
    """
    out = check_free(options.get("out", "_qwen"), hidden)
    return Names(out, check_free(options["value"], hidden, "--value") if "value" in options else "")


def variables_of(names: Mapping[str, object], hidden: Mapping[str, object]) -> dict[str, object]:
    """Return the reader's own variables, including those that took a hidden name.

    Args:
        names: All names of the namespace.
        hidden: What IPython put there.
    """
    return {
        name: value
        for name, value in names.items()
        if name not in hidden or hidden[name] is not value
    }


def check_free(name: str, hidden: Mapping[str, object], flag: str = "-o") -> str:
    """Return the name that an option gives to a variable, if it is free.

    Raises:
        CellError: IPython itself relies on it.
    """
    if name in hidden:
        raise CellError(f"{flag} {name!r} is a name of IPython's own", hint="choose another")
    return name
