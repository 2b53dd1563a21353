r"""Which TeX may be typeset, and in which form.

MathJax runs over whatever we show. Most of its commands draw; some make links, set attributes,
load packages or define new commands. We do not typeset a formula that contains one of these, or
whose braces or environments are not in order: the reader sees its source as code. A real TeX may
turn the Markdown into a PDF, and it can read and write files: those commands are on the list too.
"""

from __future__ import annotations

import re

__all__ = ["COMMANDS", "markdown_tex", "typesettable", "without_bars"]

_LINKS = "href url eqref ref hyperref hyperlink"
_ATTRIBUTES = "class style cssId data html\\w* bbox unicode mmlToken texttip mathtip toggle verb"
_PACKAGES = "require mathtoolsset setOptions usepackage documentclass definecolor"
_DEFINITIONS = (
    "[egx]?def let futurelet global (?:re)?newcommand providecommand (?:re)?newenvironment "
    "DeclareMathOperator DeclarePairedDelimiter\\w* (?:re)?newtagform usetagform Newextarrow "
    "csname endcsname expandafter makeatletter catcode lccode uccode scantokens newif loop char"
)
_FILES = (
    "input\\w* include\\w* XeTeX\\w* InputIfFileExists open(?:in|out) read write immediate special directlua "
    "lua\\w* lstinputlisting verbatiminput shipout every\\w+ pdf\\w* ShellEscape"
)
_NAMES = f"{_LINKS} {_ATTRIBUTES} {_PACKAGES} {_DEFINITIONS} {_FILES}".replace(" ", "|")

COMMANDS = re.compile(rf"(\\(?:{_NAMES})(?![A-Za-z]))")
"""A command that no formula may contain; one group, so that `split` keeps it.

Another `\\` before it changes nothing: TeX would see a line break and a word, but a Markdown reader
makes one backslash of two, and then it is the command.
"""

_ENVIRONMENTS = frozenset(
    [
        "align",
        "alignat",
        "aligned",
        "alignedat",
        "array",
        "Bmatrix",
        "bmatrix",
        "cases",
        "CD",
        "dcases",
        "eqnarray",
        "equation",
        "flalign",
        "gather",
        "gathered",
        "matrix",
        "multline",
        "multlined",
        "pmatrix",
        "psmallmatrix",
        "rcases",
        "smallmatrix",
        "split",
        "subarray",
        "Vmatrix",
        "vmatrix",
    ]
)
_TOKEN = re.compile(r"\\(?:begin|end)\s*\{([^{}]*)\}|\\(?:[A-Za-z]+|.)|[{}$]", re.DOTALL)
_LABEL = re.compile(r"\\label\s*\{[^{}]*\}")
_BLANK = re.compile(r"\n\s*\n")
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*")
_SPACE = re.compile(r"\s+")
_LESS = re.compile("< ?")
_ENTITY = re.compile(r"&(?=[#\w])")
_LINK = re.compile(r"](?=[(\[:])")
_LONGEST, _DEEPEST = 10_000, 50


def typesettable(tex: str) -> str | None:
    r"""Return the formula as it can stand between dollars, or None if it must be shown as code.

    Labels go (a second rendering would define them twice), blank lines go (TeX forbids them), and
    a `$…$` inside `\text{…}` becomes `\(…\)`.
    """
    tex = _BLANK.sub("\n", _LABEL.sub("", tex)).strip()
    if (len(tex) - len(tex.rstrip("\\"))) % 2:  # the space of a `\ ` at its end was stripped
        tex = tex[:-1].rstrip()
    if not tex or len(tex) > _LONGEST or "^^" in tex or COMMANDS.search(tex):
        return None
    return _balanced(tex)


def _balanced(tex: str) -> str | None:
    depth = 0
    inside = False
    parts: list[str] = []
    last = 0
    for token in _TOKEN.finditer(tex):
        if token[1] is not None and token[1].removesuffix("*") not in _ENVIRONMENTS:
            return None
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if token[0] == "$":
            parts += tex[last : token.start()], r"\)" if inside else r"\("
            inside, last = not inside, token.end()
        if not 0 <= depth <= _DEEPEST or (token[0] == "$" and depth == 0):
            return None
    if depth or inside:
        return None
    return "".join([*parts, tex[last:]])


def markdown_tex(tex: str) -> str:
    """Return a typesettable formula on one line, with nothing that Markdown takes for markup."""
    tex = _SPACE.sub(" ", _COMMENT.sub(r"\1", tex)).strip()
    tex = _LESS.sub(r"\\lt ", tex).replace("`", "\N{LEFT SINGLE QUOTATION MARK}")
    return _LINK.sub("] ", _ENTITY.sub("& ", tex)).strip()


def without_bars(tex: str) -> str:
    """Return a formula for a Markdown table, where a bar would end its cell."""
    return tex.replace(r"\|", r"\Vert ").replace("|", r"\vert ")
