from __future__ import annotations

import pandas as pd  # type: ignore[import-untyped]
import pytest

from qwen_magic.demo.answers.given import given
from qwen_magic.notebook.magics.values import fill

FRAME = pd.DataFrame({"city": ["Oslo", "Rome"], "degrees": [4.5, 15.5], "a|b": [1, 2]})


def told(question: str) -> str:
    found = given(question)
    assert found
    return found.text


def test_a_frame_is_counted_and_averaged() -> None:
    text = told(fill("What do you see in {{d}}?", {"d": FRAME}).text)
    assert "**2 rows** and **3 columns**: `city`, `degrees`, `a|b`." in text
    assert "- `degrees`: 10\n- `a|b`: 1.5" in text
    assert "`city`:" not in text


def test_of_a_large_frame_only_what_was_sent_is_averaged() -> None:
    frame = pd.DataFrame({"n": range(20_000), "half": [None, 1.0] * 10_000})
    text = told(fill("{{d}}", {"d": frame}).text)
    assert "**20,000 rows** and **2 columns**: `n`, `half`." in text
    assert "of the rows were sent" in text
    assert "- `n`: 9999.5\n- `half`: 1" in text


def test_a_table_that_was_typed_is_one() -> None:
    text = told("| a | b |\n|---|--:|\n| x | 2 |\n| y | 4 |\n\nWell?")
    assert "**2 rows** and **2 columns**: `a`, `b`." in text
    assert "- `b`: 3" in text


def test_an_error_is_taken_apart() -> None:
    try:
        FRAME["key"]
    except KeyError as error:
        text = told(fill("Explain {{e}}", {"e": error}).text)
    assert text.startswith("This is a **KeyError**, in line ")
    assert "which says: “'key'”" in text


def test_of_a_chain_of_errors_the_last_one_counts() -> None:
    question = "ValueError: a\n\nDuring handling ...\n\n----> 7 int(x)\npkg.MyError: no x\nWhy?"
    assert told(question).startswith("This is a **pkg.MyError**, in line 7, which says: “no x”.")


@pytest.mark.parametrize("question", ["", "Hi", "| a |", "What is a ValueError?", "a | b\nc | d"])
def test_what_brings_nothing_along_has_no_such_answer(question: str) -> None:
    assert given(question) is None
