"""What an engine's pace does with permits that come later than they were asked for."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.conversation.mapping.pace import Learned
from qwen_magic.conversation.spreading.leasing import LeasedPace, Stock
from qwen_magic.conversation.spreading.permits import Permits

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwen_magic.conversation.mapping.pace import Ticket
    from qwen_magic.conversation.spreading.permits import Asking, Lease

WHERE = "http://server model"


@dataclass
class Far:
    """Lends like a scheduler: its blocks arrive when the test says so."""

    holder: str = "a"
    permits: Permits = field(default_factory=Permits)
    coming: list[tuple[Lease, Callable[[Lease | None], None]]] = field(default_factory=list)

    def lend(self, asking: Asking, then: Callable[[Lease | None], None]) -> None:
        self.coming.append((self.permits.lease(asking, time.monotonic()), then))

    def arrive(self) -> None:
        lease, then = self.coming.pop(0)
        then(lease)


def opened(far: Far) -> Stock:
    return Stock(far, WHERE, most=2, shared=True, learned=Learned(window=2.0, seconds=1.0))


def holding(far: Far, stock: Stock) -> LeasedPace:
    """Return a pace whose block is on its way, and holds all that there is."""
    pace = LeasedPace(stock)
    while far.permits.in_flight(WHERE) < 2:
        pace.wait(time.monotonic())
        if far.permits.in_flight(WHERE) < 2 and far.coming:
            far.arrive()
    return pace


def test_a_block_that_comes_after_the_last_engine_has_ended_goes_back() -> None:
    far = Far()
    holding(far, opened(far)).close()
    while far.coming:
        far.arrive()
    assert far.permits.in_flight(WHERE) == 0


def test_a_block_that_comes_for_one_of_two_engines_stays_for_the_other() -> None:
    far = Far()
    stock = opened(far)
    other = LeasedPace(stock)
    holding(far, stock).close()
    while far.coming:
        far.arrive()
    assert far.permits.in_flight(WHERE) == 2
    other.close()
    while far.coming:
        far.arrive()
    assert far.permits.in_flight(WHERE) == 0


class Day:
    """Engines that come, ask and go, and blocks that arrive, in any order."""

    def __init__(self) -> None:
        self.far = Far()
        self.stock = opened(self.far)
        self.paces: list[LeasedPace] = []
        self.sent: list[tuple[LeasedPace, Ticket]] = []

    def open(self) -> None:
        self.paces.append(LeasedPace(self.stock))

    def send(self) -> None:
        now = time.monotonic()
        for pace in self.paces[-1:]:
            if pace.wait(now) <= 0:
                self.sent.append((pace, pace.sent(now, 1.0)))

    def wait(self) -> None:
        for pace in self.paces[-1:]:
            pace.wait(time.monotonic())

    def answer(self) -> None:
        for pace, ticket in self.sent[:1]:
            pace.answered(time.monotonic(), ticket)
        del self.sent[:1]

    def fail(self) -> None:
        for pace, _ in self.sent[:1]:
            pace.dropped()
        del self.sent[:1]

    def arrive(self) -> None:
        if self.far.coming:
            self.far.arrive()

    def close(self) -> None:
        if self.paces:
            self.paces.pop().close()


STEPS = st.sampled_from([Day.open, Day.send, Day.wait, Day.answer, Day.fail, Day.arrive, Day.close])


@given(st.lists(STEPS))
def test_whatever_happens_nothing_is_held_once_all_have_ended(
    steps: list[Callable[[Day], None]],
) -> None:
    day = Day()
    day.open()
    for step in steps:
        step(day)
    while day.paces:
        day.close()
    while day.far.coming:
        day.arrive()
    assert day.far.permits.in_flight(WHERE) == 0
