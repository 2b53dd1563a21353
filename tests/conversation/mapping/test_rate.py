"""The rate against servers whose limits it is not told, on a simulated clock."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from qwen_magic.conversation.mapping.rate import Rate
from tests.conversation.mapping.limits import Bucket, Sliding, Windows, changing, sent_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conversation.mapping.limits import Limit

SERVERS: dict[str, Callable[[Callable[[float], float]], Limit]] = {
    "a bucket of a tenth of a second": lambda limit: Bucket(limit, 0.1),
    "a bucket of a second": lambda limit: Bucket(limit, 1.0),
    "windows of a second": Windows,
    "a sliding second": Sliding,
}
each_server = pytest.mark.parametrize("server", SERVERS.values(), ids=SERVERS)


@each_server
@pytest.mark.parametrize("limit", [30.0, 100.0, 300.0])
def test_a_limit_is_used_and_hardly_ever_exceeded(
    server: Callable[[Callable[[float], float]], Limit], limit: float
) -> None:
    course = sent_at(Rate(), server(lambda _: limit), 30)
    assert course.share(limit, 0, 30) > 0.93
    assert course.share(limit, 10, 30) > 0.95
    assert course.refused_share < 0.03


@each_server
def test_a_new_limit_is_found_within_ten_seconds(
    server: Callable[[Callable[[float], float]], Limit],
) -> None:
    limit = changing((0, 100), (20, 30), (40, 200))
    course = sent_at(Rate(), server(limit), 60)
    assert course.share(100, 10, 20) > 0.9
    assert course.share(30, 30, 40) > 0.9
    assert course.share(200, 50, 60) > 0.9
    assert course.refused_share < 0.03


@pytest.mark.parametrize("limit", [30.0, 100.0, 300.0])
def test_where_the_server_says_how_long_to_wait_it_is_seldom_asked_to(limit: float) -> None:
    course = sent_at(Rate(), Bucket(lambda _: limit, 0.1), 60, retry_after=1.0)
    assert course.share(limit, 20, 60) > 0.9
    assert course.refused_share < 0.01


def test_nothing_is_sent_before_the_server_allows_it() -> None:
    course = sent_at(Rate(), Bucket(lambda _: 50.0, 0.1), 30, retry_after=2.0)
    gaps = [later - at for at, later in zip(course.taken, course.taken[1:], strict=False)]
    assert sum(gap > 1.9 for gap in gaps) >= 1
    assert not [gap for gap in gaps if 0.5 < gap < 1.9]


def test_units_of_any_size_can_be_counted() -> None:
    course = sent_at(
        Rate(2_000), Bucket(lambda _: 10_000.0, 0.5), 30, amounts=lambda n: 50.0 + n // 100 % 5 * 60
    )
    assert course.amount > 0.95 * 10_000 * 30
    assert course.refused_share < 0.03


def test_a_rate_begins_where_an_earlier_one_ended() -> None:
    course = sent_at(Rate.known(100.0), Bucket(lambda _: 100.0, 0.1), 5)
    assert course.share(100, 0, 5) > 0.95
    assert course.refused <= 3


def test_a_server_that_is_shut_is_asked_less_and_less_often() -> None:
    course = sent_at(Rate(), Bucket(changing((0, 100), (5, 0)), 0.1), 65)
    assert course.refused < 60


def test_what_holds_nothing_up_does_not_grow_without_end() -> None:
    rate = Rate()
    for step in range(2_000):
        now = step * 0.05
        if rate.wait(now) <= 0:
            rate.sent(now)
    assert rate.per_second < 1_000
    assert math.isinf(rate.ceiling)


def test_where_something_else_holds_us_up_the_rate_does_not_run_away() -> None:
    rate, now = Rate(), 0.0
    for number in range(2_000):  # in bursts of ten, as on a busy machine
        if rate.wait(now) <= 0:
            rate.sent(now)
        now += 0.05 if number % 10 == 9 else 1e-4
    assert rate.per_second < 3 * 10 / 0.051
