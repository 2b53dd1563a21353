from __future__ import annotations

import pytest

from qwen_magic.notebook.magics.misreading import misread


@pytest.mark.parametrize(
    ("rest", "question"),
    [
        ("%qwen What is JSON?", "%qwen What is JSON?"),
        ("if x:\n    %qwen_fix is it x? \n", "%qwen_fix is it x?"),
        ("%qwen Hello.\n%qwen?\n%qwen ??\n%qwen_chain?", ""),
        ("%qwen 你好吗？", ""),
    ],
)
def test_a_question_below_the_line_that_loads_the_extension_is_found(
    rest: str, question: str
) -> None:
    assert misread(f"import re\n%load_ext qwen_magic\n{rest}") == question
    assert misread(f"%reload_ext qwen_magic\n{rest}") == ""
    assert misread(f"{rest}\n%load_ext qwen_magic") == ""
