"""Code as HTML, in Pygments' classes, which Jupyter colours for its light and dark themes."""

from __future__ import annotations

import html
import re
from functools import cache
from io import StringIO
from typing import TYPE_CHECKING, Any

from pygments.token import Token

from qwen_magic.notebook.markdown.escapes import strip_controls

if TYPE_CHECKING:
    from pygments.formatter import Formatter
    from pygments.lexer import Lexer

__all__ = ["OTHER", "highlight", "highlight_on"]

OTHER = "qwen-magic-other"  # a block that the notebook's kernel cannot run

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

_WRAPS = "word-break:normal;overflow-wrap:anywhere"  # JupyterLab breaks within words
# nbconvert and Voilà let a <pre> in an output have the font of what is around it.
_FONT = "font-family:monospace"

_WINDOW = 1_000  # characters above growing code that are lexed again with it


def highlight(
    code: str, language: str = "", *, limit: int = _LONGEST, margin: str = "0", mark: str = ""
) -> str:
    """Return code as a block of HTML; plain if the language is unknown or the code too long.

    Args:
        code: Any text.
        language: As it stands behind a fence.
        limit: From how many characters on it is too long.
        margin: Of the block, as CSS.
        mark: One more class of the block.
    """
    code = strip_controls(code).rstrip("\n")
    name = language.lower()
    limit = min(limit, _SLOW.get(name, limit))
    if name in _LANGUAGES and len(code) <= limit and not _SHAPES.search(code):
        inner = _highlighted(code, name)
    else:
        inner = html.escape(code)
    lead = "\n" if inner.startswith("\n") else ""  # a parser drops the first newline after <pre>
    block = f'<pre style="{_WRAPS}">{lead}{inner}\n</pre>'
    names = f"highlight {mark}".strip()
    return f'<div class="{names}" style="margin:{margin};{_FONT}">{block}</div>\n'


def _highlighted(code: str, name: str) -> str:
    from pygments import highlight as rendered
    from pygments.util import ClassNotFound

    try:
        return rendered(f"{code}\n", _lexer(name), _formatter()).rstrip("\n")
    except ClassNotFound:
        return html.escape(code)


def highlight_on(before: str, code: str, language: str) -> tuple[str, str]:
    """Return code as HTML, coloured as what goes on from the code before it, and what comes next.

    The lexer begins anew in the code before: not far above, where no comment or string that spans
    lines seems to be open. A longer one, or a language inside another, may get wrong colours.

    Args:
        before: As the last call returned it.
        code: Lines without control characters, and without the last line end.
        language: As `highlight` takes it.
    """
    name, text = language.lower(), f"{before}{code}"
    if name not in _LANGUAGES or _SHAPES.search(text):
        return html.escape(code), text[_line_start(text, len(text) - _WINDOW) :]
    tokens = list(_lexer(name).get_tokens_unprocessed(f"{text}\n"))
    after = [(_coloured(kind), word[max(0, len(before) - at) :]) for at, kind, word in tokens]
    inner = StringIO()
    _formatter().format((pair for pair in after if pair[1]), inner)
    return inner.getvalue().rstrip("\n"), text[_resume(tokens, text) :]


def _coloured(kind: Any) -> Any:  # noqa: ANN401 - Pygments' kinds have no type
    """Return a kind, but none for names and spaces: Jupyter gives them no colour."""
    return Token if kind in Token.Name or kind in Token.Text else kind


def _resume(tokens: list[tuple[int, Any, str]], text: str) -> int:
    """Return the last place but a window where a lexer can begin, or else a window's length."""
    found, above = 0, Token
    for at, kind, word in tokens:
        if len(text) - at < _WINDOW:
            break
        if text[at - 1 : at] == "\n" and not (_spans(kind) and _spans(above)):
            found = at
        above = kind if word.strip() else above
    return max(found, _line_start(text, len(text) - 3 * _WINDOW))


def _spans(kind: Any) -> bool:  # noqa: ANN401
    return kind in Token.Comment or kind in Token.Literal.String


def _line_start(text: str, at: int) -> int:
    """Return where the first line begins at a place or below it."""
    return text.find("\n", at - 1) + 1 if at > 0 else 0


@cache
def _lexer(name: str) -> Lexer:
    from pygments.lexers import get_lexer_by_name

    return get_lexer_by_name(name, stripnl=False, ensurenl=False)


@cache
def _formatter() -> Formatter[str]:
    from pygments.formatters.html import HtmlFormatter

    return HtmlFormatter(nowrap=True)
