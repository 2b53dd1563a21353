"""Emphasis beside Chinese, Japanese and Korean text, and in every form that is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from qwen_magic.notebook.markdown.flanking import is_cjk, joins_lines, neighbours
from qwen_magic.notebook.markdown.markdown import growing_html, to_html, to_markdown

COMMONMARK = MarkdownIt("commonmark").enable("strikethrough")
SEEN = {
    "**注意：**这里": "<strong>注意：</strong>这里",
    "这是**“重点”**内容": "这是<strong>“重点”</strong>内容",
    "价格**￥5**元": "价格<strong>￥5</strong>元",
    "*强调。*后": "<em>强调。</em>后",
    "~~删除。~~后": "<s>删除。</s>后",
    "***很：***好": "<em><strong>很：</strong></em>好",
    "**「テスト」**です。": "<strong>「テスト」</strong>です。",
    "**ﾃｽﾄ。**ﾃﾞｽ": "<strong>ﾃｽﾄ。</strong>ﾃﾞｽ",
    "**이것은(괄호)**이": "<strong>이것은(괄호)</strong>이",
    "**字󠄀。**字": "<strong>字󠄀。</strong>字",
    "**𠮷（古）**野": "<strong>𠮷（古）</strong>野",
    "**Note:**text": "<strong>Note:</strong>text",
    "**a (b)**c": "<strong>a (b)</strong>c",
    "**Tip:** use (**bold**)": "<strong>Tip:</strong> use (<strong>bold</strong>)",
    "注__意：__这": "注__意：__这",
    "2 ** 3 ** 4": "2 ** 3 ** 4",
    "a*b:*c": "a*b:*c",
    "第一行\n第二行": "第一行第二行",
    "第一行，\n**第二行**": "第一行，<strong>第二行</strong>",
    "中文\nEnglish": "中文\nEnglish",
    "한글\n한글": "한글\n한글",
    "第一行  \n第二行": "第一行<br>\n第二行",
}


@pytest.mark.parametrize(("text", "seen"), SEEN.items())
def test_it_looks_as_it_is_meant_live_and_settled(text: str, seen: str) -> None:
    assert to_html(text) == f"<p>{seen}</p>\n"
    assert growing_html(text) == f"<p>{seen}</p>\n"


@pytest.mark.parametrize(("text", "seen"), SEEN.items())
def test_a_reader_of_commonmark_sees_the_same_in_our_markdown(text: str, seen: str) -> None:
    found = COMMONMARK.render(to_markdown(text)).replace("\u200b", "")
    assert found.replace("<br />", "<br>") == f"<p>{seen}</p>\n"


@given(st.text("注意：，（）“”ab:.( *~_☔カ한", max_size=12))
def test_our_markdown_is_read_as_we_read_the_text(text: str) -> None:
    found = COMMONMARK.render(to_markdown(f"x{text}x")).replace("\u200b", "")
    assert strong(found) == strong(to_html(f"x{text}x"))


def strong(html: str) -> list[str]:
    return [piece.partition("</strong>")[0] for piece in html.split("<strong>")[1:]]


@pytest.mark.parametrize("char", "中カｶ한ㅏㄅ々。、（！￥𠮷㊗㈀🈂〽")
def test_what_is_chinese_japanese_or_korean(char: str) -> None:
    assert is_cjk(char)


@pytest.mark.parametrize("char", "a1.é☔😀🈁©½α ")
def test_what_is_not(char: str) -> None:
    assert not is_cjk(char)


def test_lines_join_between_characters_that_fill_a_square() -> None:
    assert joins_lines("。", "中")
    assert not joins_lines("한", "한")
    assert not joins_lines("中", "a")
    assert not joins_lines("中", "😀")


def test_each_text_has_the_characters_beside_it() -> None:
    assert neighbours(["ab", "", "cd", "e"]) == [("", "c"), ("b", "c"), ("b", "e"), ("d", "")]
    assert neighbours(["a"]) == [("", "")]
    assert neighbours([]) == []
