from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_magic.conversation.tools.arguments import arguments_of
from qwen_magic.conversation.tools.tools import tool_of
from qwen_magic.errors import ArgumentsError
from tests.conversation.tools.schema_values import JSON
from tests.conversation.tools.tool_functions import FUNCTIONS, Point
from tests.examples import tries


def weather(city: str, days: int = 1, unit: str = "celsius") -> None: ...
def show(at: Point, tags: list[str] | None = None) -> None: ...
def rest(first: int, second: int = 2, *numbers: float, third: int = 3, **words: str) -> None: ...
def positions(first: int = 1, second: int = 2, /) -> None: ...


USAGE = "\n→ weather takes city (string), days (integer, optional), unit (string, optional)"


def read(function: object, text: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return arguments_of(tool_of(function), text)


def refusal(text: str) -> str:
    with pytest.raises(ArgumentsError) as refused:
        read(weather, text)
    told = str(refused.value)
    assert told.endswith(USAGE)
    return told.removesuffix(USAGE)


def test_arguments_are_those_of_the_call() -> None:
    assert read(weather, '{"city": "Oslo", "days": 3}') == ((), {"city": "Oslo", "days": 3})
    assert read(show, '{"at": {"x": 1}}') == ((), {"at": Point(1.0, 0.0)})


@pytest.mark.parametrize("text", ["", "  \n", "{}", "null", '"{}"', '""'])
def test_no_text_is_no_arguments(text: str) -> None:
    assert read(positions, text) == ((1, 2), {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"city": "Oslo", "days": "3"}', {"city": "Oslo", "days": 3}),
        ('{"city": "Oslo", "days": 3.0}', {"city": "Oslo", "days": 3}),
        ('{"city": "Oslo", "days": null}', {"city": "Oslo"}),
        (json.dumps('{"city": "Oslo"}'), {"city": "Oslo"}),
    ],
)
def test_a_harmless_slip_is_forgiven(text: str, expected: dict[str, Any]) -> None:
    assert read(weather, text) == ((), expected)


def test_json_within_a_string_is_read_where_no_string_is_wanted() -> None:
    text = json.dumps({"at": '{"x": 1}', "tags": '["a"]'})
    assert read(show, text) == ((), {"at": Point(1.0), "tags": ["a"]})
    assert read(weather, '{"city": "[1]"}') == ((), {"city": "[1]"})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "the arguments are no valid JSON: Input data was truncated"),
        ("[1]", "the arguments must be one JSON object, not `array`"),
        ("5", "the arguments must be one JSON object, not `int`"),
        ('"text"', "the arguments are no valid JSON: JSON is malformed: invalid character (byte 4)"),
        ("{}", "city: required, but missing"),
        ('{"city": 1}', "city: expected `str`, got `int`"),
        ('{"city": null}', "city: expected `str`, got `null`"),
        ('{"city": "x", "days": "two"}', "days: expected `int`, got `str`"),
        ('{"city": "x", "days": 1.5}', "days: expected `int`, got `float`"),
        ('{"city": "x", "days": true}', "days: expected `int`, got `bool`"),
        ('{"town": "x"}', "'town': no such argument\ncity: required, but missing"),
        ('{"city": "x", "day": 1}', "'day': no such argument; did you mean 'days'?"),
        ('{"city": 1, "days": []}', "city: expected `str`, got `int`\ndays: expected `int`, got `array`"),
    ],
)  # fmt: skip
def test_a_refusal_tells_the_model_all_that_is_wrong(text: str, told: str) -> None:
    assert refusal(text) == told


@pytest.mark.parametrize(
    "text",
    [
        '{"city": NaN}',
        '{"city": "x", "days": NaN}',
        '{"city": "x", "days": 1e999}',
        '{"city": "x", "days": ' + "9" * 10_000 + "}",
        '{"city": ' + "[" * 100_000 + "]" * 100_000 + "}",
        "[" * 100_000,
        '{"city": ' * 100_000,
        '{"city": "\\ud800"',
        "\ud800",
        '{"city": "x", "' + "y" * 100_000 + '": 1}',
        json.dumps({str(number): number for number in range(1_000)}),
    ],
    ids=lambda text: text[:20],
)
def test_hostile_arguments_are_refused_in_few_words(text: str) -> None:
    assert 0 < len(refusal(text)) < 5_000


def test_half_a_character_is_no_valid_json() -> None:
    assert refusal('{"city": "\\ud800"}').startswith("the arguments are no valid JSON")


def test_positions_are_filled_up_to_the_last_that_is_given() -> None:
    assert read(positions, '{"second": 5}') == ((1, 5), {})
    assert read(rest, '{"first": 1, "third": 4}') == ((), {"first": 1, "third": 4})
    assert read(rest, '{"first": 1, "numbers": [7, 8]}') == ((1, 2, 7.0, 8.0), {})
    assert read(rest, '{"first": 1, "words": {"a": "b"}}') == ((), {"first": 1, "a": "b"})


def test_an_option_cannot_stand_for_a_parameter() -> None:
    with pytest.raises(ArgumentsError, match=r"words\.third: give 'third' beside 'words'"):
        read(rest, '{"first": 1, "words": {"third": "x"}}')


def test_a_tool_without_parameters_says_so() -> None:
    with pytest.raises(ArgumentsError, match="nothing takes no arguments"):
        read(FUNCTIONS[0], '{"x": 1}')


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda one: one.__name__)
@settings(max_examples=tries(40))
@given(data=st.data())
def test_any_text_is_read_or_refused(function: Any, data: st.DataObject) -> None:  # noqa: ANN401
    tool = tool_of(function)
    names = st.sampled_from([*tool.parameters["properties"], "other"])
    texts = st.dictionaries(names, JSON).map(json.dumps) | st.text() | JSON.map(json.dumps)
    text = data.draw(texts)
    told = ""
    try:
        args, kwargs = arguments_of(tool, text)
        function(*args, **kwargs)
    except ArgumentsError as error:
        told = str(error)
    assert len(told) < 5_000
