from __future__ import annotations

import datetime as dt
import enum
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, NewType, TypedDict
from unittest.mock import Mock

import pytest

from qwen_magic.conversation.schema.naming import may_be_schema, schema_named
from qwen_magic.conversation.schema.shape import shape_of
from qwen_magic.errors import CellError, SchemaError
from tests.conversation.schema.shapes import Review


class Mood(enum.Enum):
    GOOD = 1


class City(TypedDict):
    name: str


class Shop:
    City = City
    label = "x"


Side = Literal["left", "right"]
Id = NewType("Id", int)
OWN: dict[str, Any] = {
    "Review": Review,
    "Mood": Mood,
    "int": Review,
    "short": "a: int",
    "shop": SimpleNamespace(inner=Shop),
    "dt": dt,
    "Side": Side,
    "Id": Id,
    "Path": Path,
    "good": 1,
}


def test_a_variable_is_meant_by_its_name() -> None:
    assert schema_named("Review", OWN) is Review
    assert schema_named("short", OWN) == "a: int"
    assert schema_named("int", OWN) is Review


def test_what_a_module_or_a_class_holds_is_meant_by_its_dotted_name() -> None:
    assert schema_named("shop.inner.City", OWN) is City
    assert schema_named("dt.date", OWN) is dt.date
    with pytest.raises(CellError, match=r"'shop\.inner\.Town' is no variable"):
        schema_named("shop.inner.Town", OWN)


class Touchy:
    @property
    def inner(self) -> object:
        raise RuntimeError("not now")


def test_what_cannot_be_looked_at_is_no_type() -> None:
    variables = {"a": Touchy(), "good": Mock(), "bad": SimpleNamespace()}
    for text in ("a.inner|c.d", "good|bad", "[good|fine]"):
        assert schema_named(text, variables) == text
    with pytest.raises(CellError, match=r"'a\.inner' is no variable"):
        schema_named("a.inner", variables)


@pytest.mark.parametrize(
    "text", ["str", "a: int", "yes|no", "[Other]", "{a: int}", "good|bad", "a.b|c.d"]
)
def test_other_words_are_a_short_form(text: str) -> None:
    assert schema_named(text, OWN) == text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[Review]", list[Review]),
        ("list[Review]", list[Review]),
        ("Optional[Mood]", Mood | None),
        ("dict[str, Review]", dict[str, Review]),
        ("Mood?", Mood | None),
        ("[shop.inner.City]", list[City]),
        ("dict[str, dt.date]", dict[str, dt.date]),
        ("list[Side]", list[Side]),
        ("Id|None", Id | None),
        ("tuple[Path, ...]", tuple[Path, ...]),
    ],
)
def test_a_short_form_may_name_types_of_the_notebook(text: str, kind: object) -> None:
    assert schema_named(text, OWN) == kind


def test_a_type_of_the_notebook_may_be_that_of_a_field() -> None:
    shape = shape_of(schema_named("mood: Mood, all: [Review], n: int", OWN))
    read = shape.read('{"mood": 1, "all": [{"sentiment": "positive", "topics": []}], "n": 1}')
    assert read.value == {"mood": Mood.GOOD, "all": [Review("positive", [])], "n": 1}


@pytest.mark.parametrize(
    ("text", "said", "at"),
    [
        ('{"type": "object"', "this is no JSON", 17),
        ('{"type": object}', "this is no JSON", 9),
        ("list[Review", "is not closed", 4),
        ("Review|@", "no place here", 7),
    ],
)
def test_a_caret_shows_where_it_cannot_be_read(text: str, said: str, at: int) -> None:
    with pytest.raises(SchemaError, match=said) as caught:
        schema_named(text, OWN)
    assert caught.value.args[0].splitlines()[-1] == f"{' ' * (at + 2)}^"


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
