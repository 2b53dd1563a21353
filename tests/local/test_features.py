"""What a real model gives, however small it is: values of a shape, forced calls, an end."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from qwen_magic import Asking, Session, Settings
from qwen_magic.errors import RequestError
from qwen_magic.responses.items import FunctionCall

if TYPE_CHECKING:
    from collections.abc import Iterator

REVIEWS = (
    "I give it 2 stars: the battery is terrible.",
    "Wonderful, five stars!",
    "It is okay, I suppose. Three.",
)


@pytest.fixture
def session(local: Settings) -> Iterator[Session]:
    settings = Settings(region="local", local_model=local.local_model, approve="always")
    with Session(settings) as made:
        yield made


def get_weather(city: Literal["Paris", "Rome"]) -> str:
    """Look up today's weather."""
    return f"21 degrees in {city}"


def test_every_value_fits_its_shape(session: Session) -> None:
    for review in REVIEWS:
        turn = session.ask(review, schema="mood: good|bad, stars: 1..5", asking=Asking(new=True))
        assert turn.value["mood"] in {"good", "bad"}
        assert 1 <= turn.value["stars"] <= 5
        assert turn.corrections == 0


def test_a_forced_call_is_made_and_the_turn_ends(session: Session) -> None:
    how = Asking(tool_choice="required", max_output_tokens=200)  # with some white space
    turn = session.ask("What is the weather in Rome?", tools=[get_weather], asking=how)
    call = turn.tool_calls[0]
    assert isinstance(call, FunctionCall)
    assert call.spoken
    assert json.loads(call.arguments)["city"] in {"Paris", "Rome"}
    assert call.output == f"21 degrees in {json.loads(call.arguments)['city']}"
    assert turn.ended


def test_an_answer_that_is_cut_says_so(session: Session) -> None:
    turn = session.ask("Write a long story.", asking=Asking(max_output_tokens=16))
    assert (turn.status, turn.error) == ("incomplete", "max_output_tokens")
    assert session.ask("Hello?", asking=Asking(max_output_tokens=16)).text


def test_vendor_tools_are_refused_before_anything_is_sent(session: Session) -> None:
    with pytest.raises(RequestError, match="web_search runs at Model Studio"):
        session.ask("What is new?", tools=["web_search"])


def test_a_lesson_recorded_here_is_replayed_without_a_model(
    session: Session, tmp_path: Path
) -> None:
    lesson = str(tmp_path / "lesson.jsonl")
    session.settings = replace(session.settings, record=lesson)
    how = Asking(tool_choice="required", max_output_tokens=200)
    first = session.ask("What is the weather in Rome?", tools=[get_weather], asking=how)
    second = session.ask("Thank you.", asking=Asking(max_output_tokens=16))
    key = session.client().endpoint.key
    session.close()  # the last exchange is whole then
    assert key not in Path(lesson).read_text()
    with Session(Settings(replay=lesson, replay_speed=0, approve="always")) as pupil:
        again = pupil.ask("What is the weather in Rome?", tools=[get_weather], asking=how)
        assert (again.text, again.model) == (first.text, first.model)
        assert pupil.ask("Thank you.", asking=Asking(max_output_tokens=16)).text == second.text
