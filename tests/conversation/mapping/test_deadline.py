from __future__ import annotations

from qwen_magic.conversation.mapping.deadline import Deadline


def known(*seconds: float) -> Deadline:
    deadline = Deadline(300.0)
    for one in seconds:
        deadline.took(one)
    return deadline


def test_while_nothing_is_known_a_row_may_take_all_its_time() -> None:
    assert known().seconds() == known(*[0.2] * 19).seconds() == 300.0


def test_a_row_is_given_up_far_beyond_what_rows_take() -> None:
    assert known(*[0.2] * 20).seconds() == 5.0
    assert known(*[3.0] * 20).seconds() == 24.0


def test_one_slow_row_among_many_gives_the_others_more_time() -> None:
    assert known(*[0.2] * 59, 40.0).seconds() == 80.0


def test_each_time_that_a_row_was_given_up_doubles_its_time() -> None:
    assert [known(*[0.2] * 20).seconds(times) for times in (0, 1, 2, 9)] == [5, 10, 20, 300]
