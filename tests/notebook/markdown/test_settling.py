"""What of an open block is settled, and how its parts read together."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import accumulate

from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_magic.notebook.markdown.blocks import split_blocks
from qwen_magic.notebook.markdown.cutting import FORMULA
from qwen_magic.notebook.markdown.markdown import to_html
from qwen_magic.notebook.markdown.settling import Context, has_ended, settle, tail_html
from tests.examples import tries
from tests.notebook.attacks import ATTACKS
from tests.notebook.markdown.test_blocks import PIECES
from tests.notebook.safety import assert_inert

WORDS = st.sampled_from(
    ["a word ", "one. Two ", "*em* ", "**", "`", "$x$ ", "[l](https://a.b) ", "漢字。字"]
)
LINES = st.sampled_from(
    [
        *(
            "- item\n",
            "  - inner\n",
            "1. one\n",
            "    more\n",
            "> quoted\n",
            "> - a\n",
            "\n",
            "text\n",
        ),
        *("| a | b |\n", "|---|--:|\n", "| `1` | 2 |\n", "```python\n", "x = 1\n", "```\n", "$$\n"),
        *("a &= b \\\\\n", "> > deep\n", "   ```\n", "> | a |\n", "===\n", "---\n", "[x] y\n"),
    ]
)
TEXTS = st.lists(WORDS | LINES | PIECES, max_size=60).map("".join)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += data


def letters(html: str) -> str:
    """Return what is to be read, without what only markup or TeX decides."""
    found = _Text()
    found.feed(html)
    found.close()
    return re.sub(r"[\W_\d]", "", found.text)


def parts(text: str, lengths: list[int]) -> tuple[list[str], str]:
    """Return the settled parts and the end of a text's open block that grew, and its source."""
    context, found, block = Context(), [], ""
    for end in accumulate(lengths):
        block = text[:end]
        if split_blocks(block)[0]:
            break
        while part := settle(context, block):
            assert part[1].settled > context.settled
            assert re.match(r"<\w+ [^>]*qwen-magic-open", part[0])  # else the page hides the others
            found.append(part[0])
            context = part[1]
            assert_inert(part[0])
        assert_inert(tail_html(context, block))
        if end >= len(text):
            break
    return [*found, tail_html(context, block)], block


def grown(text: str, step: int = 3) -> list[str]:
    return parts(text, [step] * (len(text) // step + 1))[0]


@settings(max_examples=tries(300), deadline=None)
@given(TEXTS, st.lists(st.integers(1, 9), min_size=1, max_size=8))
def test_parts_read_as_the_whole_and_are_safe(text: str, lengths: list[int]) -> None:
    found, block = parts(text, lengths * (len(text) // sum(lengths) + 1))
    if not FORMULA.match(block.lstrip("\n")):  # its source shows until its end is there
        assert letters("".join(found)) == letters(to_html(block))


@settings(max_examples=tries(300), deadline=None)
@given(st.lists(st.sampled_from(ATTACKS), min_size=1, max_size=3), st.integers(1, 30))
def test_attacks_are_safe_however_they_are_cut(attacks: list[str], step: int) -> None:
    for joined in (" ".join(attacks), "- " + "\n  ".join(attacks), "> " + "\n> ".join(attacks)):
        grown(joined, step)


@settings(max_examples=tries(300), deadline=None)
@given(TEXTS)
def test_a_block_ends_where_it_would_without_its_context(text: str) -> None:
    context = Context()
    for end in range(len(text)):
        ended = bool(split_blocks(text[:end])[0])
        assert has_ended(context, text[:end]) == ended
        if ended:
            break
        while part := settle(context, text[:end]):
            context = part[1]
