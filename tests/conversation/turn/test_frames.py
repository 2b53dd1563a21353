from __future__ import annotations

import enum
import sys
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any, NamedTuple

import msgspec
import pydantic
import pytest

from qwen_magic.conversation.turn.frames import frame_of
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.errors import QwenError


class Mood(enum.Enum):
    GOOD = "good"


@dataclass
class AsData:
    name: str
    mood: Mood


class AsStruct(msgspec.Struct):
    name: str
    mood: Mood


class AsTuple(NamedTuple):
    name: str
    mood: Mood


class AsModel(pydantic.BaseModel):
    name: str
    mood: Mood


RECORDS = [
    AsData("a", Mood.GOOD),
    AsStruct("a", Mood.GOOD),
    AsTuple("a", Mood.GOOD),
    AsModel(name="a", mood=Mood.GOOD),
    {"name": "a", "mood": Mood.GOOD},
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda one: type(one).__name__)
def test_records_are_rows(record: object) -> None:
    row = {"name": "a", "mood": "good"}
    assert frame_of(record).to_dict("records") == [row]
    assert Turn(value=[record, record]).frame().to_dict("records") == [row, row]


@pytest.mark.parametrize(("value", "rows"), [(3, [3]), (["a", "b"], ["a", "b"]), ((), [])])
def test_plain_values_stand_in_one_column(value: object, rows: list[object]) -> None:
    assert [row["value"] for row in frame_of(value).to_dict("records")] == rows


def test_the_package_that_is_in_use_makes_the_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    polars: Any = SimpleNamespace(DataFrame=lambda rows: ("polars", rows))
    monkeypatch.delitem(sys.modules, "pandas", raising=False)
    monkeypatch.setitem(sys.modules, "polars", polars)
    assert frame_of(1) == ("polars", [{"value": 1}])


def test_without_either_the_line_that_brings_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> ModuleType:
        raise ImportError(name)

    for name in ("pandas", "polars"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr("qwen_magic.conversation.turn.frames.import_module", missing)
    with pytest.raises(QwenError, match="pandas or polars"):
        frame_of(1)
