from __future__ import annotations

import pytest

from qwen_magic.errors import RequestError
from qwen_magic.responses.nearest import known_or_new, one_of, suggestion

ALLOWED = ("ask", "always", "never")


def test_an_allowed_word_is_returned() -> None:
    assert one_of("approval", "ask", ALLOWED) == "ask"


def test_another_word_is_refused_with_all_that_are_allowed() -> None:
    with pytest.raises(RequestError, match="unknown approval 'often'") as refused:
        one_of("approval", "often", ALLOWED)
    assert "allowed: ask, always, never" in refused.value.hint


def test_the_nearest_word_is_suggested_whatever_its_case() -> None:
    assert suggestion("ALWYAS", ALLOWED).startswith("did you mean always? ")


def test_nothing_is_suggested_where_nothing_is_near() -> None:
    assert suggestion("zzz", ALLOWED) == "allowed: ask, always, never"


def test_one_letter_counts_more_than_many_in_common() -> None:
    assert suggestion("of", ("on", "off")).startswith("did you mean off? ")
    assert suggestion("qwen3-codr-plus", ("qwen-plus", "qwen3-coder-plus")).startswith(
        "did you mean qwen3-coder-plus? "
    )


def test_another_number_is_another_version_and_no_slip() -> None:
    assert known_or_new("model", "qwen3.8-plus", ("qwen3.7-plus",)) == "qwen3.8-plus"
    with pytest.raises(RequestError, match=r"unknown model 'qwen3.7-pluss'"):
        known_or_new("model", "qwen3.7-pluss", ("qwen3.7-plus",))


def test_a_long_list_is_left_out_where_the_nearest_word_is_known() -> None:
    words = [f"word-{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
    assert suggestion("wrd-c", words) == "did you mean word-c?"
    assert suggestion("zzz", words).startswith("allowed: word-a, ")
