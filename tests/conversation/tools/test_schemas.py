from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import Any, get_type_hints

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from qwen_magic.conversation.tools.arguments import arguments_of
from qwen_magic.conversation.tools.tools import tool_of
from tests.conversation.tools.schema_values import values_of
from tests.conversation.tools.tool_functions import FUNCTIONS

Function = Callable[..., Any]
each_function = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda one: one.__name__)

# Values that tell schemas apart, whatever the schemas describe.
PROBES: list[Any] = [
    None, True, False, 0, 1, 2, 5, 100, -1, 1.5, 3.0, "", "x", "abc", "abcd", "5", "celsius", "auto",
    "2026-01-01", [], [1], [1, 2], [1, 1], [1, 2, 3], ["x"], ["x", 1], [[1.5]], [{}], [{"x": 1}],
    {}, {"x": 1}, {"1": "x"}, {"x": "x"}, {"column": "x"}, {"column": 1}, {"x": 1, "y": "x"},
    {"value": 1}, {"value": 1, "children": [{"value": "x"}]}, {"name": "x", "points": [{"x": 1}]},
    {"name": "x", "points": [{}]},
]  # fmt: skip

# Where our schema means something other than pydantic's, and why.
DIFFERENCES = {
    "implicitly_optional.days": "`days: int = None` says that None is meant too; pydantic has it refused",
    "price.amount": "one form, text, keeps a decimal exact; pydantic allows numbers and a pattern",
    "bounded.count": "the limits are msgspec's, which pydantic does not know",
    "bounded.code": "the limits are msgspec's, which pydantic does not know",
    "bare.size": "a default of 1 allows 1.5 too, but no text; to pydantic a bare parameter is Any",
    "bare.name": "a default of text asks for text; to pydantic a bare parameter is Any",
    "bare.on": "a default of False asks for a boolean; to pydantic a bare parameter is Any",
    "bare.rows": "a default of () asks for a list; to pydantic a bare parameter is Any",
}
NOT_PYDANTICS = {"struct": "msgspec's Structs", "rest": "pydantic has no model for *args"}


@each_function
def test_the_schema_is_valid_json_schema(function: Function) -> None:
    schema = tool_of(function).parameters
    Draft202012Validator.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema
    assert (schema["type"], schema["additionalProperties"]) == ("object", False)


@each_function
@given(data=st.data())
def test_what_the_schema_allows_can_be_called_with(function: Function, data: st.DataObject) -> None:
    tool = tool_of(function)
    given_ = data.draw(values_of(dict(tool.parameters), dict(tool.parameters)))
    Draft202012Validator(tool.parameters).validate(given_)
    args, kwargs = arguments_of(tool, json.dumps(given_))
    inspect.signature(function).bind(*args, **kwargs)
    function(*args, **kwargs)


@each_function
def test_each_default_fits_its_schema(function: Function) -> None:
    schema = tool_of(function).parameters
    for one in schema["properties"].values():
        if "default" in one:
            Draft202012Validator(one | {"$defs": schema.get("$defs", {})}).validate(one["default"])


@pytest.mark.parametrize(
    "function",
    [one for one in FUNCTIONS if one.__name__ not in NOT_PYDANTICS],
    ids=lambda one: one.__name__,
)
def test_the_schema_means_what_pydantics_means(function: Function) -> None:
    ours, theirs = dict(tool_of(function).parameters), _pydantics(function)
    assert list(ours["properties"]) == list(theirs.get("properties", {}))
    assert ours["required"] == theirs.get("required", [])
    found = {
        f"{function.__name__}.{name}"
        for name in ours["properties"]
        if _allowed(ours, name) != _allowed(theirs, name)
    }
    assert found == {name for name in DIFFERENCES if name.split(".")[0] == function.__name__}


def _pydantics(function: Function) -> dict[str, Any]:
    hints = get_type_hints(function, include_extras=True)
    fields: Any = {
        name: (hints.get(name, Any), ... if one.default is one.empty else one.default)
        for name, one in inspect.signature(function).parameters.items()
    }
    schema: dict[str, Any] = pydantic.create_model("Arguments", **fields).model_json_schema()
    return schema


def _allowed(schema: dict[str, Any], name: str) -> list[Any]:
    validator = Draft202012Validator(
        schema["properties"][name] | {"$defs": schema.get("$defs", {})}
    )
    return [probe for probe in PROBES if validator.is_valid(probe)]
