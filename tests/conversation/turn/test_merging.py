from __future__ import annotations

import pytest

from qwen_magic.conversation.turn.merging import merge
from qwen_magic.responses.items import (
    FunctionCall,
    Item,
    McpCall,
    Message,
    OtherItem,
    Part,
    Reasoning,
    WebSearchCall,
)


def test_the_newer_item_wins() -> None:
    older = WebSearchCall("i", "in_progress", ("Web search",))
    newer = WebSearchCall("i", "completed", ("q",), ("u",))
    assert merge(older, newer) == newer


def test_what_the_newer_item_leaves_empty_is_taken_from_the_older_one() -> None:
    older = FunctionCall("i", "in_progress", "f", "{}", "c")
    assert merge(older, FunctionCall(status="completed")) == (
        FunctionCall("i", "completed", "f", "{}", "c")
    )
    assert merge(Message(content=(Part("a"),)), Message("m")) == Message("m", content=(Part("a"),))


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (Reasoning(content=("a",)), Reasoning(summary=("a",))),
        (Reasoning(summary=("a",)), Reasoning(content=("a",))),
    ],
)
def test_reasoning_told_in_one_family_is_not_repeated_in_the_other(
    older: Item, newer: Item
) -> None:
    assert merge(older, newer) == newer


def test_an_unknown_item_keeps_fields_that_later_news_leave_out() -> None:
    older = OtherItem("x_call", "i", "in_progress", {"type": "x_call", "query": "q"})
    newer = OtherItem("x_call", "i", "completed", {"type": "x_call", "status": "completed"})
    assert merge(older, newer) == OtherItem(
        "x_call", "i", "completed", {"type": "x_call", "query": "q", "status": "completed"}
    )


def test_an_item_of_another_class_replaces_the_older_one() -> None:
    assert merge(FunctionCall("i", name="f"), McpCall("j")) == McpCall("j")


def test_an_unknown_item_of_another_type_replaces_the_older_one() -> None:
    assert merge(OtherItem("a", "i", fields={"b": 1}), OtherItem("c")) == OtherItem("c")


CITED = Part("a", annotations=({"type": "url_citation"},))


def test_a_text_keeps_the_annotations_that_later_news_leave_out() -> None:
    known, news = Message(content=(CITED, Part("b"))), Message("m", content=(Part("a"), Part("c")))
    assert merge(known, news) == Message("m", content=(CITED, Part("c")))


def test_another_text_does_not_take_over_the_annotations() -> None:
    news = Message("m", content=(Part("other"),))
    assert merge(Message(content=(CITED,)), news) == news
