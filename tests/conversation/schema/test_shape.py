from __future__ import annotations

import builtins
import json
import re
from collections.abc import Callable  # noqa: TC003 - a hint that is looked up
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from qwen_magic.conversation.schema.shape import Shape, shape_of
from qwen_magic.errors import MisfitError, SchemaError
from tests.conversation.schema.shapes import SHAPES, Item, Review
from tests.conversation.tools.schema_values import values_of
from tests.examples import tries

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORDS = """
type properties required additionalProperties $defs $ref items prefixItems anyOf enum const
description title default format minimum maximum exclusiveMinimum exclusiveMaximum
multipleOf minLength maxLength minItems maxItems uniqueItems pattern
"""
_KEYWORDS = frozenset(_WORDS.split())


def written(shape: Shape[Any], value: object) -> str:
    """Return the JSON that a model would write for a value."""
    plain = msgspec.to_builtins(value, enc_hook=lambda one: one.model_dump(), str_keys=True)
    return json.dumps({"value": plain} if shape.wrapped else plain)


def schemas(schema: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any JSON
    """Yield all schemas within a schema."""
    if isinstance(schema, dict):
        yield schema
        for key in ("properties", "$defs"):
            for inner in schema.get(key, {}).values():
                yield from schemas(inner)
        for key in ("items", "additionalProperties"):
            yield from schemas(schema.get(key))
        for key in ("anyOf", "prefixItems"):
            for inner in schema.get(key, ()):
                yield from schemas(inner)


@pytest.mark.parametrize("name", SHAPES)
def test_a_value_comes_back_as_it_was(name: str) -> None:
    kind, value = SHAPES[name]
    shape = shape_of(kind)
    read = shape.read(written(shape, value))
    assert read.value == value
    assert type(read.value) is type(value)
    assert not read.repaired


@pytest.mark.parametrize("name", SHAPES)
def test_its_schema_is_an_object_of_the_known_keywords(name: str) -> None:
    shape = shape_of(SHAPES[name][0])
    Draft202012Validator.check_schema(shape.parameters)
    assert shape.parameters["type"] == "object"
    used = {key for schema in schemas(shape.parameters) for key in schema}
    assert used - _KEYWORDS == set()
    json.dumps(shape.parameters)


@pytest.mark.parametrize("name", SHAPES)
def test_what_the_schema_allows_is_read_and_what_is_written_is_allowed(name: str) -> None:
    kind, value = SHAPES[name]
    shape = shape_of(kind)
    assert Draft202012Validator(shape.parameters).is_valid(json.loads(written(shape, value)))


@pytest.mark.parametrize("name", SHAPES)
@settings(max_examples=tries(25), deadline=None)
@given(data=st.data())
def test_any_value_that_a_schema_allows_survives(name: str, data: st.DataObject) -> None:
    shape = shape_of(SHAPES[name][0])
    value = data.draw(values_of(shape.parameters, shape.parameters))
    once = shape.read(json.dumps(value)).value
    assert shape.read(written(shape, once)).value == once


@given(st.text() | st.binary().map(repr))
def test_whatever_a_model_writes_is_read_or_refused(text: str) -> None:
    for kind in (Review, int, "a: 0..1"):
        with suppress(MisfitError):
            shape_of(kind).read(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the value is empty"),
        ("{}", "sentiment: is missing\ntopics: is missing"),
        ('{"sentiment": "fine", "topics": []}', 'sentiment: must be one of "positive", "negative", "neutral", not "fine"'),
        ('{"sentiment": "positive", "topics": [], "mood": 1}', "mood: there is no such field, only sentiment, topics, items, note"),
        ('{"sentiment": "positive", "topics": [], "items": [{"name": "a", "price": -1}]}', "items[0].price: must be at least 0, not -1"),
        ('{"sentiment": "positive", "topics": "battery"}', 'topics: must be of type array, not "battery"'),
        ('{"sentiment": "positive", "topics": [1]}', "topics[0]: must be of type string, not 1"),
        ('{"sentiment": "positive", "topics": [], "topics": ["a"]}', "topics: it is there twice, with two values"),
        ("[]", "the value: must be of type object, not []"),
        ('{"sentiment": "positive"', "this is no valid JSON"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(MisfitError) as caught:
        shape_of(Review).read(text)
    assert str(caught.value).startswith(told)


@pytest.mark.parametrize(
    "text",
    [
        '```json\n{"name": "a", "price": 3}\n```',
        '~~~\n{"name": "a", "price": 3}~~~',
        '{"name": "a", "price": 3,}',
        "{'name': 'a', 'price': 3}",
        '{"name": "a", "price": "3"}',
        '{"name": "a", "price": "3.0"}',
    ],
)
def test_slips_that_lose_nothing_are_mended(text: str) -> None:
    read = shape_of(Item).read(text)
    assert (read.value, read.repaired) == (Item("a", 3.0), True)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (int, '{"value": "3"}', 3),
        (int, '{"value": 3.0}', 3),
        (int, "3", 3),
        (bool, '{"value": "True"}', True),
        (bool, "{'value': False}", False),
        ("yes|no", '{"value": "Yes"}', "yes"),
        ("a: str?, b: int", '{"b": 1}', {"a": None, "b": 1}),
        (list[Item], '[{"name": "it\'s", "price": 1}]', [Item("it's", 1.0)]),
        (list[int], '{"value": "[1, 2]"}', [1, 2]),
        (int | None, '{"value": "4"}', 4),
        (list[str], '["\\ud800"]', ["\ufffd"]),
    ],
)
def test_more_slips_that_lose_nothing(kind: object, text: str, value: object) -> None:
    read = shape_of(kind).read(text)
    assert (read.value, read.repaired) == (value, True)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (int, '{"value": 3.5}'),
        (int, '{"value": "3 or 4"}'),
        (int, '{"value": true}'),
        (float, '{"value": NaN}'),
        (float, '{"value": 1e999}'),
        (str, '{"value": 3}'),
        (bool, '{"value": 1}'),
        (list[int], '{"value": 3}'),
        (tuple[int, str], '{"value": [1]}'),
        ("1..5", '{"value": 6}'),
        ("when: date", '{"when": "2026-02-30"}'),
    ],
)
def test_what_might_lose_something_is_refused(kind: object, text: str) -> None:
    with pytest.raises(MisfitError):
        shape_of(kind).read(text)


def test_what_the_class_says_reaches_the_model() -> None:
    known = shape_of(Review).parameters
    assert known["properties"]["topics"]["description"] == "What it is about."
    assert known["properties"]["items"]["description"] == "What was bought"
    assert known["properties"]["sentiment"]["enum"] == ["positive", "negative", "neutral"]
    item = known["$defs"]["Item"]
    assert item["description"] == "A thing with its price."
    assert item["properties"]["name"]["description"] == "As it is written on it."
    assert item["properties"]["price"]["minimum"] == 0
    assert [*known["properties"]] == ["sentiment", "topics", "items", "note"]
    assert shape_of("b: int (how many), a: str").parameters["properties"]["b"]["description"] == "how many"  # fmt: skip


def test_the_function_is_named_after_the_type() -> None:
    names = [shape_of(kind).name for kind in (Review, list[Item], int, "a: int", {"title": "x y"})]
    assert names == ["Review", "answer", "answer", "Answer", "answer"]
    assert shape_of(Review, taken=["Review"]).name == "Review_value"


class Plain:
    a: int


@dataclass
class Calling:
    name: str
    call: Callable[[int], int]


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        (Plain, "put @dataclass above class Plain"),
        (list[Plain], "put @dataclass above class Plain"),
        ([int], r"did you mean list\[int\]\?"),
        ((int, str), r"did you mean tuple\[int, str\]\?"),
        ({"price": "float"}, "a type is shorter"),
    ],
)
def test_the_next_step_is_the_one_that_helps(kind: object, hint: str) -> None:
    with pytest.raises(SchemaError) as caught:
        shape_of(kind)
    assert re.match(hint, caught.value.hint)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Any, "leaves everything open"),
        (dict, "leaves everything open"),
        (len, "is no type"),
        (complex, "has no form in JSON"),
        (3, "has no form in JSON"),
        ({"type": "strng"}, "is no JSON schema"),
        ({"a": int}, "is no JSON schema: Object of type"),
        ({"price": "float"}, "is no JSON schema: it says 'price'"),
        ({}, "it says nothing"),
        (TypeVar("T"), "leaves everything open"),
        (Plain, "has no form in JSON"),
        (list[Plain], "has no form in JSON"),
        ([int], "has no form in JSON"),
        (Calling, "field 'call' of 'Calling' has no form in JSON"),
        (
            {"type": "object", "properties": {"a": {"$ref": "https://example.com/a"}}},
            "is not in it",
        ),
        ({"type": "string", "pattern": "\\p{L}"}, "is not a 'regex'"),
        ({"type": "array", "items": {"$ref": "https://example.com/a"}}, "is not in it"),
        ("a: strr", "'strr' is no type"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_with_a_next_step(kind: object, said: str) -> None:
    with pytest.raises(SchemaError, match=said) as caught:
        shape_of(kind)
    assert caught.value.hint


def test_a_json_schema_is_meant_as_the_draft_says() -> None:
    shape = shape_of({"type": "object", "properties": {"a": {"type": "integer"}}, "patternProperties": {"^x": {"type": "string"}}, "dependentRequired": {"a": ["b"]}})  # fmt: skip
    assert shape.read('{"b": 2}').value == {"b": 2}
    for text in ('{"a": 1}', '{"x1": 1}'):
        with pytest.raises(MisfitError):
            shape.read(text)


def test_without_jsonschema_the_line_that_brings_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = builtins.__import__

    def fake(name: str, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the builtin's own
        if name.startswith("jsonschema"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", fake)
    with pytest.raises(SchemaError, match="needs the package jsonschema") as caught:
        shape_of({"type": "object"})
    assert "%pip install" in caught.value.hint
