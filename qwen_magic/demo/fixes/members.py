"""Repairs of a member that is not there: a column, a key, an attribute."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qwen_magic.demo.fixes.facts import Fix, known_in, near

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwen_magic.demo.fixes.facts import Facts

__all__ = ["attribute", "key"]

# What pandas says of a column among others: `['prise'] not in index`, `None of ['prise'] are in …`.
_AMONG = re.compile(r"(?:^|None of .*?)\[(?:Index\(\[)?'([^']*)'.*\] ?(?:not|are)")
_LENGTHS = frozenset({"length", "lenght", "len", "size"})
_SIZED = frozenset({"list", "tuple", "str", "dict", "set"})
# What is called otherwise in other languages, or was once.
_ELSEWHERE = {
    "list": {"push": "append", "add": "append"},
    "set": {"append": "add", "push": "add"},
    "str": {"trim": "strip", "toUpperCase": "upper", "toLowerCase": "lower"},
    "dict": {"iteritems": "items"},
}


def key(facts: Facts) -> Fix:
    """Repair a column or a key of a dict."""
    words = facts.words.strip('"')
    among = _AMONG.search(words)
    wanted = among[1] if among else words.strip("'")
    kinds = ("DataFrame", "dict")
    holders = [(name, kind, known) for name, kind, known in _holders(facts) if kind in kinds]
    holders.sort(key=lambda one: not near(wanted, one[2]))  # the one that has a like name first
    for name, kind, known in holders:
        values = {"name": name, "key": wanted, "known": ", ".join(f"`{one}`" for one in known)}
        cause = (
            "`{name}` has no column `{key}`; its columns are {known}."
            if kind == "DataFrame"
            else "The dict `{name}` has no key `{key}`; its keys are {known}."
        )
        return Fix(cause, values, _requoted(facts.code, wanted, near(wanted, known)))
    cause = "There is no key `{key}`. `.get({quoted})` returns None instead of failing."
    return Fix(cause, {"key": wanted, "quoted": facts.words})


def attribute(facts: Facts) -> Fix | None:
    """Repair a name behind a dot."""
    found = re.search(r"'?(\w+)'? (?:object )?has no attribute '(\w+)'", facts.words)
    if not found:
        return None
    kind, name = found[1], found[2]
    values = {"kind": kind, "name": name}
    if kind == "NoneType":
        cause = "What stands before `.{name}` is None: a call before it gave nothing back."
        return Fix(cause, values)
    if kind in _SIZED and name in _LENGTHS:
        return _counted(facts, values)
    elsewhere = _ELSEWHERE.get(kind, {}).get(name, "")
    like = elsewhere or _held(facts, kind, name) or (facts.near[0] if facts.near else "")
    if not like:
        return Fix("`{kind}` has no `{name}`; `dir(…)` lists what it has.", values)
    values["near"] = like
    dotted = rf"\.{name}\b"
    if like not in {*facts.near, elsewhere} and (kind == "dict" or " " in like):
        cause = "What `{kind}` holds under the name `{near}` is reached by brackets."
        return Fix(cause, values, re.sub(dotted, f'["{like}"]', facts.code))
    cause = "`{kind}` has no `{name}`, but it has `{near}`."
    return Fix(cause, values, re.sub(dotted, f".{like}", facts.code))


def _requoted(code: str, wanted: str, found: str) -> str:
    """Return code with another text within quotes; empty if there is none."""
    quoted = re.compile(rf"(['\"]){re.escape(wanted)}\1")
    changed = quoted.sub(lambda it: f"{it[1]}{found}{it[1]}", code) if found else code
    return changed if changed != code else ""


def _held(facts: Facts, kind: str, name: str) -> str:
    """Return the column or key that a name is like."""
    found = (
        near(name, known)
        for variable, one, known in _holders(facts)
        if one == kind or (one == "class" and variable == kind)
    )
    return next(filter(None, found), "")


def _counted(facts: Facts, values: dict[str, str]) -> Fix:
    cause = "`{kind}` has no `{name}`: `len(…)` counts its members."
    code = re.sub(rf"([\w.]+)\.{values['name']}\b(?:\(\))?", r"len(\1)", facts.code)
    return Fix(cause, values, code if code != facts.code else "")


def _holders(facts: Facts) -> Iterator[tuple[str, str, list[str]]]:
    """Yield variables with members by name: the name, the type, the members."""
    for name, shape in facts.shapes.items():
        if known := known_in(shape):
            yield name, shape.partition(" ")[0], known
