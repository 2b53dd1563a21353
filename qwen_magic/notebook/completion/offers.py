"""What there is to name on a magic line: variables, chains, models that were used here.

Completion reads it at each TAB, from other threads too, and never makes the session: only a cell
tells which notebook this is.
"""

from __future__ import annotations

import re
from types import FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from qwen_magic.models import MODELS
from qwen_magic.notebook.kernel.frontend import notebook_of
from qwen_magic.notebook.magics.servers import labels_of
from qwen_magic.settings import Settings

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from qwen_magic.conversation.store.used_rows import Used

__all__ = ["chain_names", "columns", "offers", "variables"]

_FIRST = (
    "DataFrame",
    "Series",
    "ndarray",
    "Tensor",
    "Figure",
    "Image",
    "Turn",
    "str",
    "dict",
    "list",
)
_LAST = ("function", "class")
_LONG = 100_000  # characters
_MANY = 100  # members


def offers(shell: InteractiveShell) -> dict[str, list[str]]:
    """Return the names that an option's or a setting's value may be, by its name."""
    from qwen_magic.conversation.schema.naming import may_be_schema
    from qwen_magic.conversation.turn.records import JOINED
    from qwen_magic.notebook.magics.mapping import may_be_table

    own, used, chains = _variables(shell), _used(shell), chain_names(shell)
    labels = {name: labels_of(value) for name, value in own.items() if _may_serve(value)}
    functions = _of(own, FunctionType, MethodType)
    servers = [label for found in labels.values() for label in found]
    return {
        "model": [name for name in used.models if name not in MODELS],
        "tools": functions,
        "tool_choice": [*functions, *servers],
        "mcp": [name for name, found in labels.items() if found],
        "messages": [name for name in _of(own, list) if _are_messages(own[name])],
        "schema": [name for name, value in own.items() if may_be_schema(value)],
        "map": [name for name, value in own.items() if may_be_table(value)],
        "out": [name for name, value in own.items() if _is_turn(value)],
        "chain": [name for name in chains if len(name.split()) == 1],
        "conversation": [name.removeprefix(JOINED) for name in chains if name.startswith(JOINED)],
        "": list(own),
    }


def columns(shell: InteractiveShell, name: str) -> dict[str, str]:
    """Return the columns of a table by that name."""
    from qwen_magic.notebook.magics.mapping import columns_of, may_be_table

    value = _variables(shell).get(name)
    return dict.fromkeys(columns_of(value), "column") if may_be_table(value) else {}


def variables(shell: InteractiveShell) -> dict[str, str]:
    """Return what `{{name}}` may name, with types and shapes; tables and pictures come first."""
    from qwen_magic.notebook.failing.shapes import shape_of

    qwen: Any = shell.magics_manager.registry["QwenMagics"]
    last = qwen.failures.last()
    own = {**_variables(shell)}
    shapes = {name: shape_of(value) for name, value in own.items() if not _is_module(value)}
    ranked = sorted(shapes, key=lambda name: (_rank(shapes[name]), name.lower()))
    found = {name: _unbroken(shapes[name]) for name in ranked}
    return {**found, "error": last.failure.kind} if last and "error" not in own else found


def _unbroken(shape: str) -> str:
    """Return a shape in a form that JupyterLab's narrow list keeps on one line."""
    return re.sub(r" (?:characters?|bytes?|values)$", "", shape).replace(" ", "\N{NO-BREAK SPACE}")


def _is_module(value: object) -> bool:
    return isinstance(value, ModuleType)


def _rank(shape: str) -> int:
    """Return the place of a kind of values among the others; most stand in the middle."""
    kind = shape.partition(" ")[0]
    if kind in _FIRST:
        return _FIRST.index(kind)
    return len(_FIRST) + (kind in _LAST)


def chain_names(shell: InteractiveShell) -> list[str]:
    """Return the names of the notebook's chains; before its first cell, those at its path."""
    known: list[str] = shell.magics_manager.registry["ChainMagics"].names()
    return known or list(_used(shell).chains)


def _used(shell: InteractiveShell) -> Used:
    """Return what was used before; nothing is made where nothing is."""
    from qwen_magic.conversation.store.files import newest
    from qwen_magic.conversation.store.store import ChainStore
    from qwen_magic.conversation.store.used_rows import Used
    from qwen_magic.notebook.document.file import paired

    magics: Any = shell.magics_manager.registry["QwenMagics"]
    told = notebook_of(shell)
    path = paired(told) if told else ""
    if magics.joined is not None:
        return magics.joined.store.used(path)  # type: ignore[no-any-return]
    home = Settings().home
    if magics.history == "off" or not newest(home)[0].is_file():
        return Used()
    store = ChainStore(home)
    try:
        return store.used(path)
    finally:
        store.close()


def _variables(shell: InteractiveShell) -> dict[str, object]:
    """Return the reader's own variables, without those that begin with an underscore."""
    names, hidden = shell.user_ns.copy(), shell.user_ns_hidden
    return {
        name: value
        for name, value in names.items()
        if not name.startswith("_") and name not in hidden
    }


def _of(own: dict[str, object], *kinds: type) -> list[str]:
    return [name for name, value in own.items() if isinstance(value, kinds)]


def _may_serve(value: object) -> bool:
    """Return whether to look for MCP servers in a value; a long one describes none."""
    written = isinstance(value, str) and len(value) < _LONG and value.lstrip().startswith("{")
    return written or (isinstance(value, dict) and len(value) < _MANY)


def _are_messages(value: object) -> bool:
    """Return whether a list looks like messages or other input items, by its first members."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, dict) and {"role", "type"} & item.keys() for item in value[:_MANY])
    )


def _is_turn(value: object) -> bool:
    kind = type(value)
    return kind.__name__ == "Turn" and kind.__module__.startswith("qwen_magic.")
