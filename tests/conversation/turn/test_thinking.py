from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.conversation.store.partials import Piece, Written, pieces, whole
from qwen_magic.conversation.turn.folding import advance, fold
from qwen_magic.conversation.turn.records import item_json, read_items
from qwen_magic.conversation.turn.thinking import split
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.responses.events import Completed, Event, ItemDone, TextDelta
from qwen_magic.responses.items import FunctionCall, Message, Part
from qwen_magic.responses.response import Response
from tests.notebook.turns import answer

ENDED = Completed(Response("r", status="completed"))


@pytest.mark.parametrize(
    ("text", "thought", "said"),
    [
        ("<think>\nHm.\n</think>\n\nYes.", "Hm.", "Yes."),
        ("<think>Hm.</think>Yes.", "Hm.", "Yes."),
        ("\n <think>Hm.</think>Yes.", "Hm.", "Yes."),
        ("<think>\n\n</think>\n\nYes.", "", "Yes."),
        ("<think>嗯。</think>\n好。", "嗯。", "好。"),
        ("<think>Hm.", "Hm.", ""),
        ("<think>", "", ""),
        ("<think>a <think> b</think>Yes.", "a <think> b", "Yes."),
        ("<think>a</think>Yes, </think> too.", "a", "Yes, </think> too."),
        ("Hm.\n</think>\n\nYes.", "Hm.", "Yes."),
        ("Hm.</think>\nYes.", "Hm.", "Yes."),
        ("</think>\n\nYes.", "", "Yes."),
        ("Hm.\n</think>", "Hm.", ""),
        ("Use `x\n</think>\n` here\n</think>\nYes.", "Use `x", "` here\n</think>\nYes."),
        ("Yes.", "", "Yes."),
        ("", "", ""),
        ("Say <think>a</think> now.", "", "Say <think>a</think> now."),
        ("The tag `</think>`\nends it.", "", "The tag `</think>`\nends it."),
        ("```\n</think>\n```\nYes.", "", "```\n</think>\n```\nYes."),
        ("```html\n<think>\na\n</think>\n```", "", "```html\n<think>\na\n</think>\n```"),
        ("`<think>`", "", "`<think>`"),
        ("<thin", "", "<thin"),
        ("<b>", "", "<b>"),
        ("<thinking>a</thinking>", "", "<thinking>a</thinking>"),
    ],
)
def test_thoughts_are_apart_from_the_answer(text: str, thought: str, said: str) -> None:
    assert split(text, whole=True) == (thought, said)
    turn = fold(Turn(), [TextDelta(delta=text), ENDED])
    assert (turn.reasoning, turn.text) == (thought, said)


@given(st.data())
def test_any_cut_of_the_stream_gives_the_same_turn(data: st.DataObject) -> None:
    piece = st.sampled_from(["<think>", "</think>", "\n", "a ", "b.", "`", "<", ">", "/", "think"])
    text = data.draw(st.lists(piece, max_size=12).map("".join))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    turn = Turn()
    for begin, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        turn = advance(turn, TextDelta(delta=text[begin:end]))
    turn = advance(turn, ENDED)
    assert (turn.reasoning, turn.text) == split(text, whole=True)


@pytest.mark.parametrize("tag", ["<think>", "\n<think>"])
def test_no_part_of_a_tag_shows_while_it_arrives(tag: str) -> None:
    text = f"{tag}Hm.</think>\n\nYes."
    shown = [fold(Turn(), [TextDelta(delta=text[:end])]) for end in range(len(text) + 1)]
    assert {"<", "/"}.isdisjoint("".join(turn.text + turn.reasoning for turn in shown))
    assert shown[-1].text == "Yes."


def test_each_answer_of_a_turn_has_its_own_thoughts() -> None:
    call = FunctionCall("c", "completed", "f", "{}", "call_1", output="1")
    events: list[Event] = [
        ItemDone(0, answer("<think>I call f.</think>")),
        ItemDone(1, call),
        ItemDone(2, Message("m", content=(Part("<think>It says 1.</think>One."),))),
        ENDED,
    ]
    turn = fold(Turn(), events)
    assert turn.text == "One."
    assert turn.reasoning == "I call f.It says 1."


def test_the_tags_stay_text_if_they_are_turned_off() -> None:
    turn = fold(Turn(think_tags=False), [TextDelta(delta="<think>a</think>b"), ENDED])
    assert (turn.text, turn.reasoning) == ("<think>a</think>b", "")


def test_thoughts_are_stored_piece_by_piece_and_read_back() -> None:
    turn = Turn()
    written: tuple[Written, ...] = ()
    found: list[Piece] = []
    for letter in "<think>Hm. Well.</think>Yes. No.":
        turn = advance(turn, TextDelta(delta=letter))
        news, written = pieces(written, turn.items)
        found += news
        assert whole(found) == turn.items
    assert sum(len(piece.text) for piece in found) < 1_000
    assert read_items(f"[{item_json(turn.items[0])}]") == turn.items
    assert turn.items[0] == Message(content=(Part("Yes. No."),), thought="Hm. Well.")


def test_citations_of_a_text_with_thoughts_keep_their_sources_alone() -> None:
    told = {"type": "url_citation", "url": "https://a.example/", "start_index": 0, "end_index": 9}
    part = Part("<think>a</think>Yes.", annotations=(told,))
    turn = fold(Turn(), [ItemDone(0, Message(content=(part,))), ENDED])
    assert turn.text == "Yes."
    assert [source.url for source in turn.sources] == ["https://a.example/"]
    assert turn.items[0].content[0].annotations == (  # type: ignore[union-attr]
        {"type": "url_citation", "url": "https://a.example/"},
    )
