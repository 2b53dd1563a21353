"""A block of code in an answer: whether a notebook's kernel can run it, and what of it is typed.

Its language is what the model wrote behind the fence. Without one, Python must be able to read it,
and it must do something: a table, a folder's files, an error or a result are no code.
"""

from __future__ import annotations

import ast
import re

__all__ = ["is_python", "typed_in"]

_LONGEST = 10_000  # characters that are read as Python
# As models, MyST and Quarto write it: Python, py3, ipython3, {code-cell}, {.python .extra}, py:a.py
_PYTHON = re.compile(
    r"\{?[\s.]*(?:jupyter-)?(?:i?python|py|pycon|code-cell)[\d.]*(?:-repl)?(?![\w+#-])",
    re.IGNORECASE,
)
_PROMPT = re.compile(r"(?:>>>|\.\.\.|In \[\d+\]:| +\.\.\.:)(?: |$)")
_MAGIC = re.compile(r"^(\s*)(?:[\w.,\[\] ]+=\s*)?[%!].*|^(\s*)\S+\?{1,2}$", re.MULTILINE)
_ESCAPE = re.compile(r"\\[^\n]")  # Python warns of those that it does not know
_DATA = (
    *(ast.Module, ast.Expr, ast.expr_context, ast.Constant, ast.Name, ast.List, ast.Tuple, ast.Set),
    *(ast.Dict, ast.UnaryOp, ast.unaryop),
)


def is_python(code: str, info: str) -> bool:
    """Return whether a kernel for Python can run a block.

    Args:
        code: What stands in it.
        info: What stands behind its fence.
    """
    if info.strip():
        return bool(_PYTHON.match(info.strip()))
    return len(code) > _LONGEST or code.lstrip().startswith("%%") or _does_something(typed_in(code))


def typed_in(code: str) -> str:
    """Return what was typed in an interactive session, without prompts and results; else all."""
    lines = code.split("\n")
    if not _PROMPT.match(next(filter(str.strip, lines), "")):
        return code
    prompts = ((line, _PROMPT.match(line)) for line in lines)
    return "\n".join(line[found.end() :] for line, found in prompts if found)


def _does_something(code: str) -> bool:
    plain = _ESCAPE.sub("xx", _MAGIC.sub(r"\1\2_()", code))
    try:
        tree = ast.parse(plain)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return not all(map(_is_data, ast.walk(tree)))


def _is_data(node: ast.AST) -> bool:
    return isinstance(node, _DATA) or (isinstance(node, ast.AnnAssign) and node.value is None)
