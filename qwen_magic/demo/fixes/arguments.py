"""Repairs of a call whose arguments do not go with what is called."""

from __future__ import annotations

import builtins
import inspect
import re
from typing import TYPE_CHECKING

from qwen_magic.demo.fixes.facts import Fix, known_in, near

if TYPE_CHECKING:
    from qwen_magic.demo.fixes.facts import Facts

__all__ = ["called"]

_CALLED = r"(?:(?P<owner>\w+)\.)?(?P<name>\w+)\(\) "
_UNKNOWN = re.compile(rf"{_CALLED}got an unexpected keyword argument '(?P<key>\w+)'")
_INVALID = re.compile(r"'(?P<key>\w+)' is an invalid keyword argument for (?P<name>\w+)\(\)")
_MISSING = re.compile(rf"{_CALLED}missing \d+ required .*arguments?: (?P<missing>.+)")
_MANY = re.compile(
    rf"{_CALLED}takes (?:from \d+ to )?(?P<most>\d+) positional arguments? but (?P<given>\d+) "
)


def called(facts: Facts) -> Fix | None:
    """Repair the arguments of a call."""
    if found := _UNKNOWN.search(facts.words) or _INVALID.search(facts.words):
        return _renamed(facts, _name(found), found["key"])
    if found := _MISSING.search(facts.words):
        values = {"name": _name(found), "missing": found["missing"]}
        return Fix("`{name}` was called without {missing}.", values)
    if found := _MANY.search(facts.words):
        counts = {"name": _name(found), "most": found["most"], "given": found["given"]}
        cause = (
            "`{name}` was given {given} values by their place, and takes {most}; "
            "a method counts its object, too."
        )
        return Fix(cause, counts)
    return None


def _name(found: re.Match[str]) -> str:
    """Return what the call says: the class, where its `__init__` complains."""
    owner = found.groupdict().get("owner")
    return owner if owner and found["name"] == "__init__" else found["name"]


def _renamed(facts: Facts, name: str, key: str) -> Fix:
    known = _parameters(facts, name)
    values: dict[str, object] = {"name": name, "key": key}
    like = near(key, known)
    if like:
        code = re.sub(rf"\b{key}(?=\s*=(?!=))", like, facts.code)
        cause = "`{name}` has no parameter `{key}`, but it has `{near}`."
        return Fix(cause, values | {"near": like}, code)
    if known:
        values["known"] = ", ".join(f"`{one}`" for one in known)
        return Fix("`{name}` has no parameter `{key}`; its parameters are {known}.", values)
    return Fix("`{name}` has no parameter `{key}`; `help({name})` lists those it has.", values)


def _parameters(facts: Facts, name: str) -> list[str]:
    for dotted, shape in facts.shapes.items():
        if dotted.rpartition(".")[2] == name and (known := known_in(shape)):
            return known
    own = getattr(builtins, "sorted" if name == "sort" else name, None)
    try:
        return list(inspect.signature(own).parameters) if own else []
    except (TypeError, ValueError):
        return []
