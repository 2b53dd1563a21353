from __future__ import annotations

import pytest
from msgspec.structs import replace

from qwen_magic.conversation.chains.rebuild import (
    LIFETIME,
    Server,
    calls_answered,
    input_items,
    rebuild_reason,
)
from qwen_magic.conversation.turn.records import Record, input_of
from qwen_magic.responses.items import (
    CodeInterpreterCall,
    FunctionCall,
    Item,
    Message,
    Part,
    Reasoning,
    WebSearchCall,
)

NOW = 1_800_000_000.0
HERE = Server("https://a.example/v1", "key-1")
HEAD = Record(response_id="r", base_url=HERE.base_url, account=HERE.account, ended=NOW - 60)


def said(text: str) -> Message:
    return Message("m", "completed", content=(Part(text),))


def call(number: int) -> FunctionCall:
    return FunctionCall("f", "completed", "get", f'{{"n": {number}}}', f"call_{number}")


def returned(number: int, text: str = "sunny") -> dict[str, str]:
    return {"type": "function_call_output", "call_id": f"call_{number}", "output": text}


def answered(text: str) -> dict[str, object]:
    parts = [{"type": "output_text", "text": text, "annotations": []}]
    return {"type": "message", "role": "assistant", "content": parts}


def called(number: int) -> dict[str, str]:
    kind = {"type": "function_call", "name": "get"}
    return kind | {"call_id": f"call_{number}", "arguments": f'{{"n": {number}}}'}


def rebuilt(*output: Item, given: tuple[dict[str, str], ...] = ()) -> list[dict[str, object]]:
    return input_items([Record(input=input_of("Q"), output=output)], given)[1:]


def test_questions_and_answers_take_turns() -> None:
    records = [
        Record(input=input_of("My name is Alice."), output=(said("Hello Alice."),)),
        Record(input=input_of("What is my name?"), output=(said("Alice."),)),
    ]
    assert input_items(records, "And yours?") == [
        {"role": "user", "content": "My name is Alice."},
        answered("Hello Alice."),
        {"role": "user", "content": "What is my name?"},
        answered("Alice."),
        {"role": "user", "content": "And yours?"},
    ]


def test_images_are_kept() -> None:
    parts = [
        {"type": "input_text", "text": "What is it?"},
        {"type": "input_image", "image_url": "data:image/png;base64,AA=="},
    ]
    message = {"role": "user", "content": parts}
    assert input_items([Record(input=input_of([message]))], ()) == [message]


def test_messages_that_were_given_get_their_long_form() -> None:
    given = [{"role": "system", "content": "Be brief."}, {"role": "assistant", "content": "Yes."}]
    assert input_items([Record(input=input_of(given))], ()) == [given[0], answered("Yes.")]


def test_reasoning_and_built_in_tools_are_left_out() -> None:
    output = (
        Reasoning(summary=("Hm.",)),
        WebSearchCall("w"),
        CodeInterpreterCall(code="1"),
        said("4"),
    )
    assert rebuilt(*output) == [answered("4")]


def test_a_refusal_is_what_the_model_said() -> None:
    assert rebuilt(Message(content=(Part(refusal="No."),))) == [answered("No.")]
    assert rebuilt(Message()) == []


def test_calls_keep_what_they_returned() -> None:
    given = (returned(1),)
    assert rebuilt(Reasoning(), call(1), Reasoning(), said("Sun."), given=given) == [
        called(1),
        returned(1),
        answered("Sun."),
    ]


def test_a_call_that_was_answered_at_once_keeps_its_output() -> None:
    known = replace(call(1), output="sunny")
    assert rebuilt(known, said("Sun.")) == [called(1), returned(1), answered("Sun.")]


def test_calls_made_together_stay_together() -> None:
    given = (returned(2), returned(1))
    assert rebuilt(call(1), call(2), said("Sun."), given=given) == [
        called(1),
        called(2),
        returned(1),
        returned(2),
        answered("Sun."),
    ]


def test_one_call_after_the_other_stays_so() -> None:
    output = (call(1), Reasoning(), said("Hm."), call(2))
    assert rebuilt(*output, given=(returned(1), returned(2))) == [
        called(1),
        returned(1),
        answered("Hm."),
        called(2),
        returned(2),
    ]


def test_calls_of_two_rounds_are_answered_one_after_the_other() -> None:
    first, second = replace(call(1), output="a"), replace(call(2), output="b", round=1)
    assert rebuilt(first, second) == [called(1), returned(1, "a"), called(2), returned(2, "b")]


def test_an_id_that_comes_again_means_the_next_call() -> None:
    given = (returned(1, "first"), returned(1, "second"))
    found = rebuilt(call(1), Reasoning(), call(1), given=given)
    assert [item.get("output") for item in found] == [None, "first", None, "second"]


def test_a_call_that_was_never_answered_is_left_out() -> None:
    assert rebuilt(call(1), said("4")) == [answered("4")]


def test_a_turn_that_left_a_call_unanswered_is_not_continued_by_its_id() -> None:
    left = replace(HEAD, output=(call(1), replace(call(2), output="sunny")))
    assert "unanswered" in rebuild_reason(left, HERE, NOW)
    assert rebuild_reason(left, HERE, NOW, calls_answered([returned(1)])) == ""


@pytest.mark.parametrize(
    ("head", "server", "reason"),
    [
        (None, HERE, ""),
        (HEAD, HERE, ""),
        (HEAD, replace(HERE, continues=False), "does not continue"),
        (replace(HEAD, response_id=None), HERE, "no id"),
        (HEAD, replace(HERE, base_url="https://b.example/v1"), "another server"),
        (HEAD, replace(HERE, account="key-2"), "another key"),
        (replace(HEAD, ended=NOW - LIFETIME + 1), HERE, ""),
        (replace(HEAD, ended=NOW - LIFETIME), HERE, "7 days"),
        (replace(HEAD, ended=0.0, begun=NOW - LIFETIME), HERE, "7 days"),
    ],
)
def test_why_a_turn_cannot_be_continued(head: Record | None, server: Server, reason: str) -> None:
    found = rebuild_reason(head, server, NOW)
    assert reason in found
    assert bool(found) == bool(reason)
