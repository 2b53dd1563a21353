from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.notebook.markdown.escapes import escape
from qwen_magic.notebook.markdown.markdown import to_html, to_markdown
from qwen_magic.notebook.markdown.tex import typesettable, without_bars

# How MathJax reads a page: text nodes one by one, code left out, these delimiters.
CODE = re.compile(r"<(pre|code)[^>]*>.*?</\1>", re.DOTALL)
NODE = re.compile(r"<[^>]*>")
FORMULA = re.compile(
    r"\$\$(?P<d>.+?)\$\$|\$(?P<i>.+?)\$|\\\((?P<p>.+?)\\\)|\\\[(?P<b>.+?)\\\]"
    r"|(?P<e>\\begin\{[^}]*\})|(?P<r>\\(?:eq)?ref\{)|(?P<s>\\[\\$])",
    re.DOTALL,
)


def formulas(page: str) -> list[str]:
    nodes = map(html.unescape, NODE.split(CODE.sub("<>", page)))
    return [match[0] for node in nodes for match in FORMULA.finditer(node)]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("$a_1*b*c_2$", ["$a_1*b*c_2$"]),
        (r"\(x < y\) and \(z\)", ["$x < y$", "$z$"]),
        (r"so \[ x^2 \] and $$y$$", ["$$x^2$$", "$$y$$"]),
        ("$$\nx\n- y\n= 5\n$$", ["$$x\n- y\n= 5$$"]),
        ("- a\n  \\[\n  x_1\n  \\]\n- b", ["$$x_1$$"]),
        ("> $$\n> x\n> $$", ["$$x$$"]),
        ("text\n$$\nx\n$$\ntext", ["$$x$$"]),
        ("\\begin{align}\na &= b \\\\\n- c\n\\end{align}", None),
        (r"$\text{if \{ } x$", [r"$\text{if \{ } x$"]),
        (r"\[ \text{if $x>0$} \]", [r"$$\text{if \(x>0\)}$$"]),
        ("设$x$为", ["$x$"]),
        ("the $n$th", ["$n$"]),
        ("设$x$为实数，从$a$到$b$。", ["$x$", "$a$", "$b$"]),
        ("$x$, $y$ and ($z$)", ["$x$", "$y$", "$z$"]),
        ("R$3,50 and R$4", []),
        ('export PATH="$HOME/bin:$PATH"', []),
        ("A$5 and B$7, US$5 or US$6", []),
        ("${a} and ${b}, ${a}${b}", []),
        ("$1,000 to $2,000, $5/$10", []),
        ("$a$b and a$b$", []),
        (r"$$ x \label{a} \tag{1} $$", [r"$$x  \tag{1}$$"]),
        ("**$x$** | # [$y$](http://a.b)", ["$x$", "$y$"]),
        (r"$\{1, 2\}$", [r"$\{1, 2\}$"]),
        ("$2 < x$", ["$2 < x$"]),
    ],
)
def test_a_formula_reaches_mathjax_as_it_was_written(text: str, seen: list[str] | None) -> None:
    expected = ["$$" + text + "$$"] if seen is None else seen
    assert formulas(to_html(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "$5 and $6",
        "It costs $5, or $6.50.",
        "**$5** to **$6**",
        "from $20k to $30k, $HOME and $PATH, ${A}/${B}",
        r"\$5 and \$6",
        "$5 for one, 6$ for two",
        r"C:\(x\new\)",
        r"\\server\(a",
        r"\[1\] and \[see below\]",
        "`$x$` and `\\(y\\)`",
        "```\n$x$\n```",
        "a $ b $ c",
        "$5, then `a$b`",
        "$$",
        "$",
        r"\ref{a} \eqref{b}",
        r"in \begin{align}x\end{align} text",
    ],
)
def test_what_is_no_formula_stays_away_from_mathjax(text: str) -> None:
    assert formulas(to_html(text)) in ([], [r"$x\new$"])


def test_money_is_shown_as_written() -> None:
    assert to_html("$5 and \\$6") == "<p><span>$</span>5 and <span>$</span>6</p>\n"


@given(st.text(r"$\()[]{}begin ref12", max_size=30))
def test_plain_text_is_never_a_formula(text: str) -> None:
    assert formulas(escape(text)) == []


@pytest.mark.parametrize(
    "tex",
    [
        r"\href{https://a.b}{c}",
        r"\\href{a}{b}",
        r"\text{\style{color:red}{x}}",
        r"\class{a}{b}",
        r"\cssId{a}{b}",
        r"\require{html}",
        r"\newcommand{\a}{b}",
        r"\renewcommand\a{b}",
        r"\def\a{b}",
        r"\let\a=b",
        r"\DeclareMathOperator{\a}{b}",
        r"\unicode{65}",
        r"\bbox[red]{x}",
        r"\mmlToken{mi}{x}",
        r"\texttip{a}{b}",
        r"\htmlClass{a}{b}",
        r"\includegraphics{a}",
        r"\input{a}",
        r"\write18{a}",
        r"x^^41",
        r"\begin{filecontents}x\end{filecontents}",
        r"{x",
        r"x}",
        r"}{",
        r"a $ b",
        "{" * 60 + "}" * 60,
        "x" * 20_000,
        "",
    ],
)
def test_tex_that_does_more_than_draw_is_not_typeset(tex: str) -> None:
    assert typesettable(tex) is None


@pytest.mark.parametrize(
    "tex",
    [
        r"\left( \frac{a}{b} \right)",
        r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
        r"\leq \rightarrow \delta \chi",
        r"\color{red}{x} \ce{H2O} \text{a b} \operatorname{argmax}_x",
        r"x \\[2pt] y \tag{1}",
    ],
)
def test_ordinary_tex_is_left_alone(tex: str) -> None:
    assert typesettable(tex) == tex


def test_refused_tex_is_shown_as_code() -> None:
    assert to_html(r"$\href{a}{b}$") == "<p><code>\\href{a}{b}</code></p>\n"
    assert ">\\href{a}{b}\n</pre>" in to_html("$$\n\\href{a}{b}\n$$")


def test_tex_on_its_way_through_markdown_holds_no_markup() -> None:
    text = "$$\na < b % comment\n`q' [x](y) &lt;\n$$"
    assert to_markdown(text) == "$$a \\lt b \N{LEFT SINGLE QUOTATION MARK}q' [x] (y) & lt;$$\n"


def test_a_bar_in_a_table_does_not_end_the_cell() -> None:
    assert without_bars(r"\left|x\right| \|y\|") == r"\left\vert x\right\vert  \Vert y\Vert "
