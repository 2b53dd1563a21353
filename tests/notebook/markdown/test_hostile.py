from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from qwen_magic.notebook.markdown.escapes import escape, escape_markdown, fence, inline_code
from qwen_magic.notebook.markdown.markdown import html_blocks, split_blocks, to_html, to_markdown
from tests.examples import tries
from tests.notebook.attacks import ATTACKS, FLOODS
from tests.notebook.safety import assert_inert

READERS = [
    MarkdownIt("commonmark", {"html": True}),
    MarkdownIt("commonmark", {"html": True, "maxNesting": 100}).enable(["table", "strikethrough"]),
]
PIECES = st.sampled_from(
    [
        *"<>[]()`*_~$\\#&!|-+=:\"'{}@ \n\t",
        *(
            "\n\n",
            "```",
            "~~~",
            "$$",
            "\\(",
            "\\)",
            "\\[",
            "\\]",
            "- ",
            "> ",
            "1. ",
            "    ",
            "a",
            "x1",
        ),
        *("](", "![", "[x]: ", "| a |", "|---|", "<br>", "<script>", "</p>", "&lt;", "&#96;"),
        *("javascript:", "https://a.b", "<img src=x onerror=y>", "data:image/png", "\\href{x}{y}"),
        *("\\begin{align}", "\\end{align}", "\x1b[", "\u202e", "\ud800"),
    ]
)
HOSTILE = st.one_of(
    st.lists(PIECES, max_size=40).map("".join),
    st.lists(st.sampled_from(ATTACKS), min_size=2, max_size=4).map(" ".join),
    st.text(st.characters(exclude_categories=()), max_size=80),
)


def assert_harmless(text: str) -> None:
    assert_inert(to_html(text))
    written = to_markdown(text)
    for reader in READERS:
        assert_inert(reader.render(written))


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_stays_text(attack: str) -> None:
    assert_harmless(attack)


def test_attacks_inside_other_blocks_stay_text() -> None:
    for attack in ATTACKS:
        inside = attack.replace("\n", "\n  ")
        assert_harmless(f"- {inside}\n\n> {attack}\n\n| a |\n|---|\n| {attack} |\n\n*{attack}*")


def test_half_attacks_stay_text_while_they_stream() -> None:
    for attack in ATTACKS:
        for end in range(0, len(attack), 7):
            assert_inert("".join(html_blocks(attack[:end], growing=True)))


def test_attacks_as_plain_text_stay_text() -> None:
    for attack in ATTACKS:
        assert_inert(f"<p>{escape(attack)}</p>")
        for reader in READERS:
            assert_inert(reader.render(escape_markdown(attack)))
            assert_inert(reader.render(f"x {inline_code(attack)} y"))
            assert_inert(reader.render(fence(attack, attack)))


@settings(max_examples=tries(400), deadline=None)
@given(HOSTILE)
def test_no_text_becomes_more_than_text(text: str) -> None:
    assert_harmless(text)
    assert_inert(escape(text))


@pytest.mark.parametrize("flood", FLOODS, ids=lambda flood: repr(flood[:8]))
def test_a_flood_of_markup_takes_no_long_time(flood: str) -> None:
    for function in (to_html, to_markdown, split_blocks, escape, escape_markdown):
        started = time.process_time()
        function(flood)
        assert time.process_time() - started < 2, function
