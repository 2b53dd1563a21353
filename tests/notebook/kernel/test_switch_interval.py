"""The switch interval is short while an answer streams, and what it was afterwards."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from qwen_magic.notebook.kernel.switch_interval import SHORT, short_switch_interval

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def usual() -> Iterator[float]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.004)
    yield 0.004
    sys.setswitchinterval(before)


def test_it_is_short_inside_and_as_before_afterwards(usual: float) -> None:
    with short_switch_interval():
        assert sys.getswitchinterval() == SHORT
    assert sys.getswitchinterval() == usual


def test_it_stays_short_until_the_last_of_several_has_left(usual: float) -> None:
    first, second = short_switch_interval(), short_switch_interval()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert sys.getswitchinterval() == SHORT
    second.__exit__(None, None, None)
    assert sys.getswitchinterval() == usual


def test_one_that_the_reader_made_shorter_is_left_alone() -> None:
    sys.setswitchinterval(0.0005)
    with short_switch_interval():
        assert sys.getswitchinterval() == 0.0005
    assert sys.getswitchinterval() == 0.0005


def test_one_that_was_set_meanwhile_stays() -> None:
    with short_switch_interval():
        sys.setswitchinterval(0.01)
    assert sys.getswitchinterval() == 0.01


def test_an_error_inside_leaves_it_as_before(usual: float) -> None:
    with pytest.raises(ValueError, match="inside"), short_switch_interval():
        raise ValueError("inside")
    assert sys.getswitchinterval() == usual
