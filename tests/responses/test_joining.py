from __future__ import annotations

from qwen_magic.responses.decoding import join
from qwen_magic.responses.events import (
    ArgumentsDelta,
    CodeDelta,
    Event,
    Other,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    TextDone,
)


def test_neighbouring_deltas_of_one_part_become_one() -> None:
    deltas = [TextDelta(0, "m", 0, word) for word in ("a", "", "b", "c")]
    assert join(deltas) == [TextDelta(0, "m", 0, "abc")]


def test_deltas_of_different_parts_stay_apart() -> None:
    apart: list[Event] = [
        TextDelta(0, "m", 0, "a"),
        TextDelta(0, "m", 1, "b"),
        TextDelta(1, "m", 1, "c"),
        RefusalDelta(1, "m", 1, "d"),
        ArgumentsDelta(1, "m", "e"),
        CodeDelta(1, "m", "f"),
    ]
    assert join(apart) == apart


def test_the_two_families_of_reasoning_stay_apart() -> None:
    apart = [ReasoningDelta(0, "r", summary_index=0, delta="a")]
    apart += [ReasoningDelta(0, "r", content_index=0, delta="b")]
    assert join(apart) == apart


def test_deltas_are_joined_across_rotating_ids_of_one_index() -> None:
    assert join([TextDelta(0, "a", 0, "x"), TextDelta(0, "b", 0, "y")]) == [
        TextDelta(0, "a", 0, "xy")
    ]


def test_without_an_index_the_id_decides() -> None:
    apart = [TextDelta(None, "a", 0, "x"), TextDelta(None, "b", 0, "y")]
    assert join(apart) == apart


def test_deltas_are_never_joined_across_another_event() -> None:
    apart: list[Event] = [TextDelta(0, delta="a"), Other("x"), TextDelta(0, delta="b")]
    apart.append(TextDone(0, text="ab"))
    assert join(apart) == apart


def test_nothing_joins_to_nothing() -> None:
    assert join([]) == []
