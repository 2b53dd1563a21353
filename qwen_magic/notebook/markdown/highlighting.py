"""Code as HTML, in Pygments' classes, which Jupyter colours for its light and dark themes."""

from __future__ import annotations

import html
import re
from functools import cache
from typing import TYPE_CHECKING

from qwen_magic.notebook.markdown.escapes import strip_controls

if TYPE_CHECKING:
    from pygments.formatter import Formatter
    from pygments.lexer import Lexer

__all__ = ["highlight"]

# A name outside this list would make Pygments search all installed packages for a plugin.
_NAMES = (
    "awk bash bat batch c c# c++ cl clojure cmake console cpp cs csharp css cuda dart diff docker "
    "dockerfile elixir erlang f90 fortran fsharp go golang graphql groovy haskell hcl hs html "
    "http ini ipython ipython3 java javascript jinja jl js json jsx julia kotlin ksh latex less "
    "lisp lua make makefile markdown matlab md mysql nginx nim objc objective-c ocaml octave "
    "pascal perl php pl plpgsql postgres postgresql powershell prolog protobuf ps1 py py3 pycon "
    "pytb python python3 r rb rs rst ruby rust sass scala scheme scss sh shell sql sqlite3 swift "
    "tcl terraform tex tf toml ts tsx typescript udiff vbnet verilog vhdl vim vue xml yaml yml "
    "zig zsh"
)
_LANGUAGES = frozenset(_NAMES.split())
_LONGEST = 50_000
_SLOW = {"c#": 5_000, "cs": 5_000, "csharp": 5_000, "groovy": 5_000}
# Lexers backtrack: with long lines, long runs of white space or long runs of words, a few kB keep
# some of them busy for minutes. Without these shapes the slowest needs about a second for 50 kB.
_SHAPES = re.compile(r"[^\n]{500}|\s{100}|[\w\s@.$<>?\[\]]{1000}")


def highlight(code: str, language: str = "", *, limit: int = _LONGEST, margin: str = "0") -> str:
    """Return code as a block of HTML; plain if the language is unknown or the code too long."""
    code = strip_controls(code).rstrip("\n")
    name = language.lower()
    limit = min(limit, _SLOW.get(name, limit))
    if name in _LANGUAGES and len(code) <= limit and not _SHAPES.search(code):
        inner = _highlighted(code, name)
    else:
        inner = html.escape(code)
    lead = "\n" if inner.startswith("\n") else ""  # a parser drops the first newline after <pre>
    return f'<div class="highlight" style="margin:{margin}"><pre>{lead}{inner}\n</pre></div>\n'


def _highlighted(code: str, name: str) -> str:
    from pygments import highlight as rendered
    from pygments.util import ClassNotFound

    try:
        return rendered(code, _lexer(name), _formatter()).rstrip("\n")
    except ClassNotFound:
        return html.escape(code)


@cache
def _lexer(name: str) -> Lexer:
    from pygments.lexers import get_lexer_by_name

    return get_lexer_by_name(name, stripnl=False, ensurenl=False)


@cache
def _formatter() -> Formatter[str]:
    from pygments.formatters.html import HtmlFormatter

    return HtmlFormatter(nowrap=True)
