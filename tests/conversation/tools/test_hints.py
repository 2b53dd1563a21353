from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, make_dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypedDict

import annotated_types
import msgspec
import pydantic
import pytest
from pydantic import dataclasses as pydantic_dataclasses

from qwen_magic.conversation.tools.hints import hint_of
from qwen_magic.errors import ArgumentsError


class Person(pydantic.BaseModel):
    name: str
    age: int = pydantic.Field(ge=0, description="In years")
    friends: list[Person] = []


class Pet(pydantic.BaseModel):
    kind: str


@pydantic_dataclasses.dataclass
class Corner:
    x: int


@dataclass
class Fussy:
    count: int

    def __post_init__(self) -> None:
        if self.count > 9:
            raise LookupError("too many")


def read(annotation: object, value: object) -> object:
    return hint_of(annotation).read(json.dumps(value).encode())


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        (int, "5", 5),
        (int, 5.0, 5),
        (int, 10**60, 10**60),
        (float, 3, 3.0),
        (bool, "true", True),
        (bool, 1, True),
        (list[int], ["1", 2.0], [1, 2]),
        (list[Literal["all", 1] | None], ["all", 1, None], ["all", 1, None]),
        (int | None, "null", None),
        (str | None, "null", "null"),
        (int | str, "5", "5"),
        (dict[int, float], {"1": "2.5"}, {1: 2.5}),
        (list[int] | list[str], ["1", "x"], ["1", "x"]),
        (list[int] | list[str], [1], [1]),
        (str | date, "2026-01-01", "2026-01-01"),
        (Path, "a/b", Path("a/b")),
        (list[Path], ["a"], [Path("a")]),
        (object, {"a": [1]}, {"a": [1]}),
    ],
)
def test_a_harmless_slip_is_read_as_it_was_meant(
    annotation: object, value: object, expected: object
) -> None:
    found = read(annotation, value)
    assert (found, type(found)) == (expected, type(expected))


def unhashable() -> str:
    """Return what this Python says of a list in a set."""
    with pytest.raises(TypeError) as refused:
        set(map(list, "x"))
    return str(refused.value)


@pytest.mark.parametrize(
    ("annotation", "value", "told"),
    [
        (int, "many", ": expected `int`, got `str`"),
        (int, 5.5, ": expected `int`, got `float`"),
        (int, True, ": expected `int`, got `bool`"),
        (str, 10115, ": expected `str`, got `int`"),
        (list[int], [1, "x"], "[1]: expected `int`, got `str`"),
        (dict[str, list[int]], {"a": ["x"]}, "[...][0]: expected `int`, got `str`"),
        (Annotated[int, msgspec.Meta(ge=1)], 0, ": expected `int` >= 1"),
        (list[int] | list[str], 5, ": expected `array`, got `int`"),
        (set[list[int]], [[1]], f": {unhashable()}"),
        (Fussy, {"count": 10}, ": too many"),
        (Fussy, {"count": "x"}, ".count: expected `int`, got `str`"),
        (Person, {"name": "x", "age": -1}, ".age: Input should be greater than or equal to 0"),
        (list[Pet], [{}], "[0].kind: Field required"),
    ],
)
def test_a_refusal_says_where_and_what(annotation: object, value: object, told: str) -> None:
    with pytest.raises(ArgumentsError) as refused:
        read(annotation, value)
    assert str(refused.value) == told


def renamed(kind: str, *names: str) -> Any:  # noqa: ANN401 - types have no type
    """Make a record type whose names no code has spoken of: as read from a file a moment ago."""
    fresh = ["".join(list(name)) for name in names]
    if kind == "typed dict":
        return TypedDict("记录", dict.fromkeys(fresh, int))  # type: ignore[operator]
    if kind == "struct":
        return msgspec.defstruct("记录", [(name, int) for name in fresh])
    return make_dataclass("记录", [(name, int) for name in fresh])


@pytest.mark.parametrize("kind", ["typed dict", "struct", "dataclass"])
@pytest.mark.parametrize("outer", ["{}", "list[{}]", "dict[str, {}]", "{} | None"])
def test_names_in_any_script_are_read_the_first_time(kind: str, outer: str) -> None:
    name = f"客户{len(outer)}"
    made = renamed(kind, name, "größe", "имя")
    hint = hint_of(eval(outer.format("made"), {"made": made}))
    value = json.dumps({name: 1, "größe": 2, "имя": 3}, ensure_ascii=False)
    whole = {"list[{}]": f"[{value}]", "dict[str, {}]": f'{{"a": {value}}}'}.get(outer, value)
    assert "1" in str(hint.read(whole.encode()))


def test_a_pydantic_model_is_read_by_pydantic() -> None:
    friend = {"name": "Bo", "age": "3"}
    assert read(Person, {"name": "Al", "age": 4, "friends": [friend]}) == Person(
        name="Al", age=4, friends=[Person(name="Bo", age=3)]
    )
    assert read(Person | Pet, {"kind": "cat"}) == Pet(kind="cat")
    assert read(dict[str, Pet], {"a": {"kind": "cat"}}) == {"a": Pet(kind="cat")}
    assert read(Corner, {"x": 1}) == Corner(1)


def test_pydantics_constraints_are_told_and_kept() -> None:
    limited = Annotated[int, pydantic.Field(ge=1, description="At least one")]
    assert hint_of(limited).schema == {
        "type": "integer",
        "minimum": 1,
        "description": "At least one",
    }
    assert hint_of(Annotated[int, annotated_types.Gt(1)]).schema["exclusiveMinimum"] == 1


def test_the_schema_of_a_pydantic_model_keeps_its_definitions_apart() -> None:
    hint = hint_of(Person, "2.")
    assert hint.schema == {"$ref": "#/$defs/2.Person"}
    assert hint.definitions["2.Person"]["properties"]["friends"]["items"] == hint.schema


def test_pydantic_is_never_imported_by_us() -> None:
    program = (
        "import sys\n"
        "from qwen_magic.conversation.tools.tools import tool\n"
        "assert 'docstring_parser' not in sys.modules\n"
        "@tool\n"
        "def add(left: int, right: int = 2) -> int: 'Add.'\n"
        "print([name for name in ('pydantic', 'pandas', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
