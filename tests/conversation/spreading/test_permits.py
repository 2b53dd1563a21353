from __future__ import annotations

import heapq
from functools import partial
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from qwen_magic.conversation.mapping.pace import Learned
from qwen_magic.conversation.spreading.permits import Asking, Permits, Report

if TYPE_CHECKING:
    from collections.abc import Callable

WHERE = "http://server model"


def asking(holder: str = "a", *reports: Report, wanted: bool = True, most: int = 256) -> Asking:
    return Asking(WHERE, holder, wanted, 0.0, most, shared=True, reports=reports)


def test_a_block_holds_what_fell_due_since_the_last_one() -> None:
    permits = Permits()
    permits.lease(asking(), 100.0)
    first, second = permits.lease(asking(), 100.05), permits.lease(asking("b"), 100.1)
    assert 1 <= len(first.permits) <= 6
    assert 1 <= len(second.permits) <= 6
    numbers = [number for number, _ in first.permits + second.permits]
    assert len(set(numbers)) == len(numbers)
    assert all(0 <= offset <= 0.05 for _, offset in second.permits)


def test_what_nobody_asked_for_has_lapsed() -> None:
    permits = Permits()
    permits.lease(asking(), 100.0)
    assert len(permits.lease(asking(), 200.0).permits) < 10


def test_what_a_lost_process_held_is_given_back() -> None:
    permits = Permits()
    now, held = 100.0, 0
    while held < 4:
        now += 0.01
        held += len(permits.lease(asking("lost", most=4), now).permits)
    assert not permits.lease(asking("left", most=4), now + 1).permits
    permits.lost("lost")
    assert permits.in_flight(WHERE) == 0
    assert permits.lease(asking("left", most=4), now + 2).permits


def test_a_permit_of_a_lost_process_may_be_reported_late() -> None:
    permits = Permits()
    permits.lease(asking(), 100.0)
    number, _ = permits.lease(asking(), 100.1).permits[0]
    permits.lost("a")
    permits.lease(asking("a", Report(number, "answered"), wanted=False), 100.2)
    assert permits.in_flight(WHERE) == 0


def test_a_run_begins_where_another_ended() -> None:
    permits = Permits()
    learned = Learned(requests=500.0, window=200.0, seconds=1.0)
    known = replace(asking(), learned=learned)
    permits.lease(known, 100.0)
    assert len(permits.lease(known, 100.05).permits) > 20


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.floats(0.001, 0.2), st.booleans()), max_size=60)
)
def test_what_is_out_is_what_was_given_and_not_reported(
    asked: list[tuple[str, float, bool]],
) -> None:
    permits, now = Permits(), 100.0
    held: dict[str, list[int]] = {"a": [], "b": [], "c": []}
    for holder, seconds, reports in asked:
        now += seconds
        told = [Report(number, "answered") for number in held[holder]] if reports else []
        held[holder] = [] if reports else held[holder]
        lease = permits.lease(asking(holder, *told), now)
        held[holder] += [number for number, _ in lease.permits]
    assert permits.in_flight(WHERE) == sum(map(len, held.values()))


def test_all_processes_together_find_one_limit() -> None:
    world = World(limit=100.0)
    world.run(seconds=30.0)
    assert world.refused / (world.taken + world.refused) <= 0.02
    assert world.taken >= 0.95 * 100 * 30


class World:
    """Four processes and a server with a limit of requests a second, in a time of their own."""

    def __init__(self, limit: float) -> None:
        self.permits = Permits()
        self.limit, self.left, self.last = limit, limit / 10, 0.0
        self.taken = self.refused = 0
        self.reports: dict[str, list[Report]] = {holder: [] for holder in "abcd"}
        self.due: list[tuple[float, int, Callable[[float], None]]] = []
        self.number = 0

    def at(self, when: float, what: Callable[[float], None]) -> None:
        self.number += 1
        heapq.heappush(self.due, (when, self.number, what))

    def run(self, seconds: float) -> None:
        for place, holder in enumerate(self.reports):
            self.at(place * 0.007, partial(self.ask, holder))
        while self.due[0][0] < seconds:
            when, _, what = heapq.heappop(self.due)
            what(when)

    def ask(self, holder: str, now: float, *, again: bool = True) -> None:
        lease = self.permits.lease(asking(holder, *self.reports[holder]), now)
        self.reports[holder] = []
        for number, offset in lease.permits:
            self.at(now + 0.003 + offset, partial(self.send, holder, number))
        if again:
            self.at(now + lease.every + 0.005, partial(self.ask, holder))

    def send(self, holder: str, number: int, now: float) -> None:
        self.left = min(self.limit / 10, self.left + (now - self.last) * self.limit)
        self.last = now
        if self.left >= 1:
            self.left -= 1
            self.taken += 1
            self.at(now + 0.5, partial(self.tell, holder, Report(number, "answered")))
        else:
            self.refused += 1
            self.at(now + 0.003, partial(self.tell, holder, Report(number, "refused")))

    def tell(self, holder: str, report: Report, now: float) -> None:
        self.reports[holder].append(report)
        if report.fate == "refused":
            self.ask(holder, now, again=False)
