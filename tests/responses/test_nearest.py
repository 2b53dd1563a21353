from __future__ import annotations

import pytest

from qwen_magic.errors import RequestError
from qwen_magic.responses.nearest import one_of, suggestion

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
