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
    "tagged otherwise": f"<tools>\n{PARIS}\n</tools>",
    "with the output after it": f"<tools>{PARIS}</tools>\n<tool_response>\n21\n</tool_response>",
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
        (question,) = asked["input"]
        assert question["content"].splitlines() == [
            "The weather in Paris?",
            "",
            'get_weather {"city": "Paris"} returned: 21 degrees',
            "Answer the question in words.",
        ]
        first, second = turn.tool_calls
        assert isinstance(first, FunctionCall)
        assert isinstance(second, FunctionCall)
        assert (first.error, second.status) == ("", "denied")
        assert "made before" in second.error


def test_what_was_shown_beside_the_question_stays_beside_it(here: Callable[..., None]) -> None:
    shown = {"type": "input_text", "text": "Where is it?"}
    with llama("qwen3") as server, Session(SETTINGS) as session:
        here(llama=server)
        server.says = ["Well.", PARIS, PARIS, "21 degrees."]
        session.ask("Hello")
        session.ask([{"role": "user", "content": [shown]}], tools=[get_weather])
        *before, last = server.questions[-1]["input"]
        assert [item["role"] for item in before] == ["user", "assistant"]
        assert last["content"][0] == shown
        assert "returned: 21 degrees" in last["content"][1]["text"]


@pytest.mark.parametrize("braces", [("{", "}}"), ("{", "}"), ("{", "")])
def test_a_call_with_too_many_braces_is_made(
    braces: tuple[str, str], here: Callable[..., None]
) -> None:
    MADE.clear()
    with llama("qwen3") as server, Session(SETTINGS) as session:
        here(llama=server)
        server.says = [f"{braces[0]}{PARIS}{braces[1]}", "It is 21 degrees."]
        session.ask("The weather in Paris?", tools=[get_weather])
        assert MADE == ["Paris"]


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
