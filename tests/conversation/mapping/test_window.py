"""The window against servers that answer so many rows at a time, on a simulated clock."""

from __future__ import annotations

import heapq
import math
import random
from collections import deque

import pytest

from qwen_magic.conversation.mapping.window import Window


def answered_by(window: Window, slots: int, seconds: float, *, mean: float, spread: float) -> int:
    """Return how many answers come; rows beyond the slots queue at the server."""
    chance = random.Random(3)
    queue: deque[float] = deque()
    under_way: list[tuple[float, float]] = []
    now, in_flight, answers = 0.0, 0, 0

    def begin(sent: float) -> None:
        taken = mean * math.exp(chance.gauss(0, spread) - spread**2 / 2)
        heapq.heappush(under_way, (now + taken, sent))

    while now < seconds:
        while window.room(now, in_flight):
            in_flight += 1
            if len(under_way) < slots:
                begin(now)
            else:
                queue.append(now)
        at = under_way[0][0]
        now = min(at, now + window.opens_soon)
        if now < at:
            continue
        _, sent = heapq.heappop(under_way)
        in_flight, answers = in_flight - 1, answers + 1
        window.answered(now, sent)
        if queue:
            begin(queue.popleft())
    return answers


@pytest.mark.parametrize("spread", [0.1, 0.6])
@pytest.mark.parametrize(("slots", "most"), [(1, 24), (2, 24), (4, 32), (16, 100), (64, 256)])
def test_a_server_that_queues_is_kept_busy_and_no_more(
    slots: int, most: int, spread: float
) -> None:
    window = Window(256)
    answers = answered_by(window, slots, 400, mean=1.0, spread=spread)
    assert answers > 0.95 * slots * 400
    assert window.limit <= most


def test_a_server_without_limits_gets_all_that_may_be_in_flight() -> None:
    window = Window(256)
    answers = answered_by(window, 10_000, 30, mean=0.2, spread=0.3)
    assert window.limit == 256
    assert answers > 0.85 * 256 / 0.2 * 30


def test_no_more_are_in_flight_than_allowed() -> None:
    window = Window(3)
    answered_by(window, 100, 20, mean=0.2, spread=0.3)
    assert window.limit == 3


def test_it_begins_small_and_waits_for_the_first_answer() -> None:
    window = Window(256)
    sizes = []
    for step in range(50):
        window.room(step * 0.1, 0)
        sizes.append(window.limit)
    assert sizes[0] == 8
    assert sizes[-1] == 48
