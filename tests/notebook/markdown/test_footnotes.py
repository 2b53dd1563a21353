from __future__ import annotations

import re

import pytest

from qwen_magic.notebook.markdown.blocks import split_blocks
from qwen_magic.notebook.markdown.markdown import html_blocks, to_html, to_markdown
from tests.notebook.safety import assert_inert

TEXT = "Words.[^1] More[^why].\n\n[^1]: First **note**.\n[^why]: Second\n\n    and third.\n\nEnd."


def marks(text: str) -> list[str]:
    return re.findall(r"<sup>([^<]*)</sup>", to_html(text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a[^1]", ["1"]),
        ("a [^12] b", ["12"]),
        ("注[^3]。", ["3"]),
        ("word.[^note] more", ["note"]),
        ("**bold**[^a-b], c", ["a-b"]),
        ("word[^*].", ["*"]),
        ("a regex [^a-z]+ here", []),
        ("a regex [^abc] here", []),
        ("x[^yz]w", []),
        ("not [^0-9] or [^/]*", []),
        (r"a\[^1]", []),
        ("`a[^1]`", []),
        ("$x[^1]$", []),
        ("[^1](https://a.example/)", []),
        ("[^]", []),
        ("a[^12345]", []),
        ("[^1]: Note", ["1"]),
        ("> [^1]: Note", ["1"]),
        ("    [^1]: code", []),
    ],
)
def test_what_is_a_footnote(text: str, found: list[str]) -> None:
    assert marks(text) == found


def test_a_note_stays_where_it_stands() -> None:
    assert to_html(TEXT) == (
        "<p>Words.<sup>1</sup> More<sup>why</sup>.</p>\n"
        '<div style="font-size:.9em;opacity:.85">\n'
        "<p><sup>1</sup> First <strong>note</strong>.</p>\n</div>\n"
        '<div style="font-size:.9em;opacity:.85">\n'
        "<p><sup>why</sup> Second</p>\n<p>and third.</p>\n</div>\n"
        "<p>End.</p>\n"
    )


def test_marks_and_notes_are_linked_within_their_scope() -> None:
    html = to_html(f"{TEXT}\n\nAgain[^1], nowhere[^9].", "0123abcd")
    assert_inert(html)
    ids = re.findall(r' id="([^"]+)"', html)
    assert sorted(ids) == [
        "fn-0123abcd-1",
        "fn-0123abcd-why",
        "fnref-0123abcd-1",
        "fnref-0123abcd-why",
    ]
    links = re.findall(r' href="#([^"]+)"', html)
    assert set(links) == set(ids)
    assert links.count("fn-0123abcd-1") == 2
    assert "<sup>9</sup>" in html


def test_markdown_shows_marks_and_notes_as_text() -> None:
    written = to_markdown(TEXT)
    assert to_html(written).count("<sup>") == 0
    assert "Words.&#91;^1&#93; More" in written
    assert "\n&#91;^1&#93;: First **note**.\n" in written


@pytest.mark.parametrize("end", range(len(TEXT) + 1))
def test_a_growing_text_shows_its_notes_as_the_whole_will(end: int) -> None:
    finished, _ = split_blocks(TEXT[:end])
    whole = html_blocks(TEXT)
    shown = [html for block in finished for html in html_blocks(block)]
    assert shown == whole[: len(shown)]
    assert_inert("".join(html_blocks(TEXT[:end], growing=True)))


@pytest.mark.parametrize(
    "text",
    [
        "[^<b>]: x",
        '[^"]: x',
        "[^1]:",
        "[^1]: [^1]: x",
        "[^1]:\n```\nx",
        "[^a]: - b\n- c",
        "x[^1]" * 900,
    ],
)
def test_odd_notes_are_harmless(text: str) -> None:
    assert_inert(to_html(text, "0123abcd"))
    assert_inert(to_html(to_markdown(text)))
