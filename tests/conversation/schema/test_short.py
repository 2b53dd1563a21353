from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.conversation.schema.short import type_of_short
from qwen_magic.conversation.schema.words import WORDS
from qwen_magic.errors import SchemaError


def hints(text: str) -> dict[str, Any]:
    return get_type_hints(type_of_short(text), include_extras=True)


def test_fields_have_types() -> None:
    found = hints(
        "sentiment: positive|negative, score: 0..1, topics: [str], note: str?, when: date, x"
    )
    assert found == {
        "sentiment": Literal["positive", "negative"],
        "score": Annotated[float, msgspec.Meta(ge=0, le=1)],
        "topics": list[str],
        "note": str | None,
        "when": dt.date,
        "x": str,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("yes|no", Literal["yes", "no"]),
        ('"a, b"|c', Literal["a, b", "c"]),
        ("1|2|3", Literal[1, 2, 3]),
        ("[int]", list[int]),
        ("[[yes|no]]", list[list[Literal["yes", "no"]]]),
        ("bool", bool),
        ("1..5", Annotated[int, msgspec.Meta(ge=1, le=5)]),
        ("float 1..5", Annotated[float, msgspec.Meta(ge=1, le=5)]),
        ("-1.5..5", Annotated[float, msgspec.Meta(ge=-1.5, le=5)]),
        ("int?", int | None),
        ("int|none", int | None),
        ("list[int]", list[int]),
        ("List[yes|no]", list[Literal["yes", "no"]]),
        ("dict[str, float]", dict[str, float]),
        ("Optional[date]", dt.date | None),
        ("set[str]", set[str]),
        ("frozenset[int]", frozenset[int]),
        ("tuple[int, str]", tuple[int, str]),
        ("tuple[date, ...]", tuple[dt.date, ...]),
        ("typing.Sequence[1..5]", list[Annotated[int, msgspec.Meta(ge=1, le=5)]]),
        ("Mapping[str, set[int]]", dict[str, set[int]]),
        ("Union[int, str, None]", int | str | None),
        ('Literal["a b", 3, true_north, int, True]', Literal["a b", 3, "true_north", "int", True]),
        ("[整数]", list[int]),
        ("日期？", dt.date | None),
    ],
)
def test_one_value_alone_has_a_type(text: str, kind: object) -> None:
    assert type_of_short(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "a: int, b: [str]",
        "a: int; b: [str];",
        "\na: int\nb: [\n  str\n]\n",
        "a:int,b:[str],",
        "\uff41：int，b：\uff3bstr\uff3d",
        "a：int、b：【str】",
    ],
)
def test_fields_may_be_apart_in_many_ways(text: str) -> None:
    assert [*hints(text).values()] == [int, list[str]]


def test_records_may_be_within_records_and_lists() -> None:
    items = hints("items: [{name: str, price: float}], more: [a: int, b: int]")
    inner = [get_type_hints(found.__args__[0]) for found in items.values()]
    assert inner == [{"name": str, "price": float}, {"a": int, "b": int}]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", 0),
        ("a:", 2),
        ("a: int b", 7),
        ("a: strr, b: int", 3),
        ("a: [str, b: int", 3),
        ("a: 5..1", 3),
        ("a: int, a: str", 8),
        ("a: @", 3),
        ("a: 1..", 6),
        ("a: {: int}", 4),
        ("a: int\nb: @", 3),
        ("a: (sure", 3),
        ("a: 'x", 3),
        ("a: int = 3", 7),
        ("a: list[int", 7),
        ("a: dict[int, str]", 7),
        ("a: dict[str]", 7),
        ("a: dict", 3),
        ("a: list[]", 7),
        ("a: list[int, str]", 7),
        ("a: set[...]", 6),
        ("a: tuple[..., int]", 8),
        ("a: Literal[]", 10),
        ("a: Literal[[int]]", 11),
        ("a: Union[int, ...]", 8),
        ("a int", 0),
    ],
)
def test_a_caret_shows_what_is_wrong(text: str, at: int) -> None:
    with pytest.raises(SchemaError) as caught:
        type_of_short(text)
    *_, caret = str(caught.value.args[0]).split("\n")
    assert caret == f"{' ' * (at + 2)}^"
    assert caught.value.hint


def test_a_missing_colon_is_shown() -> None:
    with pytest.raises(SchemaError) as caught:
        type_of_short("price float")
    assert caught.value.hint == "did you mean price: float?"


def test_a_long_line_is_cut_around_the_caret() -> None:
    text = ", ".join(f"field{number}: int" for number in range(50)) + ", x: @, y: int"
    with pytest.raises(SchemaError) as caught:
        type_of_short(text)
    _, line, caret = str(caught.value.args[0]).split("\n")
    assert len(line) < 70
    assert line[caret.index("^")] == "@"


_PIECES = st.sampled_from([*WORDS, "a", "b", ":", ",", "|", "?", "[", "]", "{", "}", "..", "1", "0.5", "(x)", '"q"', "\n", " ", "：", "…", "'", "\\"])  # fmt: skip


@given(st.lists(_PIECES, max_size=30).map("".join) | st.text(max_size=40))
def test_whatever_is_written_is_a_type_or_a_clear_error(text: str) -> None:
    with suppress(SchemaError):
        type_of_short(text)


def test_what_is_nested_too_deeply_is_told() -> None:
    with pytest.raises(SchemaError, match="too deeply"):
        type_of_short("[" * 500)
