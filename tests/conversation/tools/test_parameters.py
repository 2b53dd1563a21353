from __future__ import annotations

import math
from collections.abc import Callable, Iterator  # noqa: TC003 - the hints are looked up
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import pytest

from qwen_magic.conversation.tools.tools import tool_of
from qwen_magic.errors import ToolError

if TYPE_CHECKING:
    from decimal import Decimal


class Plain:
    pass


class Mixed(Enum):
    ONE = 1
    TWO = "two"


@dataclass
class Unfinished:
    part: Nowhere  # type: ignore[name-defined]  # noqa: F821


def mixed(value: Mixed) -> None: ...
def unfinished(value: list[Unfinished]) -> None: ...
def complex_number(value: complex) -> None: ...
def callback(value: Callable[[], None]) -> None: ...
def plain(value: list[Plain]) -> None: ...
def iterator(value: Iterator[int]) -> None: ...
def plain_or_text(value: Plain | str) -> None: ...
def unknown(value: Nowhere) -> None: ...  # type: ignore[name-defined]  # noqa: F821
def for_types_alone(value: Decimal) -> None: ...
def broken(value: 1 / 0) -> None: ...  # type: ignore[valid-type]
def several(*value: complex) -> None: ...
def options(**value: Plain) -> None: ...


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (mixed, "Enums must contain either all str or all int values"),
        (unfinished, "name 'Nowhere' is not defined"),
        (complex_number, "no form in JSON: complex"),
        (callback, "no form in JSON"),
        (plain, "no form in JSON"),
        (iterator, "no form in JSON"),
        (plain_or_text, "no form in JSON"),
        (several, "no form in JSON"),
        (options, "no form in JSON"),
        (unknown, "looked up: name 'Nowhere' is not defined"),
        (for_types_alone, "looked up: name 'Decimal' is not defined"),
        (broken, "looked up"),
    ],
)
def test_a_refusal_names_the_parameter(function: object, reason: str) -> None:
    with pytest.raises(ToolError, match="parameter 'value' of") as refused:
        tool_of(function)
    assert reason in str(refused.value)
    assert refused.value.hint


def properties(function: object) -> dict[str, Any]:
    found: dict[str, Any] = tool_of(function).parameters["properties"]
    return found


def test_without_hint_and_default_a_parameter_takes_any_json() -> None:
    def bare(value): ...  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202

    assert properties(bare) == {"value": {}}


def test_without_hint_a_parameter_takes_what_its_default_is_like() -> None:
    def bare(text="a", count=1, on=False, rows=(), other=None): ...  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, FBT002

    number = {"anyOf": [{"type": "integer"}, {"type": "number"}]}
    assert properties(bare) == {
        "text": {"type": "string", "default": "a"},
        "count": number | {"default": 1},
        "on": {"type": "boolean", "default": False},
        "rows": {"type": "array", "default": []},
        "other": {"default": None},
    }


def test_args_are_a_list_and_kwargs_an_object() -> None:
    def every(*numbers: float, **words: str) -> None: ...

    assert tool_of(every).parameters["required"] == []
    assert properties(every) == {
        "numbers": {"type": "array", "items": {"type": "number"}},
        "words": {"type": "object", "additionalProperties": {"type": "string"}},
    }


def test_a_default_that_json_cannot_tell_is_left_out() -> None:
    def sloppy(
        ratio: float = math.nan,
        text: str = "x" * 5_000,
        count: int = "many",  # type: ignore[assignment]
        value: Any = Plain(),  # noqa: ANN401, B008
    ) -> None: ...

    assert properties(sloppy) == {
        "ratio": {"type": "number"},
        "text": {"type": "string"},
        "count": {"type": "integer"},
        "value": {},
    }
    assert tool_of(sloppy).parameters["required"] == []


def test_two_classes_of_one_name_stay_two() -> None:
    from dataclasses import make_dataclass

    left = make_dataclass("Point", [("x", int)])
    right = make_dataclass("Point", [("y", str)])

    def both(one, two, three): ...  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202

    both.__annotations__ = {"one": left, "two": list[right], "three": left}  # type: ignore[valid-type]
    schema = tool_of(both).parameters
    assert schema["properties"] == {
        "one": {"$ref": "#/$defs/Point"},
        "two": {"type": "array", "items": {"$ref": "#/$defs/2.Point"}},
        "three": {"$ref": "#/$defs/Point"},
    }
    assert [list(one["properties"]) for one in schema["$defs"].values()] == [["x"], ["y"]]
