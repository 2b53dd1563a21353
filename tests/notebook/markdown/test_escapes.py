from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from qwen_magic.notebook.markdown.escapes import (
    escape,
    escape_markdown,
    fence,
    indented,
    inline_code,
    strip_controls,
)

READER = MarkdownIt("commonmark", {"html": True, "xhtmlOut": False}).enable(["table"])
VISIBLE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Zs", "Zl", "Zp"]))
TAG = re.compile(r"<[^>]*>")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("\x1b[31mred\x1b[0m \x1b[1;38;5;3mbold\x9b0m", "red bold"),
        ("\x1b[2J\x1b[H\x1b[?25l\x1b[6n", ""),
        ("\x1b]8;;https://a.b\x1b\\click\x1b]8;;\x07 \x9d0;title\x9c", "click "),
        ("\x1b]0;unterminated\nnext line", "0;unterminated\nnext line"),
        ("\x1bP1$r0m\x1b\\a\x1b_b\x07c\x1b^d\x9ce\x1bXf", "acef"),
        ("\x1bc\x1b(B\x1b=\x1b7a", "a"),
        ("\x1b\x1b[31m[31m", "[31m"),
        ("rm\b\bls\x7f\x07", "rmls"),
        ("safe\rgone\r\nend\r", "safe\ngone\nend\n"),
        ("a\x00b\x85c\x9fd\te", "abcd\te"),
        ("user\u202e\u2066// admin\u2069", "user// admin"),
        ("\ud83d \udc00", "\ufffd \ufffd"),
        ("שלום \u200fé 漢 🏴‍☠️", "שלום \u200fé 漢 🏴‍☠️"),
    ],
)
def test_nothing_is_left_that_moves_colours_links_or_reorders(text: str, left: str) -> None:
    assert strip_controls(text) == left


@given(st.text("\x1b\x9b\x9d[]P;0m\x07\\\r\n\b a\u202e"))
def test_what_is_stripped_once_is_stripped(text: str) -> None:
    once = strip_controls(text)
    assert strip_controls(once) == once
    assert not re.search(r"[^\n a\[\]P;0m\\]", once)


@given(st.text("\x1b\x9b]P;m\x07\r\n a"))
def test_stripping_keeps_the_number_of_lines(text: str) -> None:
    assert strip_controls(text).count("\n") == len(re.findall("\r\n|\r|\n", text))


def test_plain_text_in_html_keeps_its_looks() -> None:
    assert escape('a < "b" & $5 \\(c') == (
        "a &lt; &quot;b&quot; &amp; <span>$</span>5 <span>\\</span>(c"
    )


@given(st.text())
def test_plain_text_in_html_is_that_text(text: str) -> None:
    assert html.unescape(TAG.sub("", escape(text))) == strip_controls(text)


@given(VISIBLE)
def test_plain_text_in_markdown_is_that_text(text: str) -> None:
    page = READER.render(f"x{escape_markdown(text)}x")
    assert html.unescape(TAG.sub("", page)) == f"x{text}x\n"


@pytest.mark.parametrize(
    "text",
    [
        *("- a", "1. a", "12) a", "# a", "> a", "+ a", "    a", "| a |", "~~~", "* a", "[a]: b"),
        *("a\n===", "a\n---", "a\n\nb", "a  \nb", "a\n- b\n\n    c", "<div>", "&lt;", "```", "***"),
        *("!", " ", "\ta"),
    ],
)
def test_plain_text_in_markdown_is_one_paragraph(text: str) -> None:
    page = READER.render(escape_markdown(text))
    assert page.startswith("<p>")
    assert page.count("<p>") == 1
    assert html.unescape(TAG.sub("", page)) == f"{text}\n"


@given(VISIBLE)
def test_an_inline_code_span_holds_the_text(text: str) -> None:
    page = READER.renderInline(f"a{inline_code(text)}b")
    shown = f"<code>{text}</code>" if text else ""
    assert html.unescape(page) == f"a{shown}b"


def test_an_inline_code_span_is_one_line() -> None:
    assert inline_code("a\n`b`") == "`` a `b` ``"


@given(st.text("`~ \nab"), st.sampled_from(["", "python", "c++", "a b", "`", '"><b>', "\n"]))
def test_nothing_inside_closes_a_fence(text: str, language: str) -> None:
    (token,) = READER.parse(fence(text, language))
    assert token.type == "fence"
    assert token.content.removesuffix("\n") == text.removesuffix("\n")
    assert token.info in ("", "python", "c++")


def test_an_indented_block_has_no_blanks_on_empty_lines() -> None:
    assert indented("a\n\nb", "- ", "  ") == "- a\n\n  b"
    assert indented("a\n\nb", "> ", "> ") == "> a\n>\n> b"
