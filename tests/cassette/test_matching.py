from __future__ import annotations

import sys
from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from qwen_magic.cassette.matching import choose, form, nearest, prompt
from qwen_magic.cassette.secrecy import Mask, kept
from qwen_magic.cassette.tape import Asked, End, Track
from tests.cassette.lessons import asked

if TYPE_CHECKING:
    from types import FrameType

IMAGE = "data:image/png;base64,"
WORDS = ("red", "blue", "green", "fast", "slow", "old", "new")
FUNCTION = {"type": "function", "name": "f", "parameters": {}}
CALL = {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f", "arguments": "{}"}


def output(call: str = "c1", told: str = "4") -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": call, "output": told}


def shown(data: str) -> list[dict[str, Any]]:
    part = {"type": "input_image", "image_url": f"{IMAGE}{data}"}
    return [{"role": "user", "content": [{"type": "input_text", "text": "What is it?"}, part]}]


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return form(kept(one, Mask(()))).key == form(kept(other, Mask(()))).key


@pytest.mark.parametrize(
    "other",
    [
        asked("Hi", previous_response_id="r7"),
        asked("  Hi\n"),
        asked("\r\nHi\r\n"),
        {"stream": True, "input": "Hi", "model": "q"},
        asked("Hi", tools=[]),
    ],
)
def test_these_are_equal(other: dict[str, Any]) -> None:
    assert same(asked("Hi"), other)


@pytest.mark.parametrize(
    "other",
    [
        asked("Hi!"),
        asked("hi"),
        asked("Hi", model="p"),
        asked("Hi", stream=False),
        asked("Hi", instructions="Rhyme."),
        asked("Hi", tools=[FUNCTION]),
        asked("Hi", temperature=0.5),
        {"model": "q", "stream": True, "input": [{"role": "user", "content": "Hi"}]},
    ],
)
def test_these_differ(other: dict[str, Any]) -> None:
    assert not same(asked("Hi"), other)


def test_white_space_inside_counts_but_not_how_lines_end() -> None:
    assert same(asked("def f():\n    pass"), asked("def f():\r\n    pass\r\n"))
    assert not same(asked("def f():\n    pass"), asked("def f():\n  pass"))
    assert not same(asked("a b"), asked("a  b"))


def test_ids_of_items_and_calls_count_by_their_order_alone() -> None:
    here = {"input": [CALL, {**CALL, "call_id": "c2"}, output("c1", "4"), output("c2", "5")]}
    there = {
        "input": [
            {**CALL, "id": "x", "call_id": "one"},
            {**CALL, "call_id": "two"},
            output("one", "4"),
            output("two", "5"),
        ]
    }
    swapped = {"input": [*there["input"][:2], output("two", "4"), output("one", "5")]}
    assert same(here, there)
    assert not same(here, swapped)


def test_what_a_function_returned_counts() -> None:
    assert not same({"input": [output(told="4")]}, {"input": [output(told="5")]})


def test_an_image_counts_only_between_equals() -> None:
    assert same({"input": shown("AAAA")}, {"input": shown("BBBB")})
    assert not same({"input": shown("AAAA")}, {"input": "What is it?"})
    recorded = [taken(input=shown("AAAA")), taken(input=shown("BBBB"))]
    assert chosen({"input": shown("BBBB")}, recorded) == 1


def taken(how: Any = "whole", **body: Any) -> Track:  # noqa: ANN401 - any body
    return Track(Asked("POST", "/v1/responses", kept(body, Mask(()))), None, (), End(1.0, how))


def chosen(body: dict[str, Any], recorded: list[Track], *played: int) -> int | None:
    forms = [(form(track.asked.body), track) for track in recorded]
    return choose(form(kept(body, Mask(()))), forms, Counter(played))


def test_equals_take_turns_and_begin_again() -> None:
    recorded = [taken(input="Hi"), taken(input="Ho"), taken("broken", input="Hi")]
    assert chosen({"input": "Hi"}, recorded) == 0
    assert chosen({"input": "Hi"}, recorded, 0) == 2
    assert chosen({"input": "Hi"}, recorded, 0, 2) == 0


def test_among_equals_the_one_that_continues_the_same_turn_comes_first() -> None:
    recorded = [taken(input="Go on", previous_response_id=f"r{n}") for n in (1, 2)]
    asked = {"input": "Go on", "previous_response_id": "r2"}
    assert chosen(asked, recorded) == 1
    assert chosen(asked, recorded, 1, 1) == 1


def test_an_answer_that_was_stopped_is_the_last_resort() -> None:
    assert chosen({"input": "Hi"}, [taken("left", input="Hi"), taken(input="Hi")], 1, 1) == 1
    assert chosen({"input": "Hi"}, [taken("left", input="Hi")]) == 0


def test_nothing_answers_what_was_never_asked() -> None:
    assert chosen({"input": "Ha"}, [taken(input="Hi")]) is None


def missed(body: dict[str, Any], *recorded: dict[str, Any]) -> str:
    return nearest(form(body), [form(found) for found in recorded])


def test_a_miss_shows_the_nearest_question_and_the_first_difference() -> None:
    told = missed(asked("What is 2 + 3?"), asked("Who was Ada Lovelace?"), asked("What is 2 + 2?"))
    assert told == (
        "the nearest recorded question is 'What is 2 + 2?'; "
        "asked 'What is 2 + 3?' instead of 'What is 2 + 2?'"
    )


def test_a_long_question_is_shown_around_the_difference() -> None:
    start = "Once upon a time there was a princess who lived in a "
    told = missed(asked(f"{start}castle, alone."), asked(f"{start}palace, alone."))
    assert told.endswith(
        "; asked '…princess who lived in a castle, alone.' instead of "
        "'…princess who lived in a palace, alone.'"
    )


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"model": "p"}, 'it was recorded with model "q", not "p"'),
        ({"instructions": "Rhyme."}, 'it was recorded with instructions none, not "Rhyme."'),
        ({"temperature": 0.5}, "it was recorded with temperature none, not 0.5"),
    ],
)
def test_another_difference_is_named(fields: dict[str, Any], told: str) -> None:
    assert missed(asked("Hi", **fields), asked("Ho"), asked("Hi")).endswith(told)


def test_the_prompt_is_the_last_thing_said() -> None:
    assert prompt({"input": "Hi"}) == "Hi"
    assert prompt({"input": shown("AAAA")}) == "What is it?"
    assert prompt({"input": [{"role": "user", "content": "Hi"}, output(told="4")]}) == "4"
    assert prompt({}) == ""


def test_the_nearest_of_many_is_found_without_comparing_each_by_the_letter() -> None:
    chance = Random(7)
    texts = [" ".join(chance.choices(WORDS, k=40)) for _ in range(300)]
    recorded = [form(asked(text)) for text in texts]
    compared = Counter[str]()

    def count(frame: FrameType, event: str, _: object) -> None:
        compared[frame.f_code.co_qualname] += event == "call"

    sys.setprofile(count)
    try:
        told = nearest(form(asked(f"{texts[200]}!")), recorded)
    finally:
        sys.setprofile(None)
    assert texts[200][:30] in told
    assert compared["SequenceMatcher.ratio"] <= 50


@pytest.mark.parametrize("text", ["", "你", "你好，请问今天天气如何"])
def test_a_short_question_is_found_among_many(text: str) -> None:
    others = [form(asked(f"Question {number}")) for number in range(200)]
    told = nearest(form(asked(text, model="p")), [*others, form(asked(text))])
    assert "it was recorded with model" in told
