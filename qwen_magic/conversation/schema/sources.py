"""Where a class was written: its text, in a file or in a cell.

Up to Python 3.13, `inspect` finds no class that a cell defines.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import re
import sys
import textwrap
from contextlib import suppress
from threading import RLock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["class_body", "class_source", "hinted"]

# CPython 3.11 fails now and then where threads parse at once ("recursion depth mismatch").
_ALONE = RLock()
_CELL = re.compile(r"ipykernel_\d+|^<ipython-input")


def class_source(kind: type) -> str:
    """Return the text of a class with its decorators; empty if it is not known."""
    with _ALONE:
        with suppress(OSError, TypeError, SystemError):
            return inspect.getsource(kind)
        cells = _cells() if kind.__module__ == "__main__" else ()
        return next((found for cell in cells if (found := _found(kind, cell))), "")


def class_body(kind: type) -> list[ast.stmt]:
    """Return the statements of a class; none if its text is not known."""
    with _ALONE, suppress(SyntaxError, ValueError, SystemError):
        (found,) = ast.parse(textwrap.dedent(class_source(kind))).body
        return found.body if isinstance(found, ast.ClassDef) else []
    return []


def hinted(kind: type) -> set[str]:
    """Return the names that a class itself gives hints to, also where a hint cannot be looked up."""
    if sys.version_info >= (3, 14):  # hints are looked up when they are asked for
        from annotationlib import Format, get_annotations

        return set(get_annotations(kind, format=Format.FORWARDREF))
    return set(vars(kind).get("__annotations__", ()))


def _cells() -> Iterator[str]:
    """Yield the sources of cells, the newest first."""
    for name, known in reversed([*linecache.cache.items()]):
        if _CELL.search(name) and len(known) > 1:
            yield "".join(known[2])


def _found(kind: type, cell: str) -> str:
    """Return the text of a class in a cell; empty if it stands elsewhere."""
    if f"class {kind.__name__}" not in cell:
        return ""
    with suppress(SyntaxError, ValueError, SystemError):
        for one in ast.walk(ast.parse(cell)):
            if isinstance(one, ast.ClassDef) and _is(one, kind):
                start = min([one.lineno, *(line.lineno for line in one.decorator_list)])
                return "".join(cell.splitlines(keepends=True)[start - 1 : one.end_lineno])
    return ""


def _is(written: ast.ClassDef, kind: type) -> bool:
    """Return whether a class was made from a definition: it has its fields and methods."""
    if written.name != kind.__name__:
        return False
    fields = (line.target for line in written.body if isinstance(line, ast.AnnAssign))
    names = {field.id for field in fields if isinstance(field, ast.Name)}
    methods = {
        line.name
        for line in written.body
        if isinstance(line, ast.FunctionDef | ast.AsyncFunctionDef)
        and (line.name.endswith("__") or not line.name.startswith("__"))  # others are mangled
    }
    return names == hinted(kind) and methods <= vars(kind).keys()
