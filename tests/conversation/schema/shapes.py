"""Shapes of all kinds, each with a value that has it."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple, NotRequired, TypedDict
from uuid import UUID

import annotated_types
import msgspec
import pydantic

__all__ = ["SHAPES", "Item", "Mood", "Review"]


class Mood(enum.Enum):
    GOOD = "good"
    BAD = "bad"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


@dataclass
class Item:
    """A thing with its price.

    Attributes:
        name: As it is written on it.
    """

    name: str
    price: Annotated[float, annotated_types.Ge(0)]


@dataclass
class Review:
    sentiment: Literal["positive", "negative", "neutral"]
    topics: list[str]
    """What it is about."""
    items: Annotated[list[Item], "What was bought"] = field(default_factory=list)
    note: str | None = None


class Place(NamedTuple):
    name: str
    height: int = 0


class City(TypedDict):
    name: str
    founded: NotRequired[int]
    places: list[Place]


class Knot(msgspec.Struct):
    name: str
    children: list[Knot] = []


class Renamed(msgspec.Struct, rename="camel"):
    """A struct with other names in JSON."""

    first_name: str
    born_on: dt.date


class Bill(pydantic.BaseModel):
    total: int = pydantic.Field(description="In cents.", ge=0)
    paid: bool = False


@dataclass
class Bills:
    bills: list[Bill]


SHAPES: dict[str, tuple[Any, Any]] = {
    "a dataclass": (Review, Review("positive", ["battery"], [Item("case", 9.5)])),
    "a TypedDict": (City, City(name="Bonn", places=[Place("Venusberg", 170)])),
    "a NamedTuple": (Place, Place("Brocken", 1141)),
    "a struct": (Renamed, Renamed("Ada", dt.date(1815, 12, 10))),
    "a recursive struct": (Knot, Knot("a", [Knot("b")])),
    "a pydantic model": (Bill, Bill(total=3)),
    "a dataclass of pydantic models": (Bills, Bills([Bill(total=1, paid=True)])),
    "a list of pydantic models": (list[Bill], [Bill(total=0)]),
    "a literal": (Literal["b", "a"], "a"),
    "a literal of several types": (Literal["a", 1], 1),
    "an enum": (Mood, Mood.BAD),
    "an enum of numbers": (Level, Level.HIGH),
    "a truth": (bool, True),
    "a whole number": (int, -(2**80)),
    "a number": (float, 0.1),
    "a text": (str, 'a "b"\n”'),
    "a decimal": (Decimal, Decimal("1.10")),
    "a UUID": (UUID, UUID(int=7)),
    "a date": (dt.date, dt.date(2026, 2, 28)),
    "a moment": (dt.datetime, dt.datetime(2026, 2, 28, 12, 30)),  # noqa: DTZ001 - as it may be asked
    "a moment of a zone": (dt.datetime, dt.datetime(2026, 2, 28, tzinfo=dt.UTC)),
    "a time": (dt.time, dt.time(12, 30)),
    "a duration": (dt.timedelta, dt.timedelta(days=1, seconds=2)),
    "a list": (list[int], [1, 2]),
    "a list of records": (list[Item], [Item("a", 1.0), Item("b", 2.0)]),
    "a tuple": (tuple[int, str], (1, "a")),
    "a tuple of any length": (tuple[float, ...], (1.0, 2.5)),
    "a set": (set[str], {"a", "b"}),
    "a dict": (dict[str, Item], {"x": Item("a", 1.0)}),
    "a dict of lists": (dict[str, list[int]], {"x": [1]}),
    "a union": (int | str, "a"),
    "a union of a record and a list": (Item | list[int], [1]),
    "nothing or a record": (Item | None, None),
    "bounds of msgspec": (Annotated[int, msgspec.Meta(ge=1, le=5)], 5),
    "bounds of annotated_types": (Annotated[list[int], annotated_types.Len(1, 2)], [1]),
    "a short form": ("a: yes|no, b: 0..1, c: [str], d: {e: date}?", {"a": "no", "b": 0.5, "c": [], "d": {"e": dt.date(2026, 1, 2)}}),
    "a short form in Chinese": ("情感：正面|负面，星：1..5", {"情感": "负面", "星": 2}),
    "a short form of one value": ("yes|no", "no"),
    "a JSON schema": ({"type": "object", "properties": {"a": {"type": "integer"}}}, {"a": 1}),
    "a JSON schema of a list": ({"type": "array", "items": {"$ref": "#/$defs/n"}, "$defs": {"n": {"type": "number"}}}, [1, 2.5]),
}  # fmt: skip
