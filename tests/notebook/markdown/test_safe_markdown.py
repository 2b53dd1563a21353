from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_magic.notebook.markdown.markdown import to_html, to_markdown
from tests.examples import tries
from tests.notebook.attacks import PNG

SPACE = re.compile(r"\s+")


def shown(text: str) -> str:
    """Return the HTML that a reader sees, without the spaces of no width that keep marks apart."""
    return SPACE.sub(" ", to_html(text).replace("\u200b", ""))


CORPUS = {
    "a list in a list with a fence": "- a\n  1. b\n\n     ```python\n     if x:\n\n         y = 1\n     ```\n\n  2. c\n- d",
    "a list from seven": "7. a\n8. b\n\n   c\n9. d",
    "a list with brackets": "1) a\n2) b\n\n1. c",
    "a tight list": "- a\n- b\n  - c\n  - d\n- e",
    "a loose list": "- a\n\n- b\n\n  c\n- d",
    "lists of two kinds": "- a\n- b\n\n+ c\n\n* d",
    "an empty item": "- a\n-\n- b",
    "code as an item": "- ```\n  a\n  ```\n- b",
    "a rule as an item": "* ---\n* a\n- ***",
    "a heading as an item": "1. # a\n2. b",
    "a quote as an item": "- > a\n  > b\n\n  > c",
    "tasks": "- [ ] a\n- [x] b",
    "quotes": "> a\n> > b\nlazy\n>\n> - c\n>\n> ```\n> d\n> ```",
    "two quotes": "> a\n\n> b",
    "hard breaks": "a\\\nb  \nc<br>d<br><br>e",
    "a table with bars in code": "| a | b | c |\n|:--|--:|:-:|\n| `x\\|y` | \\| | |\n| d<br>e | *f* |",
    "a table in an item": "- a\n\n  | b |\n  |---|\n  | c |",
    "marks inside words": "a*b*c **d**e f_g_h ***i** j* *k **l*** __m__n_o_",
    "marks that mark nothing": "a * b ** c _ d snake_case_name 2*3*4 ~ ~~ e~f",
    "headings": "# a *b* `c`\n## d #\n### e\\#\nf\n===\ng\nh\n---\n#\n####### i",
    "rules": "a\n\n---\n***\n___\nb",
    "what would start a block": "1\\. a\n\\- b\n\\# c\n\\+ d\n\\> e\n\\=\n10\\) f\n\\* g\n\\~~~\n: h\n\\| i | j",
    "what would be code": "&#32;&#32;&#32;&#32;a\n\n&nbsp; b&nbsp;",
    "entities": "&amp;amp; &lt;b&gt; &copy; &#42;a&#42; R&D AT&T; &notanentity;",
    "code spans": "`a` ``b ` c`` ` `` ` `  d  ` `` `e` `` `&lt;` `\\` `*f*` `|`",
    "a span of blanks": "a ` ` b `  ` c",
    "fences in fences": "````md\n```python\na\n```\n````\n\n~~~\n```\n~~~",
    "code with blank lines": "```\n\na\n\n\n```\n\n    b\n\n      c",
    "an empty fence": "```\n```\na\n```python\n\n```",
    "tabs in code": "- a\n\n  ```make\n  all:\n  \techo\n  ```\n\n\tindented\n\n> ```\n> \ttab\n> ```",
    "an unclosed fence": "a\n```python\nb",
    "links": '[a](https://b.c) [d *e* `f` \\]](<https://g.h/(i> "j \\"k\\" *l* \\\\ &amp;") <https://m.n/?o=1&p=2> <q@r.s>',
    "bare addresses": "see https://a.b/c_d_e?f=1&g=$h, or (http://i.j)!",
    "an exclamation before a link": "wow![a](https://b.c) wow\\![a](https://b.c) !",
    "no links": "[a](./b) [c][d] [e] ![f](g) [h]: i\n\n[j]: https://k.l",
    "images": f"![a](https://b.c/d.png \"e\") ![f *g*](data:image/png;base64,{PNG} 'h') [![i](j)](https://k.l)",
    "formulas": "$a_1*b*c_2$ \\(x\\)5 \\[ y^2 \\] $$z$$ **$a$**b $5 and $6 \\$",
    "display formulas": "a\n\n$$\nx = 1\n$$\n\n- b\n  $$y$$\n\n\\begin{align}\na &= b\n\\end{align}",
    "refused formulas": "a $\\href{b}{c}$ d $$\\def\\x{y}$$\n\n$$\n\\url{e}\n$$",
    "html": "a <b>c</b> <!-- d --> <br/> e\n\n<div>\n\nf\n\n</div>",
    "struck": "~~a~~ b~~c~~d",
    "Chinese": "**注意：**这是*重要*的，见（https://a.b/c）。公式$x$成立。",
    "emoji and accents": "🏴‍☠️ é ﷽ **שלום** — “a”…",
    "braces": "{{ a }} {% b %} `c`{=latex} {d}",
    "backslashes": "\\\\ \\a \\\\server\\share C:\\dir\\ \\\\`a`",
    "spaces": "a  b   c \n  d\n   e",
    "nothing": "",
}


@pytest.mark.parametrize("text", CORPUS.values(), ids=CORPUS)
def test_what_is_written_anew_looks_the_same(text: str) -> None:
    assert shown(to_markdown(text)).replace("\u200b", "") == shown(text)


@pytest.mark.parametrize("text", CORPUS.values(), ids=CORPUS)
def test_writing_anew_twice_changes_nothing_more(text: str) -> None:
    once = to_markdown(text)
    assert to_markdown(once) == once


WORDS = st.text("ab é漢1.-+#!()_", min_size=1, max_size=8).filter(str.strip)
LETTERS = st.text("abé漢", min_size=1, max_size=8)
ATOMS = st.one_of(
    WORDS,
    st.text("ab` *<$|\\", min_size=1, max_size=6).map(lambda code: f"``` {code} ```"),
    st.sampled_from(["$x_1$", r"\(y\)", "\\*", "&lt;", "<b>", "$5", "https://a.b/c_d", "2*3"]),
)
SPANS = st.lists(
    st.one_of(
        ATOMS,
        st.builds("{}*{}*{}".format, st.just("") | LETTERS, LETTERS, st.just("") | LETTERS),
        st.builds("**{} {} _{}_**".format, LETTERS, ATOMS, LETTERS),
        st.builds("~~{} {} {}~~".format, LETTERS, ATOMS, LETTERS),
        st.builds("[{} {}](https://a.b/?c=1&d=2 '{}')".format, LETTERS, ATOMS, LETTERS),
    ),
    min_size=1,
    max_size=5,
)
GAPS = st.sampled_from([" ", "\n", " \\\n", " <br> "])
LINES = st.builds(lambda spans, gap: gap.join([*spans, "end"]), SPANS, GAPS)


def indent(block: str, first: str, rest: str) -> str:
    return first + block.replace("\n", f"\n{rest}")


LEAVES = st.one_of(
    LINES,
    SPANS.map(lambda spans: f"## {' '.join(spans)}"),
    st.text("ab \n`<", max_size=20).map(lambda code: f"~~~~~~python\n{code}\n~~~~~~"),
    st.sampled_from(["***", "$$\nx = 1\n$$", "| a | b |\n|---|:-:|\n| `c` | *d* |", "    code"]),
)
BLOCKS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(
            st.sampled_from(["- ", "* ", "7. ", "1) "]), st.sampled_from(["\n", "\n\n"])
        ).flatmap(
            lambda kind: st.lists(inner, min_size=1, max_size=3).map(
                lambda items: kind[1].join(indent(i, kind[0], " " * len(kind[0])) for i in items)
            )
        ),
        inner.map(lambda block: indent(block, "> ", "> ")),
        st.lists(inner, min_size=2, max_size=3).map("\n\n".join),
    ),
    max_leaves=6,
)


@settings(max_examples=tries(300), deadline=None)
@given(BLOCKS)
def test_ordinary_markdown_written_anew_looks_the_same(text: str) -> None:
    assert shown(to_markdown(text)) == shown(text)


def test_a_fence_is_longer_than_the_backticks_inside() -> None:
    assert to_markdown("~~~~~\n````\n~~~~~") == "`````\n````\n`````\n"


def test_code_in_which_jupyter_sees_a_formula_begin_is_kept_apart() -> None:
    assert to_markdown("- a\n  ```\n  $b\n  ```\n- c") == "- a\n\n  ```\n  $b\n  ```\n\n- c\n"
    assert to_markdown("> ```\n>   $a\n> ```") == "> &#160;&#160;\\$a\n"
    assert to_markdown("`$a` `\\begin{b}`") == "`$a` &#92;begin{b}\n"


def test_a_document_reads_like_markdown() -> None:
    assert to_markdown("Title\n===\n* a\n* b\n\n| c |\n|--:|\n| d |\n***\n    e\n") == (
        "# Title\n\n* a\n* b\n\n| c |\n| --: |\n| d |\n\n___\n\n```\ne\n```\n"
    )


def test_text_that_could_be_markup_is_escaped() -> None:
    assert to_markdown("\\<b> \\`c\\` \\[d](e) &amp;copy; $5 f_g * h") == (
        "&lt;b&gt; &#96;c&#96; &#91;d&#93;(e) &amp;copy; \\$5 f\\_g \\* h\n"
    )


def test_a_command_that_formulas_may_not_contain_is_code_in_text_too() -> None:
    assert to_markdown("a \\href{b} `c`$\\def d$") == "a `\\href`&#123;b} `c` `\\def d`\n"


def test_spans_that_would_run_together_are_kept_apart() -> None:
    assert to_markdown("\\(x\\)2 $y$`z`") == "$x$&#50; $y$ `z`\n"


def test_a_line_break_in_a_table_is_the_only_tag_ever_written() -> None:
    assert to_markdown("| a |\n|---|\n| b<br>c |") == "| a |\n| --- |\n| b<br>c |\n"


def test_the_language_of_a_fence_is_a_plain_name() -> None:
    assert to_markdown("~~~c++\na\n~~~") == "```c++\na\n```\n"
    assert to_markdown("~~~{=latex}\na\n~~~") == "```\na\n```\n"
    assert to_markdown('~~~"><img\na\n~~~') == "```\na\n```\n"
