from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_magic.notebook.markdown.blocks import split_blocks, without_stub
from qwen_magic.notebook.markdown.markdown import html_blocks
from tests.examples import tries

PIECES = st.sampled_from(
    [
        *"a-#>*+=|$`~ \n\t\r",
        *(
            "\n\n",
            "\r\n",
            "```",
            "~~~",
            "$$",
            "\\[",
            "\\]",
            "- ",
            "1. ",
            "> ",
            "    ",
            "---",
            "===",
        ),
        *(
            "| a |",
            "|---|",
            "text\n",
            "- a\n",
            "  b\n",
            "$$\n",
            "```\n",
            "\n\n\n",
            "2. ",
            "[x]: y\n",
        ),
        *(
            "\\begin{align}",
            "\\end{align}",
            "\x1b[0m",
            "# h\n",
            "***\n",
            "<div>\n",
            "\x85",
            "\u2028",
        ),
    ]
)
TEXTS = st.lists(PIECES, max_size=40).map("".join)


@pytest.mark.parametrize(
    ("text", "finished"),
    [
        ("one\n\ntwo", ["one\n"]),
        ("one\n\ntwo\n\n", ["one\n", "\ntwo\n"]),
        ("# one\ntwo", []),
        ("# one\ntwo\n", ["# one\n"]),
        ("one\n#", []),
        ("one\n# two\n", ["one\n"]),
        ("one\n===", []),
        ("- a\n\n", []),
        ("- a\n\n- b\n\nc\n", ["- a\n\n- b\n\n"]),
        ("1. a\n\n   ```\n   b\n\n   c\n", []),
        ("```\na\n\nb\n", []),
        ("```\na\n```\n\n", ["```\na\n```\n"]),
        ("    a\n\n", []),
        ("> a\nb\n\n", ["> a\nb\n"]),
        ("| a |\n|---|\n| b |\n\n", ["| a |\n|---|\n| b |\n"]),
        ("a | b\n", []),
        ("$$\n- x\n", []),
        ("$$\n- x\n$$\n\n", ["$$\n- x\n$$\n"]),
        ("a\r\n\r\nb\r", ["a\r\n"]),
    ],
)
def test_a_block_is_finished_once_nothing_can_change_it(text: str, finished: list[str]) -> None:
    blocks, rest = split_blocks(text)
    assert blocks == finished
    assert "".join(blocks) + rest == text


@settings(max_examples=tries(300), deadline=None)
@given(TEXTS)
def test_what_is_finished_stays_whatever_follows(text: str) -> None:
    whole, _ = split_blocks(text)
    for end in range(len(text)):
        blocks, rest = split_blocks(text[:end])
        assert blocks == whole[: len(blocks)]
        assert "".join(blocks) + rest == text[:end]


@settings(max_examples=tries(300), deadline=None)
@given(st.lists(TEXTS, max_size=6))
def test_splitting_goes_on_where_it_ended(deltas: list[str]) -> None:
    blocks: list[str] = []
    rest = ""
    for delta in deltas:
        more, rest = split_blocks(rest + delta)
        blocks += more
    assert (blocks, rest) == split_blocks("".join(deltas))


@settings(max_examples=tries(300), deadline=None)
@given(TEXTS)
def test_each_block_alone_looks_as_in_the_whole(text: str) -> None:
    blocks, rest = split_blocks(text)
    alone = [html for part in [*blocks, rest] for html in html_blocks(part)]
    assert alone == html_blocks(text)


def test_only_a_lone_marker_is_a_stub() -> None:
    assert without_stub("a\n  1.") == "a"
    assert without_stub("a\n- b") == "a\n- b"
    assert without_stub("x = `") == "x = `"
    assert without_stub("a **") == "a **"
