"""The values that must not be sent: those of secret names, and those of the environment (pure)."""

from __future__ import annotations

import ast
import re
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

from qwen_magic.notebook.failing.masking import said_in
from qwen_magic.notebook.failing.naming import looks_secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["parsed", "secrets_in", "secrets_in_code", "secrets_in_environment"]

_SHORTEST = 4  # characters; a shorter one may be in any word
_LONGEST = 20_000
_LONG = 8
_DEPTH = 4
_MEMBERS = 2_000
_MOST = 40_000  # values that are looked at
_CLOSED = ("builtins", "types", "IPython", "ipykernel", "traitlets", "ipywidgets", "qwen_magic")
_FOLDERS = ("PWD", "OLDPWD")  # of the shell
_PROMPTS = frozenset({"input", "getpass"})
_WORDS = frozenset({"none", "null", "true", "false", "name", "text", "value", "data", "self"})


def secrets_in(names: Mapping[str, object]) -> set[str]:
    """Return the texts under names that look secret, also those within dicts and objects.

    What lies near is looked at first; of a huge tree of objects, only so much.
    """
    found: set[str] = set()
    level: list[Mapping[Any, object]] = [names]
    seen: set[int] = set()
    for _ in range(_DEPTH):
        below = []
        for name, value in islice(_pairs(level), _MOST - len(seen)):
            if isinstance(name, str) and looks_secret(name):
                found |= set(_texts(value, _DEPTH))
            elif id(value) not in seen:
                seen.add(id(value))
                below.append(_fields(value))
        level = below
    return found


def _pairs(level: list[Mapping[Any, object]]) -> Iterator[tuple[object, object]]:
    for fields in level:
        yield from islice(list(fields.items()), _MEMBERS)


def secrets_in_code(source: str) -> set[str] | None:
    """Return the literals that a code gives to secret names: as values, arguments, in dicts.

    None if it cannot be read: then nobody knows where its literals end.
    """
    tree = parsed(source)
    if tree is None:
        return None
    found = {
        text
        for node in ast.walk(tree)
        for name, value in _given(node)
        if looks_secret(name)
        for text in _literals(value)
    }
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return found.union(*(said_in(text) for text in texts if isinstance(text, str)))


def parsed(source: str) -> ast.Module | None:
    """Return a cell as Python reads it, without its magics and commands; None if it cannot."""
    plain = re.sub(r"^([ \t]*)(?:[%!?].*|[\w.]+\?+[ \t]*$)", r"\1pass", source, flags=re.MULTILINE)
    try:
        return ast.parse(plain)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def secrets_in_environment(environment: Mapping[str, str]) -> set[str]:
    """Return the environment's values: all that look secret by name, and others that are no paths."""
    return {
        value
        for name, value in environment.items()
        if (looks_secret(name) and len(value) >= _SHORTEST and name not in _FOLDERS)
        or (len(value) >= _LONG and not _is_path(value) and value.casefold() not in _WORDS)
    }


def _is_path(value: str) -> bool:
    return value.startswith(("/", "~", ".", "file:", "module:")) or value[1:3] in {":\\", ":/"}


def _fields(value: Any) -> Mapping[str, object]:  # noqa: ANN401 - any variable
    """Return what a value holds by name; no code of its own runs."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list | tuple):
        return {str(place): member for place, member in enumerate(value[:_MEMBERS])}
    if isinstance(value, type) or str(type(value).__module__).startswith(_CLOSED):
        return {}
    with suppress(AttributeError, TypeError):
        held = object.__getattribute__(value, "__dict__")
        return held if isinstance(held, dict) else {}
    return {}


def _texts(value: Any, depth: int) -> Iterator[str]:  # noqa: ANN401 - any variable
    """Return the texts and long numbers in a value."""
    match value:
        case bool() | None:
            return
        case str():
            yield from _told(str.__str__(value))
        case bytes():
            yield from _told(value.decode("utf-8", "replace"))
        case int():
            yield from _told(int.__repr__(value)) if abs(value) < 10**100 else ()
        case set() | frozenset():
            for member in islice(value, _MEMBERS):
                yield from _texts(member, 0)
        case _ if depth:
            inner = depth - 1 if isinstance(value, dict | list | tuple) else 0
            for member in islice(list(_fields(value).values()), _MEMBERS):
                yield from _texts(member, inner)


def _told(text: str) -> Iterator[str]:
    if _SHORTEST <= len(text.strip()) <= _LONGEST and text.strip().casefold() not in _WORDS:
        yield text.strip()


def _given(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Return the names that a piece of code gives values to, with these values."""
    match node:
        case ast.Assign(targets, value):
            for target in targets:
                yield from _paired(target, value)
        case (
            ast.AnnAssign(target, _, ast.AST() as value)
            | ast.NamedExpr(target, value)
            | ast.AugAssign(target, _, value)
        ):
            yield from _paired(target, value)
        case ast.arguments():
            yield from _defaults(node)
        case _:
            yield from _told_of(node)


def _told_of(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Return the names beside values in what assigns nothing: a call, a dict, a comparison."""
    match node:
        case ast.keyword(str() as name, value):
            yield name, value
        case ast.Dict(keys, values):
            named = zip(keys, values, strict=True)
            yield from ((_name_of(key), value) for key, value in named if key)
        case ast.Compare(left, _, others):
            for one in others:
                yield from ((_name_of(left), one), (_name_of(one), left))
        case ast.Call(_, [ast.Constant(str() as name), value, *_]):  # setdefault("TOKEN", "…")
            yield name, value


def _defaults(node: ast.arguments) -> Iterator[tuple[str, ast.AST]]:
    named = [*node.posonlyargs, *node.args][-len(node.defaults) :] if node.defaults else []
    yield from ((arg.arg, value) for arg, value in zip(named, node.defaults, strict=True))
    for arg, value in zip(node.kwonlyargs, node.kw_defaults, strict=True):
        if value is not None:
            yield arg.arg, value


def _paired(target: ast.AST, value: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match target, value:
        case (
            (ast.Tuple(elts=targets) | ast.List(elts=targets)),
            (ast.Tuple(elts=values) | ast.List(elts=values)),
        ) if len(targets) == len(values):
            for one, other in zip(targets, values, strict=True):
                yield from _paired(one, other)
        case ((ast.Tuple(elts=targets) | ast.List(elts=targets)), _):
            yield " ".join(map(_name_of, targets)), value
        case _:
            yield _name_of(target), value


def _name_of(node: ast.AST) -> str:
    match node:
        case ast.Name(name) | ast.Attribute(_, name) | ast.Constant(str() as name):
            return name
        case ast.Subscript(_, key):
            return _name_of(key)
        case ast.Starred(inner):
            return _name_of(inner)
    return ""


def _literals(value: ast.AST, *, is_argument: bool = False) -> Iterator[str]:
    """Return the literals in a value; the name of a secret, as in `getenv("TOKEN")`, is none."""
    match value:
        case ast.Constant(given):
            is_name = isinstance(given, str) and given.isidentifier() and looks_secret(given)
            yield from () if is_name and is_argument else _texts(given, 0)
        case ast.Call(func, arguments) if _name_of(func) not in _PROMPTS:
            for node in (func, *arguments, *(word.value for word in value.keywords)):
                yield from _literals(node, is_argument=True)
        case ast.Call():
            return
        case _:
            inside = is_argument or isinstance(value, ast.Subscript)
            for child in ast.iter_child_nodes(value):
                yield from _literals(child, is_argument=inside)
