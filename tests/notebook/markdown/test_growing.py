from __future__ import annotations

import pytest

from qwen_magic.notebook.cards.views import bundle
from tests.notebook.safety import assert_inert
from tests.notebook.turns import answer, growing, turn_of


@pytest.mark.parametrize(
    "text", ["", "One\n\n- two\n-", "# H\n\n```python\nx = 1\n", "$$\nx", "| a |\n|-"]
)
def test_a_growing_answer_has_its_finished_blocks_as_they_will_stay(text: str) -> None:
    finished = "First.\n\n| a |\n|---|\n| b |\n\n"
    settled = bundle(turn_of(answer(finished)))[0]["text/html"]
    html = bundle(growing(answer(finished + text)))[0]["text/html"]
    assert html.startswith(settled.removesuffix("</div>\n"))
    assert_inert(html)


@pytest.mark.parametrize("end", range(0, 90, 3))
def test_a_growing_answer_is_markdown_at_each_length(end: int) -> None:
    text = "# Title\n\nSome *words*:\n\n1. one\n2. two\n\n```\ncode\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    grown = bundle(growing(answer(text[:end])))[0]["text/markdown"]
    settled = bundle(turn_of(answer(text[:end])))[0]["text/markdown"]
    assert grown.removesuffix("\n\n*Waiting for the model…*") == settled or not end
