from __future__ import annotations

import functools
import math
from typing import Annotated, Literal

import pytest

from qwen_magic.conversation.tools.arguments import arguments_of
from qwen_magic.conversation.tools.tools import Tool, definition, tool, tool_of
from qwen_magic.errors import ToolError
from qwen_magic.responses.request import BUILT_IN_TOOLS


def weather(city: str, unit: Literal["celsius", "fahrenheit"] = "celsius") -> str:
    """Look up the weather of today.

    Only for large cities.

    Args:
        city: In English, without
            the country.

    Returns:
        A sentence.
    """
    return f"{city}: 20 {unit}"


async def slow(city: str) -> str:
    return city


class Database:
    """A database that is called."""

    @tool(name="run_query", timeout=30)
    def query(self, sql: str) -> str:
        """Run one statement."""
        return sql

    @tool(name="first")
    @classmethod
    def of_class(cls, count: int) -> str:
        return f"{cls.__name__} {count}"

    @tool(name="second")
    @staticmethod
    def of_none(count: int) -> int:
        return count

    @staticmethod
    @tool(name="third")
    def of_none_inside(count: int) -> int:
        return count

    def __call__(self, sql: str) -> str:
        return sql


class Connection:
    pass


class Slow:
    async def __call__(self, sql: str) -> str:
        return sql


def named(function: object, **given: str) -> tuple[str, list[str]]:
    made = tool_of(function, **given)
    return made.name, list(made.parameters["properties"])


def test_a_function_is_offered_with_its_schema() -> None:
    assert definition(tool_of(weather)) == {
        "type": "function",
        "name": "weather",
        "description": "Look up the weather of today.\n\nOnly for large cities.",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "In English, without the country."},
                "unit": {"enum": ["celsius", "fahrenheit"], "default": "celsius"},
            },
            "required": ["city"],
            "additionalProperties": False,
        },
    }


def test_the_decorator_returns_the_function_itself() -> None:
    assert tool(weather) is weather
    assert tool(timeout=2)(slow) is slow
    assert weather("Oslo") == "Oslo: 20 celsius"


def test_what_the_decorator_was_told_is_remembered() -> None:
    @tool(name="sum-up", description="Adds.", timeout=1.5)
    def add(left: int, right: int) -> int:
        """Something else."""
        return left + right

    made = tool_of(add)
    assert (made.name, made.description, made.timeout) == ("sum-up", "Adds.", 1.5)
    assert add(1, 2) == 3


def test_a_tool_stays_what_it_is() -> None:
    made = tool_of(weather)
    assert tool_of(made) is made
    assert made == tool_of(weather)


def test_methods_are_offered_without_their_object() -> None:
    database = Database()
    assert named(database.query) == ("run_query", ["sql"])
    assert tool_of(database.query).timeout == 30
    assert tool_of(database.query).function("x") == "x"
    assert named(Database.of_class) == named(database.of_class) == ("first", ["count"])
    assert tool_of(Database.of_class).function(count=1) == "Database 1"
    assert named(Database.of_none) == ("second", ["count"])
    assert named(Database.of_none_inside) == ("third", ["count"])
    with pytest.raises(ToolError, match=r"without its object\n→ offer it bound"):
        tool_of(Database.query)


def test_an_object_that_can_be_called_is_a_tool() -> None:
    assert named(Database()) == ("Database", ["sql"])
    assert named(Database(), name="db") == ("db", ["sql"])
    assert tool_of(Database()).description == "A database that is called."


def test_what_a_partial_sets_by_name_is_not_offered() -> None:
    def ask(connection: Connection, sql: str, limit: int = 10) -> tuple[object, str, int]:
        """Ask a database."""
        return connection, sql, limit

    with pytest.raises(ToolError, match="parameter 'connection' of ask"):
        tool_of(ask)
    connection = Connection()
    made = tool_of(functools.partial(ask, connection=connection), name="ask_sales")
    assert named(made) == ("ask_sales", ["sql", "limit"])
    assert made.description == "Ask a database."
    args, kwargs = arguments_of(made, '{"sql": "x"}')
    assert made.function(*args, **kwargs) == (connection, "x", 10)
    assert named(functools.partial(ask, connection)) == ("ask", ["sql", "limit"])


def test_a_wrapped_function_is_offered_as_what_it_wraps() -> None:
    @functools.wraps(weather)
    def wrapper(*_args: object, **_kwargs: object) -> str:
        return "wrapped"

    assert named(wrapper) == ("weather", ["city", "unit"])
    assert tool_of(wrapper).function() == "wrapped"


def test_a_lambda_needs_a_name() -> None:
    double = lambda count=1: count * 2  # noqa: E731 - as users write it
    assert named(double, name="double") == ("double", ["count"])
    with pytest.raises(ToolError, match="a lambda has no name"):
        tool_of(double)


@pytest.mark.parametrize(
    ("function", "awaited"),
    [
        (weather, False),
        (slow, True),
        (functools.partial(slow, city="x"), True),
        (Slow(), True),
        (Slow().__call__, True),
        (Database(), False),
    ],
)
def test_an_async_function_is_known_as_one(function: object, *, awaited: bool) -> None:
    assert tool_of(function).is_async is awaited


def test_a_builtin_function_is_offered_as_far_as_it_says_what_it_takes() -> None:
    assert named(math.sqrt) == ("sqrt", ["x"])
    with pytest.raises(ToolError, match=r"max\(\) does not say what it takes"):
        tool_of(max)


def test_a_note_in_the_hint_comes_before_the_docstring() -> None:
    def wait(days: Annotated[int, "How many days"]) -> None:
        """Wait.

        :param days: Something else.
        """

    assert tool_of(wait).parameters["properties"]["days"]["description"] == "How many days"


def test_a_note_within_a_union_is_told_too() -> None:
    def wait(days: Annotated[int, "How many days"] | None = None) -> None: ...

    assert tool_of(wait).parameters["properties"]["days"]["description"] == "How many days"


@pytest.mark.parametrize("name", ["größe", "a b", "x" * 65, "a.b", "名"])
def test_a_name_that_the_api_would_refuse_is_refused(name: str) -> None:
    with pytest.raises(ToolError, match=f"'{name}' cannot be the name of a tool"):
        tool(name=name)(weather)


@pytest.mark.parametrize("name", BUILT_IN_TOOLS)
def test_the_name_of_a_built_in_tool_is_refused(name: str) -> None:
    with pytest.raises(ToolError, match="is taken for the built-in tool"):
        tool(name=name)(weather)


@pytest.mark.parametrize("timeout", [0, -1, math.nan, math.inf])
def test_a_timeout_is_a_number_of_seconds(timeout: float) -> None:
    with pytest.raises(ToolError, match="is no number of seconds"):
        tool(timeout=timeout)(weather)


@pytest.mark.parametrize("thing", [5, "weather", None, int, Database])
def test_what_is_no_function_is_refused(thing: object) -> None:
    with pytest.raises(ToolError, match="is no function"):
        tool_of(thing)


def test_a_builtin_cannot_remember() -> None:
    with pytest.raises(ToolError, match=r"cannot remember .*\n→ decorate it where it is defined"):
        tool(name="root")(math.sqrt)
    assert tool(math.sqrt) is math.sqrt


def test_a_tool_is_a_frozen_value() -> None:
    with pytest.raises(AttributeError):
        tool_of(weather).name = "other"  # type: ignore[misc]
    assert isinstance(tool_of(weather), Tool)


def test_a_tool_is_called_as_its_function_is() -> None:
    def add(first: int, *, second: int = 1) -> int:
        return first + second

    assert (tool_of(add)(2), tool_of(add)(2, second=3)) == (3, 5)
