from __future__ import annotations

import datetime as dt
import json
from collections import OrderedDict, deque, namedtuple
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from itertools import count
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.conversation.tools.json_text import has_form, json_text, text_of_bytes
from tests.conversation.tools.schema_values import JSON

if TYPE_CHECKING:
    from collections.abc import Iterator

LENGTH = 1_000
Pair = namedtuple("Pair", ["left", "right"])  # noqa: PYI024 - as users write it


class Colour(Enum):
    RED = "red"


@dataclass
class Account:
    name: str
    key: str = field(default="secret", repr=False)


class Order(msgspec.Struct):
    item: str
    price: Decimal


class Model(pydantic.BaseModel):
    day: dt.date
    key: pydantic.SecretStr = pydantic.SecretStr("secret")
    hidden: int = pydantic.Field(default=1, exclude=True)


class Broken:
    def __repr__(self) -> str:
        raise LookupError("no")


class Endless(dict[int, int]):
    def items(self) -> Iterator[tuple[int, int]]:  # type: ignore[override]
        return ((number, number) for number in count())


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"é": [1, None, True]}, '{"é":[1,null,true]}'),
        ([float("nan"), float("inf"), float("-inf")], '["NaN","Infinity","-Infinity"]'),
        ({1: "a", None: "b", (1, 2): "c"}, '{"1":"a","null":"b","(1, 2)":"c"}'),
        ({Colour.RED: Colour.RED}, '{"red":"red"}'),
        ([Decimal("1.10"), Fraction(1, 3), 1 + 2j], '["1.10","1/3","(1+2j)"]'),
        ([dt.date(2026, 1, 2), dt.time(3, 4)], '["2026-01-02","03:04:00"]'),
        ([dt.datetime(2026, 1, 2, 3, tzinfo=dt.UTC)], '["2026-01-02T03:00:00+00:00"]'),
        ([dt.timedelta(days=1, hours=2)], '["P1DT7200S"]'),
        ([UUID(int=1), PurePosixPath("/x")], '["00000000-0000-0000-0000-000000000001","/x"]'),
        ([{3, 1, 2}, frozenset("a"), deque([1]), range(2)], '[[1,2,3],["a"],[1],[0,1]]'),
        ([OrderedDict(b=1, a=2).keys(), {"b": 1}.values()], '[["b","a"],[1]]'),
        ([b"text", b"\xff\x00", memoryview(b"view")], '["text","/wA=","view"]'),
        (Account("Al"), '{"name":"Al"}'),
        (Order("fig", Decimal("0.50")), '{"item":"fig","price":"0.50"}'),
        (Model(day=dt.date(2026, 1, 2)), '{"day":"2026-01-02","key":"**********"}'),
        (Pair(1, {2}), '{"left":1,"right":[2]}'),
        ([np.float32(1.5), np.int64(2), np.bool_(True)], "[1.5,2,true]"),  # noqa: FBT003
        (np.arange(4).reshape(2, 2), "[[0,1],[2,3]]"),
        ([np.array(5), np.datetime64("2026-01-02")], '[5,"2026-01-02"]'),
        ([pd.Timestamp("2026-01-02"), pd.NaT, pd.NA], '["2026-01-02T00:00:00","NaT",null]'),
        ([pd.Series([1, 2]), pd.Index(["a"])], '[[1,2],["a"]]'),
        ([10**5000], '["an integer of 16610 bits"]'),
        ([Broken(), print], '["<Broken, whose repr raises LookupError>","<built-in function print>"]'),
    ],
)  # fmt: skip
def test_a_value_takes_the_nearest_form_that_json_has(value: object, written: str) -> None:
    assert json_text(value, LENGTH) == written
    json.loads(written)
    assert has_form(value)


@given(JSON)
def test_json_stays_what_it_is(value: object) -> None:
    assert json.loads(json_text(value, 100_000)) == value


@given(JSON, st.integers(0, 50))
def test_what_does_not_fit_is_one_character_too_long(value: object, length: int) -> None:
    whole = json_text(value, 100_000)
    assert json_text(value, length) == whole[: length + 1]


def test_of_a_huge_value_no_more_is_read_than_is_written() -> None:
    assert len(json_text(Endless({1: 1}), LENGTH)) == LENGTH + 1
    assert len(json_text(range(10**15), LENGTH)) == LENGTH + 1


def test_a_ring_and_a_deep_value_end_in_an_ellipsis() -> None:
    ring: list[object] = [1]
    ring.append(ring)
    assert json_text(ring, LENGTH) == '[1,"…"]'
    deep: object = 1
    for _ in range(1_000):
        deep = [deep]
    assert "…" in json_text(deep, LENGTH)


@pytest.mark.parametrize("value", [object(), print, Broken(), iter([])])
def test_other_values_have_no_form(value: object) -> None:
    assert not has_form(value)


@given(st.text(), st.integers(0, 20))
def test_bytes_of_text_are_text(text: str, length: int) -> None:
    assert text_of_bytes(text.encode(), length) == text[: length + 1]
