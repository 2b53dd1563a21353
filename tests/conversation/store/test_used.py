from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from qwen_magic.conversation.store.store import ChainStore
from qwen_magic.conversation.store.used_rows import Used
from qwen_magic.conversation.turn.records import Chain
from tests.conversation.store.storing import answer, ask, begun, opened

if TYPE_CHECKING:
    from pathlib import Path

    from qwen_magic.conversation.turn.turn import Status


@pytest.fixture
def store(tmp_path: Path) -> ChainStore:
    ticks = iter(range(1, 1000))
    return ChainStore(tmp_path, clock=lambda: float(next(ticks)))


def answered(store: ChainStore, chain: Chain, model: str, status: Status = "completed") -> None:
    store.end(begun(store, chain), replace(answer("4"), model=model, status=status))


def test_nothing_was_used_at_first(store: ChainStore) -> None:
    assert store.used("/n.ipynb") == Used()


def test_models_that_answered_come_the_last_one_first(store: ChainStore) -> None:
    chain = opened(store)
    for model in ("a", "b", "c", "a"):
        answered(store, chain, model)
    answered(store, chain, "mistyped", "failed")
    answered(store, chain, "")
    assert store.used("").models == ("a", "c", "b")


def test_chains_are_those_of_the_notebooks_at_the_path(store: ChainStore) -> None:
    here, there = opened(store), opened(store, "/other.ipynb", "XYZ")
    for chain in (here, Chain(here.notebook, "trip"), Chain(f"demo:{here.notebook}", "shown")):
        ask(store, chain)
    ask(store, Chain(there.notebook, "elsewhere"))
    assert store.used("/n.ipynb").chains == ("main", "shown", "trip")
    assert store.used("").chains == ()
