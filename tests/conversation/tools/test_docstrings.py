from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.conversation.tools.docstrings import Described, described

GOOGLE = """Look up the weather.

    Args:
        city (str): In English,
            without the country.
        *days: How many.

    Raises:
        KeyError: Never.
    """
NUMPY = """Look up the weather.

    Parameters
    ----------
    city : str
        In English,
        without the country.
    days : int, optional
        How many.

    Returns
    -------
    str
    """
REST = """Look up the weather.

    :param str city: In English,
        without the country.
    :param days: How many.
    :returns: A sentence.
    """


@pytest.mark.parametrize("docstring", [GOOGLE, NUMPY, REST], ids=["google", "numpy", "rest"])
def test_each_style_tells_the_same(docstring: str) -> None:
    assert described(docstring) == Described(
        "Look up the weather.", {"city": "In English, without the country.", "days": "How many."}
    )


def test_numpy_describes_two_parameters_at_once() -> None:
    said = described("Add.\n\nParameters\n----------\nx, y : int\n    A number.\n")
    assert said.parameters == {"x": "A number.", "y": "A number."}


@pytest.mark.parametrize("docstring", [None, "", "  \n "])
def test_without_docstring_nothing_is_said(docstring: str | None) -> None:
    assert described(docstring) == Described()


def test_a_docstring_without_style_is_text() -> None:
    assert described("Add.\n\n    Then add again:\n    twice.").text == (
        "Add.\n\nThen add again:\ntwice."
    )


@given(
    st.text() | st.lists(st.sampled_from([*GOOGLE.split("\n"), *REST.split("\n")])).map("\n".join)
)
def test_no_docstring_makes_it_raise(docstring: str) -> None:
    assert isinstance(described(docstring), Described)
