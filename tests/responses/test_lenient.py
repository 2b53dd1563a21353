from __future__ import annotations

import pytest

from qwen_magic.responses.lenient import clean


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("Grüße 😀", "Grüße 😀"),
        ("\ud83d\ude00", "😀"),
        ("\ud800", "\ufffd"),
        ("\ude00\ud83d!", "\ufffd\ufffd!"),
    ],
)
def test_halves_of_a_character_are_replaced(text: str, expected: str) -> None:
    assert clean(text) == expected
