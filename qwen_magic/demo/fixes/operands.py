"""Repairs of operations that do not go with their operands."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from qwen_magic.demo.fixes.arguments import called
from qwen_magic.demo.fixes.facts import Fix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qwen_magic.demo.fixes.facts import Facts

__all__ = ["divided", "typed"]

_NOT = {
    "callable": (
        "What stands before the parentheses is of type `{kind}`, no function. Was a function's "
        "name, such as `list` or `sum`, given to a variable? `del` brings it back."
    ),
    "subscriptable": ("What stands before the brackets is of type `{kind}`, which has no members."),
}


def divided(facts: Facts) -> Fix:
    """Repair a division by zero."""
    for node in _nodes(facts.line):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod):
            whole, divisor = (
                ast.get_source_segment(_whole(facts.line), one) for one in (node, node.right)
            )
            guarded = f"({whole} if {divisor} else 0)"
            line = facts.line.replace(str(whole), guarded, 1)
            cause = (
                "`{divisor}` is zero in line {line}. Below, the result is then 0; that is my guess, "
                "so choose what fits."
            )
            return Fix(cause, {"divisor": divisor, "line": facts.number}, facts.with_line(line))
    return Fix("A division by zero in line {line}.", {"line": facts.number})


def typed(facts: Facts) -> Fix | None:
    """Repair an operation on a value of another type."""
    if "concatenate str" in facts.words or re.search(r"for \+: '\w+' and 'str'", facts.words):
        return _joined(facts)
    if found := re.search(r"'(\w+)' object is not iterable", facts.words):
        loop = re.match(r"for (.+) in (\w+):", facts.line)
        if found[1] == "int" and loop:
            line = facts.line.replace(f"in {loop[2]}:", f"in range({loop[2]}):")
            cause = "`{name}` is a number, and a number has no members. `range` counts up to it."
            return Fix(cause, {"name": loop[2]}, facts.with_line(line))
        return Fix(
            "The value is of type `{kind}`, which has no members to go through.", {"kind": found[1]}
        )
    if found := re.search(r"'(\w+)' object is not (callable|subscriptable)", facts.words):
        return Fix(_NOT[found[2]], {"kind": found[1]})
    if "can only concatenate list" in facts.words:
        return _appended(facts)
    return called(facts)


def _appended(facts: Facts) -> Fix:
    """Make a list of what is added to a list."""
    cause = "`+` joins two lists; one more member stands in brackets of its own."
    for node in _nodes(facts.line):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            both, more = (
                str(ast.get_source_segment(_whole(facts.line), one)) for one in (node, node.right)
            )
            line = facts.line.replace(both, f"{both.removesuffix(more)}[{more}]", 1)
            return Fix(cause, {}, facts.with_line(line))
    return Fix(cause)


def _joined(facts: Facts) -> Fix | None:
    """Write the side that is no text as text."""
    cause = "`+` joins two texts, or adds two numbers, but not a text and a number. `str` makes a text of it."
    source = _whole(facts.line)
    for node in _nodes(facts.line):
        if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)):
            continue
        sides = (node.left, node.right)
        is_text = [_is_text(one, facts.shapes) for one in sides]
        if sum(is_text) == 1:
            part = ast.get_source_segment(source, sides[is_text.index(False)]) or ""
            start = sides[is_text.index(False)].col_offset
            line = source.encode()
            changed = line[:start] + f"str({part})".encode() + line[start + len(part.encode()) :]
            return Fix(
                cause,
                {},
                facts.with_line(
                    changed.decode().removesuffix(" pass" if facts.line.endswith(":") else "")
                ),
            )
    return Fix(cause)


def _is_text(node: ast.AST, shapes: Mapping[str, str]) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_text(node.left, shapes) or _is_text(node.right, shapes)
    if isinstance(node, ast.Name):
        return shapes.get(node.id, "").startswith("str")
    is_made = isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"str", "input"}
    return (
        is_made or isinstance(node, ast.JoinedStr) or isinstance(getattr(node, "value", None), str)
    )


def _whole(line: str) -> str:
    """Return a line as a statement that can be read alone."""
    return f"{line} pass" if line.endswith(":") else line


def _nodes(line: str) -> list[ast.AST]:
    try:
        return list(ast.walk(ast.parse(_whole(line))))
    except (SyntaxError, ValueError):
        return []
