"""Calls that a small model makes once more, after it was told what they returned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwen_magic import Session, Settings
from qwen_magic.responses.items import FunctionCall
from tests.local.standins import llama

if TYPE_CHECKING:
    from collections.abc import Callable

MADE: list[str] = []
SETTINGS = Settings(region="local", approve="always")
PARIS = '{"name": "get_weather", "arguments": {"city": "Paris"}}'
ECHOES = {
    "as it was": PARIS,
    "written otherwise": PARIS.replace(": ", ":"),
    "with a brace too many": "{" + PARIS,
    "with the output in it": f'```json\n{PARIS[:-2]}, "degrees": 21}}}}\n```',
    "tagged, with a brace too few": f"<tool_call>{PARIS[:-1]}",
}


def get_weather(city: str) -> str:
    """Look up the weather."""
    MADE.append(city)
    return "21 degrees"


@pytest.mark.parametrize("form", ECHOES)
def test_a_call_is_not_made_again_but_answered_without_tools(
    form: str, here: Callable[..., None]
) -> None:
    MADE.clear()
    with llama("qwen3") as server, Session(SETTINGS) as session:
        here(llama=server)
        server.says = [PARIS, ECHOES[form], "It is 21 degrees."]
        turn = session.ask("The weather in Paris?", tools=[get_weather])
        assert (turn.text, turn.status, MADE) == ("It is 21 degrees.", "completed", ["Paris"])
        asked = server.questions[2]
        assert "tools" not in asked
        assert asked["instructions"].endswith("Call nothing.")
        assert [item["type"] for item in asked["input"][1:]] == [
            *("function_call", "function_call_output"),
            *("function_call", "function_call_output"),
        ]
        first, second = turn.tool_calls
        assert isinstance(first, FunctionCall)
        assert isinstance(second, FunctionCall)
        assert (first.error, second.status) == ("", "denied")
        assert "made before" in second.error


def test_another_call_is_made(here: Callable[..., None]) -> None:
    MADE.clear()
    with llama("qwen3") as server, Session(SETTINGS) as session:
        here(llama=server)
        server.says = [PARIS, PARIS.replace("Paris", "Rome"), "Both have 21 degrees."]
        session.ask("The weather in Paris and Rome?", tools=[get_weather])
        assert MADE == ["Paris", "Rome"]


def test_a_model_that_calls_on_without_tools_comes_to_an_end(here: Callable[..., None]) -> None:
    with llama("qwen3") as server, Session(SETTINGS) as session:
        here(llama=server)
        server.says = [PARIS, PARIS, PARIS]
        turn = session.ask("The weather in Paris?", tools=[get_weather])
        assert (turn.status, turn.text) == ("completed", PARIS)
