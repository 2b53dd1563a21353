r"""Plain text made safe for the place where it is shown: HTML, Markdown, a terminal.

Three rules hold for everything here:

* Control characters never get through. Bidirectional embeddings, overrides and isolates
  (U+202A-202E, U+2066-2069) are dropped as well: they exist to show text in another order than it
  is read in (CVE-2021-42574), while Arabic and Hebrew need none of them, because the order of a
  run follows from its letters. Lone surrogates, which no front end can encode, become U+FFFD.
* In HTML every `$` and `\` outside of our own formulas gets a `<span>` of its own. MathJax
  looks for its delimiters within one text node, so money and paths can never become a formula.
* In Markdown whatever could be read as markup becomes an entity or gets a backslash. Backticks and
  backslashes always become entities. So each backtick in the result is one of ours, even for
  readers that look for code with regular expressions before they parse (as Jupyter does).
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from qwen_magic.notebook.markdown.tex import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "FORMULA_START",
    "escape",
    "escape_lines",
    "escape_markdown",
    "escape_span",
    "fence",
    "indented",
    "inline_code",
    "join_spans",
    "strip_controls",
]

FORMULA_START = re.compile(r"\$|\\begin\{|\\\\[(\[]")
"""Where Jupyter sees a formula begin, in code too.

It takes formulas out of Markdown by regular expression before it parses the rest, and puts them
back at the end. A formula that began in one piece of code and ended in another, or in text, would
take the backticks between them away, and what was code could become HTML.
"""

# ECMA-48: a control string (OSC, DCS, SOS, PM, APC) with its terminator, a control sequence (CSI),
# or any other escape. None of them reaches into the next line, so stripping a text line by line
# gives the same as stripping the whole. Of an unterminated string, only the start goes.
_ANSI = re.compile(
    r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90\x98\x9c-\x9f\r\n]*(?:\x07|\x1b\\|\x9c)"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|\x1b[ -/]*[0-~]?"
)
_NEWLINE = re.compile(r"\r\n?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_DELIMITER = re.compile(r"[\\$]")
_MARKUP = re.compile(r"[\\`\[\]|<>&*_~#$]|^\{|!$|[^\S ]|\u200b")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_BACKSLASHED = "*_~#$!"
_LINE_START = re.compile(r"^( *)([-+=:]|\d{1,9}(?=[.)]))", re.MULTILINE)
_EDGE = re.compile(r"^ | $", re.MULTILINE)
_LANGUAGE = re.compile(r"[\w+#.-]{1,40}", re.ASCII)


def strip_controls(text: str) -> str:
    """Return the text without anything that moves a cursor, colours, links or reorders.

    Each line end becomes one newline, so that nothing overwrites the start of its line.
    """
    text = _ANSI.sub("", _NEWLINE.sub("\n", text))
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", text))


def escape(text: str) -> str:
    """Return plain text as the content of an HTML element; an attribute needs `html.escape`."""
    return _DELIMITER.sub(r"<span>\g<0></span>", html.escape(strip_controls(text)))


def escape_markdown(text: str) -> str:
    """Return plain text as Markdown that shows it literally; each newline is a hard break."""
    lines = strip_controls(text).split("\n")
    return escape_lines("\\\n".join(map(escape_span, lines)))


def escape_lines(markdown: str) -> str:
    """Return inline Markdown in which no line starts a block, and spaces at its ends are kept."""
    markdown = _EDGE.sub("&#32;", markdown)
    return _LINE_START.sub(lambda m: m[1] + _marker(m[2]), markdown)


def _marker(start: str) -> str:
    return f"{start}\\" if start.isdigit() else f"\\{start}"


def escape_span(text: str) -> str:
    """Return plain text as Markdown for the middle of a line; newlines become spaces."""
    # A command that our formulas may not contain must not run in a reader's MathJax either.
    parts = COMMANDS.split(strip_controls(text).replace("\n", " "))
    parts[::2] = [_MARKUP.sub(lambda m: _character(m[0]), part) for part in parts[::2]]
    parts[1::2] = [inline_code(part) for part in parts[1::2]]
    return join_spans(parts)


def join_spans(parts: Iterable[str]) -> str:
    """Join inline Markdown, and keep neighbours apart that would become something else.

    Two code spans would become one, as would two formulas. A formula would not end before a digit
    (pandoc's rule for prices) or before a code span (Jupyter would take the `$` for part of it).
    """
    joined: list[str] = []
    for part in filter(None, parts):
        last = joined[-1][-1] if joined else ""
        if f"{last}{part[0]}" in ("``", "$`", "$$"):
            joined.append(" ")
        is_digit = last == "$" and part[0].isdigit()
        joined.append(f"&#{ord(part[0])};{part[1:]}" if is_digit else part)
    return "".join(joined)


def _character(char: str) -> str:
    if char in _BACKSLASHED:
        return f"\\{char}"
    return _ENTITIES.get(char, f"&#{ord(char)};")


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def inline_code(text: str) -> str:
    """Return the text as a Markdown code span; newlines become spaces.

    If Jupyter would see a formula begin in the code, it becomes plain text.
    """
    text = strip_controls(text).replace("\n", " ")
    if not text or FORMULA_START.search(text.replace("$", "")):  # it sees no dollars in spans
        return escape_span(text)
    stripped = text[0] == text[-1] == " " and text.strip(" ")  # a reader strips one on each side
    pad = " " if stripped or "`" in (text[0], text[-1]) else ""
    ticks = "`" * (_longest_run(text) + 1)
    return f"{ticks}{pad}{text}{pad}{ticks}"


def fence(text: str, language: str = "") -> str:
    """Return the text as a fenced code block that nothing inside can close.

    A language that is not a plain name is left out.
    """
    text = strip_controls(text)
    body = text if not text or text.endswith("\n") else f"{text}\n"
    bar = "`" * max(3, _longest_run(text) + 1)
    info = language if _LANGUAGE.fullmatch(language) else ""
    return f"{bar}{info}\n{body}{bar}"


def indented(markdown: str, first: str, rest: str) -> str:
    """Return a block inside another one: `first` before its first line, `rest` before the others."""
    lines = markdown.split("\n")
    tail = (rest + line if line else rest.rstrip() for line in lines[1:])
    return "\n".join([first + lines[0], *tail])
