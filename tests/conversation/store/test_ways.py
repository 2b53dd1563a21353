from __future__ import annotations

from typing import TYPE_CHECKING

from qwen_magic.conversation.store.store import ChainStore

if TYPE_CHECKING:
    from pathlib import Path


def test_the_way_that_worked_is_remembered_for_a_day(tmp_path: Path) -> None:
    now = [1_000.0]
    store = ChainStore(tmp_path, clock=lambda: now[0])
    assert store.ways.known("https://example.com/v1 q") == ""
    store.ways.learn("https://example.com/v1 q", "text")
    store.ways.learn("https://example.com/v1 other", "auto")
    store.close()
    again = ChainStore(tmp_path, clock=lambda: now[0])
    assert again.ways.known("https://example.com/v1 q") == "text"
    assert again.ways.known("https://example.com/v1") == ""
    now[0] += 25 * 3600
    assert again.ways.known("https://example.com/v1 q") == ""
    again.close()
