from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.demo.filling.arguments import arguments_for
from qwen_magic.demo.filling.clues import Clues
from qwen_magic.demo.filling.patterns import example

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.demo.asking import Json

CHECKER = jsonschema.FormatChecker()
QUESTIONS = st.text() | st.sampled_from(
    [
        "What is the weather in Paris?",
        "Convert 100.5 USD to EUR, then 3 more",
        'Send "hello there" to bob@example.com on 2026-05-01',
        "red or blue, 7 or -2",
        "北京的天气怎么样",
        "",
    ]
)


def fits(schema: Mapping[str, Any], question: str) -> Json:
    """Return the arguments; they must fit the schema."""
    made = arguments_for(schema, question)
    jsonschema.Draft202012Validator(schema, format_checker=CHECKER).validate(made)
    return made


def bounds(low: str, high: str, numbers: st.SearchStrategy[int]) -> st.SearchStrategy[Json]:
    """Return schemas' fields for a lower and an upper bound, each present or not."""
    both = st.tuples(numbers, numbers).map(sorted)
    return both.flatmap(
        lambda pair: st.sampled_from(
            [{}, {low: pair[0]}, {high: pair[1]}, {low: pair[0], high: pair[1]}]
        )
    )


def of_type(name: str, extra: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    return extra.map(lambda fields: {"type": name, **fields})


SMALL = st.integers(-50, 50)
INTEGERS = of_type("integer", bounds("minimum", "maximum", SMALL))
NUMBERS = of_type("number", bounds("minimum", "maximum", SMALL))
OPEN = st.tuples(SMALL, st.integers(2, 9)).map(
    lambda pair: {
        "type": "number",
        "exclusiveMinimum": pair[0],
        "exclusiveMaximum": pair[0] + pair[1],
    }
)
MULTIPLES = st.tuples(SMALL, st.integers(1, 9)).map(
    lambda pair: {
        "type": "integer",
        "minimum": pair[0],
        "maximum": pair[0] + 2 * pair[1],
        "multipleOf": pair[1],
    }
)
STRINGS = of_type("string", bounds("minLength", "maxLength", st.integers(0, 30)))
FORMATS = st.sampled_from(["date", "email", "ipv4", "ipv6", "uuid"]).map(
    lambda name: {"type": "string", "format": name}
)
PATTERNS = st.sampled_from(
    [r"^[A-Z]{2}-\d{4}$", r"^(red|green)$", r"\w+@\w+\.cn", r"^[^\s]+x?$", r"^#[0-9a-f]{6}$"]
).map(lambda pattern: {"type": "string", "pattern": pattern})
PLAIN: list[Json] = [
    {"enum": ["red", "green", "blue"]},
    {"enum": [1, 2, 3]},
    {"const": "fixed"},
    {"type": "boolean"},
    {"type": "null"},
    {"type": ["string", "null"]},
    {},
]
FIXED = st.sampled_from(PLAIN)
LEAVES: st.SearchStrategy[Json] = (
    INTEGERS | NUMBERS | OPEN | MULTIPLES | STRINGS | FORMATS | PATTERNS | FIXED
)


def grown(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    """Return schemas built from simpler ones."""
    lists = st.tuples(inner, bounds("minItems", "maxItems", st.integers(0, 4))).map(
        lambda pair: {"type": "array", "items": pair[0], **pair[1]}
    )
    tuples = st.lists(inner, min_size=1, max_size=3).map(
        lambda parts: {
            "type": "array",
            "prefixItems": parts,
            "items": False,
            "minItems": len(parts),
        }
    )
    either = st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"anyOf": parts})
    return lists | tuples | either | objects(inner)


@st.composite
def objects(draw: st.DrawFn, inner: st.SearchStrategy[Json]) -> Json:
    names = st.sampled_from(["city", "query", "days", "amount", "unit", "to", "a", "b"])
    properties = draw(st.dictionaries(names, inner, max_size=4))
    required = (
        draw(st.lists(st.sampled_from(sorted(properties)), unique=True)) if properties else []
    )
    schema: Json = {"type": "object", "properties": properties, "required": required}
    return schema | draw(st.sampled_from([{}, {"additionalProperties": False}]))


SCHEMAS = objects(st.recursive(LEAVES, grown, max_leaves=8))


@given(SCHEMAS, QUESTIONS)
def test_arguments_fit_their_schema(schema: Json, question: str) -> None:
    assert fits(schema, question).keys() >= set(schema["required"])


@given(
    st.sampled_from(
        [
            {"type": "integer"},
            {"type": "string"},
            {"type": "number", "minimum": 3},
            {"enum": [*"abcd"]},
        ]
    ),
    st.integers(0, 4),
    QUESTIONS,
)
def test_the_items_of_a_set_differ(items: Json, least: int, question: str) -> None:
    many = {"type": "array", "items": items, "minItems": least, "maxItems": 4, "uniqueItems": True}
    fits({"type": "object", "properties": {"many": many}, "required": ["many"]}, question)


NODE: Json = {
    "$ref": "#/$defs/Node",
    "$defs": {
        "Node": {
            "type": "object",
            "properties": {
                "value": {"type": "integer"},
                "next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
                "children": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
            },
            "required": ["value", "next", "children"],
        }
    },
}


def test_a_schema_that_holds_itself_comes_to_an_end() -> None:
    fits(NODE, "insert 5")


def test_a_reference_to_itself_is_an_empty_schema() -> None:
    ring = {"$defs": {"A": {"$ref": "#/$defs/A"}}, "properties": {"a": {"$ref": "#/$defs/A"}}}
    assert arguments_for(ring | {"required": ["a"]}, "x") == {"a": "a"}


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object"},
        {"properties": {"a": True}, "required": ["a", "b"]},
        {"minProperties": 3, "properties": {"a": {"type": "integer"}}},
        {"additionalProperties": {"type": "integer"}, "required": ["x"], "minProperties": 2},
        {"allOf": [{"properties": {"a": {"minimum": 3}}}, {"properties": {"a": {"maximum": 4}}, "required": ["a"]}]},
        {"properties": {"a": {"oneOf": [{"type": "null"}, {"type": "integer", "minimum": 9}]}}, "required": ["a"]},
        {"properties": {"a": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}}, "required": ["a"]},
        {"properties": {"a": {"type": "number", "multipleOf": 0.25, "minimum": 7.1}}, "required": ["a"]},
        {"properties": {"a/b": {"type": "integer"}, "c": {"$ref": "#/properties/a~1b"}}, "required": ["c"]},
    ],
    ids=str,
)  # fmt: skip
def test_unusual_schemas_are_met(schema: Json) -> None:
    fits(schema, "What is the weather in Paris?")


class Place(msgspec.Struct):
    name: str
    size: int | None = None


class Trip(msgspec.Struct):
    """A struct as it appears in a decorated function's schema."""

    start: Place
    stops: list[Place]
    unit: str = "km"


def test_what_msgspec_describes_it_can_read() -> None:
    schema = msgspec.json.schema(Trip)
    made = fits(schema, "Plan a trip from Paris to Rome")
    assert msgspec.convert(made, Trip) == Trip(Place("Paris"), [Place("Rome")])


def test_what_may_be_left_out_is_left_out_unless_it_is_said() -> None:
    schema = {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "unit": {"enum": ["celsius", "fahrenheit"]},
            "days": {"type": "integer"},
            "note": {"type": "string"},
        },
        "required": ["city"],
    }
    assert fits(schema, "Weather in New York") == {"city": "New York"}
    said = {"city": "New York", "unit": "fahrenheit", "days": 3}
    assert fits(schema, "Weather in New York in Fahrenheit for 3 days") == said


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What is the weather in Paris?", ["Paris"]),
        ("Weather in New York", ["New York"]),
        ("Paris and Rome, please", ["Paris", "Rome"]),
        ("Compare Paris with Rome", ["Paris", "Rome"]),
        ("Status of A-1134?", ["A-1134"]),
        ("Convert USD to EUR", ["USD", "EUR"]),
        ('Say "good morning" to Bob', ["good morning", "Bob"]),
        ("Berlin?", ["Berlin"]),
        ("上海天气", ["上海"]),
        ("nothing here", []),
    ],
)
def test_names_are_found_in_order(question: str, names: list[str]) -> None:
    assert list(Clues(question).names) == names


@pytest.mark.parametrize(
    ("question", "numbers"),
    [("1, 2.5 and -4", [1, 2.5, -4]), ("on 2024-01-02", []), ("A-113 x2", []), ("3.", [3])],
)
def test_numbers_are_found_in_order(question: str, numbers: list[float]) -> None:
    assert list(Clues(question).numbers) == numbers


@pytest.mark.parametrize(
    "pattern",
    [
        "", "abc", "^a*b+c?$", r"^\d{3}-\d{2,4}$", "[A-Z]{2,}", "[^a-z]", r"^[\w.+-]+@\w+\.\w+$",
        "(a|b)c", "^(?:x|yy){3}$", r"^(?P<year>\d{4})/(?:0[1-9]|1[0-2])$", r"[]x]", r"[\]x]+",
        r"^\S+\s\S+$", r"a{2}?b*?", r"^https?://", r"^(?i:abc)$", "^(?!x)a", r"\Aa\Z", "[a-f0-9]{32}",
    ],
)  # fmt: skip
def test_an_example_matches_its_pattern(pattern: str) -> None:
    assert re.search(pattern, example(pattern))


MOODS = {"type": "object", "properties": {"mood": {"enum": ["positive", "negative", "neutral"]}}, "required": ["mood"]}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("I love it, it works perfectly.", "positive"),
        ("The battery is terrible and it broke after a day.", "negative"),
        ("It is not good.", "negative"),
        ("It is a phone.", "neutral"),
        ("这个手机很好用，我喜欢。", "positive"),
        ("质量太差，我要退货。", "negative"),
        ("This one is negative, though I love it.", "negative"),
    ],
)
def test_a_mood_is_read_from_the_words(text: str, mood: str) -> None:
    assert arguments_for(MOODS, text) == {"mood": mood}


def test_a_list_of_texts_names_the_things_that_are_spoken_of() -> None:
    schema = {"type": "object", "properties": {"topics": {"type": "array", "items": {"type": "string"}}}, "required": ["topics"]}  # fmt: skip
    told = "The battery is weak and the screen was scratched."
    assert arguments_for(schema, told) == {"topics": ["battery", "screen"]}
