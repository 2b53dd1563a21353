from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.conversation.store.partials import Piece, Written, pieces, whole
from qwen_magic.conversation.turn.folding import fold
from qwen_magic.conversation.turn.records import item_json, read_item, read_items, read_usage
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.responses.events import (
    ArgumentsDelta,
    Event,
    ItemAdded,
    ItemDone,
    ReasoningDelta,
    TextDelta,
    TextDone,
)
from qwen_magic.responses.items import FunctionCall, Item, Message, OtherItem, Part, Reasoning

texts = st.text(st.characters(codec="utf-8"), max_size=5)
arrived = st.lists(
    st.builds(TextDelta, st.integers(0, 1), st.just("m"), st.integers(0, 1), texts)
    | st.builds(TextDone, st.integers(0, 1), st.just("m"), st.just(0), texts)
    | st.builds(ReasoningDelta, st.just(2), st.just("r"), summary_index=st.integers(0, 1), delta=texts)
    | st.builds(ReasoningDelta, st.just(3), st.just("q"), content_index=st.just(0), delta=texts)
    | st.builds(ArgumentsDelta, st.just(4), st.just("f"), texts)
    | st.just(ItemAdded(5, Message("n", "in_progress")))
    | st.just(ItemDone(4, FunctionCall("f", "completed", "get", "{}", "c"))),
    max_size=12,
)  # fmt: skip


def written(turns: list[tuple[Item, ...]]) -> list[Piece]:
    found: list[Piece] = []
    known: tuple[Written, ...] = ()
    for items in turns:
        news, known = pieces(known, items)
        found += news
    return found


@given(arrived)
def test_what_was_written_down_is_what_had_arrived(events: list[Event]) -> None:
    turn, seen = Turn("?"), []
    for event in events:
        turn = fold(turn, [event])
        seen.append(turn.items)
    if all(len(before) <= len(now) for before, now in pairwise(seen)):
        assert whole(written(seen)) == turn.items


def test_a_text_is_written_once() -> None:
    turn, seen = Turn("?"), []
    for _ in range(200):
        turn = fold(turn, [TextDelta(0, "m", 0, "word " * 20)])
        seen.append(turn.items)
    found = written(seen)
    assert sum(len(piece.text) for piece in found) < len(turn.text) + 500
    assert whole(found) == turn.items


def test_nothing_new_is_nothing_to_write() -> None:
    items: tuple[Item, ...] = (Message(content=(Part("4"),)), Reasoning(summary=("Hm.",)))
    news, known = pieces((), items)
    assert len(news) == 2
    assert pieces(known, items) == ([], known)


def test_an_item_of_another_shape_is_kept_whole() -> None:
    odd = {"type": "message", "content": 5}
    assert read_item(odd) == OtherItem("message", fields=odd)
    assert read_item([1]) == OtherItem("", fields={"value": [1]})
    assert read_items("no") == read_items("5") == ()
    assert read_usage("no") is read_usage("null") is read_usage("5") is None
    assert whole([Piece(0, "item", "no")]) == (OtherItem("", fields={"value": "no"}),)
    assert item_json(OtherItem("x", fields={"a": {1}})) == (
        '{"type": "x", "id": "", "status": "", "fields": {"a": [1]}}'
    )
