"""The reader's variables, among what IPython keeps beside them (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwen_magic.errors import CellError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["check_free", "variables_of"]


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


def check_free(name: str, hidden: Mapping[str, object]) -> str:
    """Return the name that will hold a turn, if it is free.

    Raises:
        CellError: IPython itself relies on it.
    """
    if name in hidden:
        raise CellError(f"-o {name!r} is a name of IPython's own", hint="choose another")
    return name
