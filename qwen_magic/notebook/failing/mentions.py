"""What the failing lines mention: variables with their shapes, near names, libraries (pure)."""

from __future__ import annotations

import builtins
import re
import sys
from difflib import get_close_matches
from types import ModuleType
from typing import TYPE_CHECKING, Any

from qwen_magic.notebook.failing.naming import looks_secret
from qwen_magic.notebook.failing.shapes import columns_of, details_of, shape_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from qwen_magic.notebook.failing.frames import Frame

__all__ = ["Mention", "libraries_of", "mentions_of", "near_names"]

_NAMES = re.compile(r"(?<![\w.])[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_STRINGS = re.compile(r"(?P<mark>[\"']).*?(?<!\\)(?P=mark)|#.*")
_MOST = 20
_NEAR = 0.7
_FROM = re.compile(r"from '([\w.]+)'")


class Mention(tuple[str, object]):
    """A name as a line has it, and its value."""

    __slots__ = ()

    @property
    def name(self) -> str:
        """The name, perhaps with attributes: `model.data`."""
        return self[0]

    def told(self, environment: Iterable[str] = ()) -> str:
        """Return its type and shape; of what looks secret, only the type."""
        name, value = self
        if looks_secret(name):
            return f"{name}: {type(value).__name__}"
        details = details_of(value, environment)
        return f"{name}: {shape_of(value)}{f' ({details})' if details else ''}"


def mentions_of(frames: Sequence[Frame]) -> list[Mention]:
    """Return the variables that the notebook's lines name, those nearest to the error first."""
    found: dict[str, object] = {}
    for frame in reversed([frame for frame in frames if not frame.module]):
        for name in _NAMES.findall(_STRINGS.sub("", frame.text)):
            for known, value in _resolved(name, frame):
                found.setdefault(known, value)
        if len(found) > _MOST:
            break
    return [Mention(pair) for pair in found.items() if not isinstance(pair[1], ModuleType)][:_MOST]


def _resolved(dotted: str, frame: Frame) -> Iterator[tuple[str, object]]:
    """Yield a variable, and what it holds under the names behind it; no code of its own runs."""
    head, *rest = dotted.split(".")
    if head == "get_ipython":  # what IPython makes of a magic
        return
    names: Any = frame.frame.f_locals if head in frame.frame.f_locals else frame.frame.f_globals
    if head not in names:
        return
    value = names[head]
    yield head, value
    for name in rest:
        held = _held(value)
        if isinstance(value, ModuleType) or name not in held:
            return
        head, value = f"{head}.{name}", held[name]
        yield head, value


def _held(value: object) -> Mapping[str, object]:
    try:
        held = object.__getattribute__(value, "__dict__")
    except (AttributeError, TypeError):
        return {}
    return held if isinstance(held, dict) else {}


def near_names(error: BaseException, frames: Sequence[Frame]) -> list[str]:
    """Return existing names that are like the one which an error did not find."""
    name = getattr(error, "name", None)
    known: set[str] = set()
    if isinstance(error, NameError) and frames:
        frame = frames[-1].frame
        known = {*frame.f_locals, *frame.f_globals, *vars(builtins)}
    elif isinstance(error, AttributeError):
        holder = getattr(error, "obj", None)
        known = _attributes(holder) | columns_of(holder)
    elif isinstance(error, ImportError):
        found = re.search(r"import name '(\w+)'", str(error.msg))
        name = found[1] if found else None
        known = {*vars(sys.modules.get(str(error.name), builtins))} if found else set()
    if not isinstance(name, str):
        return []
    public = [one for one in known if one.startswith("_") == name.startswith("_")]
    return get_close_matches(name, sorted(public), n=3, cutoff=_NEAR)


def _attributes(value: object) -> set[str]:
    kinds = value.__mro__ if isinstance(value, type) else type(value).__mro__
    return {*_held(value), *(name for kind in kinds for name in vars(kind))}


def libraries_of(frames: Sequence[Frame], mentions: Sequence[Mention]) -> list[str]:
    """Return the libraries that take part, by their names; none of Python's own."""
    modules = [frame.module for frame in frames]
    modules += [str(getattr(type(value), "__module__", "")) for _, value in mentions]
    for frame in (one for one in frames if not one.module):
        for name in _NAMES.findall(_STRINGS.sub("", frame.text)):
            value = frame.frame.f_globals.get(name.partition(".")[0])
            if isinstance(value, ModuleType):
                modules.append(value.__name__)
    tops = dict.fromkeys(module.partition(".")[0] for module in modules)
    own = {"__main__", "builtins", "IPython", "ipykernel", "qwen_magic", ""}
    return [top for top in tops if top not in own and top not in sys.stdlib_module_names]
