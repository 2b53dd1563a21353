from __future__ import annotations

import enum
from typing import Any, TypedDict

import pytest

from qwen_magic.conversation.schema.naming import may_be_schema, schema_named
from qwen_magic.errors import CellError
from tests.conversation.schema.shapes import Review


class Mood(enum.Enum):
    GOOD = 1


class City(TypedDict):
    name: str


OWN: dict[str, Any] = {"Review": Review, "Mood": Mood, "int": Review, "short": "a: int"}


def test_a_variable_is_meant_by_its_name() -> None:
    assert schema_named("Review", OWN) is Review
    assert schema_named("short", OWN) == "a: int"
    assert schema_named("int", OWN) is Review


@pytest.mark.parametrize("text", ["str", "a: int", "yes|no", "[Review]", "{a: int}"])
def test_other_words_are_a_short_form(text: str) -> None:
    assert schema_named(text, OWN) == text


def test_json_is_a_json_schema() -> None:
    assert schema_named('{"type": "object"}', OWN) == {"type": "object"}


def test_an_unknown_name_is_told_with_the_nearest_one() -> None:
    with pytest.raises(CellError, match="'Revew' is no variable") as caught:
        schema_named("Revew", OWN)
    assert "did you mean Review?" in caught.value.hint


def test_records_enums_and_json_schemas_are_offered() -> None:
    assert all(map(may_be_schema, [Review, Mood, City, {"type": "object", "properties": {}}]))
    assert not any(
        map(may_be_schema, [1, int, "a: int", {"type": "mcp"}, Review("positive", []), len])
    )
