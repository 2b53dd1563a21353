from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from qwen_magic.conversation.turn.output import Place, Slot, settle
from qwen_magic.conversation.turn.shaped import Shaped
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.notebook.cards.cards import cards
from qwen_magic.notebook.cards.footer import hint
from qwen_magic.notebook.cards.log import log_json
from qwen_magic.notebook.cards.parts import Note, Raw, Value
from qwen_magic.notebook.cards.views import bundle
from qwen_magic.responses.items import FunctionCall, Message, Part, Reasoning
from tests.notebook.safety import assert_inert

WRITTEN = '{"value": ["<b>", "```"]}'
CALL = FunctionCall("c", "completed", "answer", WRITTEN, "c", output="ok")
SHAPED = Shaped("answer", {}, wrapped=True, found=True, json=["<b>", "```"], owed=("c",))
TURN = Turn(
    prompt="?", status="completed", output=settle((), (CALL,)), shaped=SHAPED, value=["<b>", "```"]
)


def growing(arguments: str) -> Turn:
    item = FunctionCall("c", "in_progress", "answer", arguments, "c")
    output = (Slot(Place(0, "c", (FunctionCall,)), item),)
    waiting = replace(SHAPED, found=False, json=None, owed=())
    return replace(TURN, status="in_progress", output=output, shaped=waiting, value=None)


def test_the_value_is_the_answer_and_its_json_folds_below() -> None:
    (card,) = cards(TURN)
    assert (card.kind, card.heading) == ("answer", "Answer")
    assert card.parts == (Value(["<b>", "```"]), Raw(json.dumps(json.loads(WRITTEN), indent=2)))
    data, _ = bundle(TURN)
    assert_inert(data["text/html"])
    assert "<code>&lt;b&gt;</code>" in data["text/html"]
    assert ">JSON</summary>" in data["text/html"]
    assert data["text/plain"] == "- <b>\n- ```"
    assert "answer ×" not in data["text/plain"]  # noqa: RUF001 - as the footer writes it


@pytest.mark.parametrize(
    ("arguments", "value"),
    [('{"value": ["<b>", "``', ["<b>", "``"]), ('{"value": [', []), ('{"val', None), ("", None)],
)
def test_a_value_fills_in_while_it_is_written(arguments: str, value: object) -> None:
    turn = growing(arguments)
    (card,) = cards(turn)
    assert (card.kind, card.state) == ("answer", "running")
    assert card.parts == (() if value is None else (Value(value),))
    assert hint(turn) == ("" if arguments else "Calling answer…")
    assert_inert(bundle(turn)[0]["text/html"])


def test_a_value_that_did_not_fit_says_why() -> None:
    failed = replace(CALL, status="failed", error="value: is missing", output="This does not fit:")
    turn = replace(TURN, output=settle((), (failed, CALL)), shaped=replace(SHAPED, corrections=1))
    first, second = cards(turn)
    assert (first.kind, first.state, second.kind) == ("tool", "failed", "answer")
    assert first.parts[-1] == Note("value: is missing")
    assert "1 correction" in bundle(turn)[0]["text/plain"]


def test_mended_json_is_told() -> None:
    turn = replace(TURN, shaped=replace(SHAPED, repaired=True))
    assert "JSON repaired" in bundle(turn)[0]["text/plain"]


def test_a_second_call_is_not_a_second_answer() -> None:
    twice = replace(CALL, id="d", call_id="d", output="Not read: one call was enough.")
    turn = replace(TURN, output=settle((), (CALL, twice)))
    assert bundle(turn)[0]["text/html"].count("<code>&lt;b&gt;</code>") == 1


def test_a_value_that_came_in_words_shows_in_the_same_way() -> None:
    said = Message("m", "completed", content=(Part("```json\n" + WRITTEN + "\n```"),))
    turn = replace(TURN, output=settle((), (said,)), shaped=replace(SHAPED, owed=()))
    (card,) = cards(turn)
    assert card.parts[0] == Value(["<b>", "```"])


def test_words_and_thoughts_around_a_value_stay_as_they_are() -> None:
    items = (Reasoning(summary=("Hm.",)), Message(content=(Part("I look."),)), CALL)
    drawn = cards(replace(TURN, output=settle((), items)))
    assert [card.kind for card in drawn] == ["reasoning", "answer", "answer"]
    assert "I look." in bundle(replace(TURN, output=settle((), items)))[0]["text/plain"]


def test_the_log_has_the_value() -> None:
    assert json.loads(log_json([TURN]))[0]["value"] == ["<b>", "```"]
    assert "value" not in json.loads(log_json([replace(TURN, shaped=None)]))[0]
