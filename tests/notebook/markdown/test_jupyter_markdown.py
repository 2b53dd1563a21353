"""Jupyter takes formulas out of Markdown by regular expression before it parses the rest.

A wrong pair could tear our code spans and fences open. `remove` and `restore` are Jupyter's
`removeMath` and `replaceMath` (JupyterLab 4.6, packages/rendermime/src/latex.ts).
"""

from __future__ import annotations

import html
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_magic.notebook.markdown.markdown import to_markdown
from tests.examples import tries
from tests.notebook.attacks import ATTACKS
from tests.notebook.markdown.test_hostile import HOSTILE, READERS
from tests.notebook.safety import assert_inert

FENCE = re.compile(r"^(?P<bar>`{3,}|(~T){3,})[^`\n]*\n([\s\S]*?)^(?P=bar)`*$", re.MULTILINE)
SPAN = re.compile(r"(^|[^\\])(`+)([^\n]*?[^`\n])\2(?!`)", re.MULTILINE)
SPLIT = re.compile(
    r"(\$\$?|\\(?:begin|end)\{[a-z]*\*?\}|\\[{}$]|[{}]|(?:\n\s*)+|@@\d+@@|\\\\[()\[\]])",
    re.IGNORECASE,
)
ENDS = {"$": "$", "$$": "$$", r"\\(": r"\\)", r"\\[": r"\\]"}


def remove(text: str) -> tuple[str, list[str]]:
    text = text.replace("~", "~T")
    for code in (FENCE, SPAN):
        text = code.sub(lambda match: match[0].replace("$", "~D"), text)
    pieces = SPLIT.split(text)
    math: list[str] = []
    for first, last in pairs(pieces):
        math.append(untilde("".join(pieces[first : last + 1])))
        pieces[first : last + 1] = [f"@@{len(math) - 1}@@", *[""] * (last - first)]
    return untilde("".join(pieces)), math


def pairs(pieces: list[str]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    start = last = depth = 0
    end = ""
    for place, piece in enumerate(pieces):
        if place % 2 == 0:
            continue
        if piece.startswith("@"):
            found.append((place, place))
        elif end and piece == end and not depth:
            found.append((start, place))
            end = ""
        elif end and piece == end:
            last = place
        elif end and re.search(r"\n.*\n", piece):
            found += [(start, last)] * bool(last)
            end = ""
        elif end:
            depth = max(0, depth + {"{": 1, "}": -1}.get(piece, 0))
        elif piece in ENDS or piece.startswith("\\begin"):
            start, last, depth = place, 0, 0
            end = ENDS.get(piece, f"\\end{piece[6:]}")
    return found + [(start, last)] * bool(end and last)


def untilde(text: str) -> str:
    return re.sub("~([TD])", lambda match: "~" if match[1] == "T" else "$", text)


def restore(page: str, math: list[str]) -> str:
    return re.sub(
        r"@@(\d+)@@",
        lambda m: html.escape(math[int(m[1])], quote=False) if int(m[1]) < len(math) else m[0],
        page,
    )


def assert_harmless_in_jupyter(text: str) -> None:
    markdown, math = remove(to_markdown(text))
    for reader in READERS:
        assert_inert(restore(reader.render(markdown), math))


def test_formulas_go_and_come_back() -> None:
    markdown, math = remove("a $x_1$ `$y$` b \\$ $$z$$")
    assert (markdown, math) == ("a @@0@@ `$y$` b \\$ @@1@@", ["$x_1$", "$$z$$"])
    assert restore("<p>@@0@@ @@1@@ @@2@@</p>", ["$x<y$", "$z$"]) == "<p>$x&lt;y$ $z$ @@2@@</p>"


def test_attacks_stay_text_in_jupyter() -> None:
    for attack in ATTACKS:
        assert_harmless_in_jupyter(attack)
    assert_harmless_in_jupyter("\n\n".join(ATTACKS))
    assert_harmless_in_jupyter(
        "\n".join(f"- {a.replace(chr(10), chr(10) + '  ')}" for a in ATTACKS)
    )


PIECES = st.sampled_from(
    [
        *(
            "$",
            "$$",
            "`",
            "``",
            "```\n",
            "~~~\n",
            "\n",
            "\n\n",
            "- ",
            "  ",
            "> ",
            "{",
            "}",
            "\\",
            "a",
        ),
        *("\\(", "\\)", "\\[", "\\]", "\\begin{align}", "\\end{align}", "@@0@@", "<img src=x>"),
        *(
            "\\href",
            "`<b>\\begin{align}`",
            "``\\end{align}``",
            "```\n$\n```\n",
            "$x$",
            "`$`",
            "\\\\(",
        ),
        *("- ```\n  $\n  ```\n", "  ```\n  <img src=x>\n  ```\n", "> ```\n> $\n> ```\n", "> <b>\n"),
    ]
)


@settings(max_examples=tries(300), deadline=None)
@given(HOSTILE | st.lists(PIECES, max_size=40).map("".join))
def test_no_text_becomes_more_than_text_in_jupyter(text: str) -> None:
    assert_harmless_in_jupyter(text)
