from __future__ import annotations

import shutil
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from qwen_magic.conversation.store.spent_rows import Spent
from qwen_magic.conversation.store.store import ChainStore
from qwen_magic.conversation.turn.records import REPLAYED, Chain
from qwen_magic.responses.response import Usage
from tests.conversation.store.storing import answer, ask, begun, opened

if TYPE_CHECKING:
    from qwen_magic.conversation.turn.records import Record

VERSIONS = Path(__file__).with_name("versions")
DAY = 24 * 3600.0
COST = Usage(100, 20, 120, cached_tokens=40, reasoning_tokens=5)


def spend(store: ChainStore, chain: Chain, cost: Usage | None = COST) -> Record:
    """Ask and be answered, at a cost."""
    return store.end(begun(store, chain), replace(answer("Yes."), model="qwen", usage=cost))


def test_what_turns_cost_is_summed_by_chain_model_and_day() -> None:
    now = [1_000_000_000.0]
    store = ChainStore(None, clock=lambda: now[0])
    main = opened(store)
    for chain in (main, main, Chain(main.notebook, "trip")):
        spend(store, chain)
    now[0] += DAY
    spend(store, main)
    first, trip, later = store.ledger.spent(main.notebook)
    assert first == Spent(
        chain="main",
        model="qwen",
        day=first.day,
        turns=2,
        input=200,
        cached=80,
        output=40,
        reasoning=10,
    )
    assert (trip.chain, trip.turns, trip.total, trip.day) == ("trip", 1, 120, first.day)
    assert (later.turns, later.day > first.day) == (1, True)
    assert store.ledger.today(main.notebook) == 120


def test_a_clock_that_was_ahead_once_takes_nothing_from_the_budget_of_later_days() -> None:
    now = [1_000_000_000.0]
    store = ChainStore(None, clock=lambda: now[0])
    chain = opened(store)
    for days in (365, -365, 1):
        now[0] += days * DAY
        before = store.ledger.today(chain.notebook)
        spend(store, chain)
        assert (before, store.ledger.today(chain.notebook)) == (0, 120)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows has one time zone a process")
def test_today_is_the_day_of_the_table_also_when_the_clocks_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    try:
        now = [datetime(2026, 3, 28, 22, 30).timestamp()]  # noqa: DTZ001 - of the place
        store = ChainStore(None, clock=lambda: now[0])
        chain = opened(store)
        for _ in range(52):  # half an hour each, through a day of 23 hours
            spend(store, chain)
            *_, day = store.ledger.spent(chain.notebook)
            assert store.ledger.today(chain.notebook) == day.total
            now[0] += DAY / 48
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_notebooks_cost_is_its_own_and_all_are_summed() -> None:
    store = ChainStore(None)
    one, other = opened(store, "/one.ipynb", "AB"), opened(store, "/other.ipynb", "CD")
    spend(store, one)
    spend(store, other)
    spend(store, Chain(f"demo:{one.notebook}"))
    assert [(row.demo, row.turns) for row in store.ledger.spent(one.notebook)] == [
        (False, 1),
        (True, 1),
    ]
    assert [(row.demo, row.turns) for row in store.ledger.spent()] == [(False, 2), (True, 1)]
    assert store.ledger.today(one.notebook) == 120


def test_what_cost_nothing_is_not_counted() -> None:
    store = ChainStore(None)
    spend(store, Chain(f"{REPLAYED}lesson.jsonl:n"))
    spend(store, Chain("n"), None)
    begun(store, Chain("n"))
    assert store.ledger.spent() == ()


def test_a_deleted_chain_has_been_paid_all_the_same() -> None:
    store = ChainStore(None)
    chain = opened(store)
    spend(store, chain)
    store.rename(chain, "old")
    assert [row.chain for row in store.ledger.spent(chain.notebook)] == ["old"]
    store.delete(Chain(chain.notebook, "old"))
    assert store.ledger.today(chain.notebook) == 120


def test_copies_of_a_turn_are_paid_once() -> None:
    store = ChainStore(None)
    chain = opened(store)
    record = spend(store, chain)
    store.fork(chain, "copy")
    store.end(record, replace(answer("Yes."), model="qwen", usage=COST))
    assert [row.turns for row in store.ledger.spent()] == [1]


def test_other_costs_are_noted_as_they_grow() -> None:
    store = ChainStore(None)
    note = store.ledger.account(Chain("n", "map"), "qwen")
    for count in (0, 50, 100):
        note(count, count // 5)
    assert store.ledger.today("n") == 120
    assert [row.chain for row in store.ledger.spent()] == ["map"]


def test_counts_beyond_all_bounds_do_no_harm() -> None:
    store = ChainStore(None)
    spend(store, Chain("n"), Usage(2**70, -5, 0))
    (row,) = store.ledger.spent()
    assert row.output == 0
    assert store.ledger.today("n") > 0


def test_turns_of_earlier_versions_are_counted(tmp_path: Path) -> None:
    shutil.copy(VERSIONS / "chains.v5.sqlite3", tmp_path / "chains.sqlite3")
    store = ChainStore(tmp_path)
    (row,) = store.ledger.spent()
    assert (row.turns, row.input, row.output, row.model) == (3, 3, 6, "qwen")
    ask(store, Chain("n"))
    assert store.told() == ""
    store.close()
