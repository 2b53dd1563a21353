"""Calls within texts, asked of a scripted server that reads none itself."""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.conversation.asking.spoken import spoken
from qwen_magic.conversation.tools.toolbox import toolbox
from qwen_magic.conversation.turn.folding import fold
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.responses.decoding import decode
from qwen_magic.responses.items import FunctionCall
from tests.conversation.asking.sessions import session_at
from tests.responses.asking import frame
from tests.responses.rawserver import RawServer, streamed

if TYPE_CHECKING:
    from tests.responses.rawserver import Script

MADE: list[str] = []


def get_weather(city: str, days: int = 1) -> str:
    """Look up the weather."""
    MADE.append(city)
    return f"21 degrees for {days}"


BOX = toolbox([get_weather])
PARIS = '{"name": "get_weather", "arguments": {"city": "Paris"}}'


def _response(text: str, *more: dict[str, Any]) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": []}
    message = {"type": "message", "id": "msg_1", "role": "assistant", "content": [part]}
    return {"id": "r", "model": "q", "status": "completed", "output": [message, *more]}


def answering(text: str, *more: dict[str, Any]) -> Script:
    return streamed(frame("response.completed", response=_response(text, *more)))


def ended(text: str, *more: dict[str, Any]) -> Turn:
    event = {"type": "response.completed", "response": _response(text, *more)}
    return fold(Turn(), [decode(json.dumps(event).encode())])


CALLS = {
    "bare": PARIS,
    "fenced": f"```json\n{PARIS}\n```",
    "fenced without a word": f"```\n{PARIS}\n```\n",
    "over lines": json.dumps(json.loads(PARIS), indent=2),
    "tagged": f"<tool_call>\n{PARIS}\n</tool_call>",
    "tagged without an end": f"<tool_call>{PARIS}",
    "doubled braces": "{" + PARIS + "}",
    "a doubled brace": "{" + PARIS,
    "parameters": PARIS.replace("arguments", "parameters"),
    "with endless lines": f"```json\n{PARIS}\n```" + "\n" * 40,
    "a slip that is forgiven": '{"name": "get_weather", "arguments": {"city": "Paris", "days": "2"}}',
}


@pytest.mark.parametrize("form", CALLS)
def test_a_text_that_is_nothing_but_a_call_is_that_call(form: str) -> None:
    turn = spoken(ended(CALLS[form]), BOX)
    (call,) = turn.items
    assert isinstance(call, FunctionCall)
    assert (call.name, json.loads(call.arguments)["city"]) == ("get_weather", "Paris")
    assert call.spoken
    assert call.call_id == "msg_1"
    assert turn.text == ""
    assert not turn.ended


TEXTS = {
    "words": "It is sunny in Paris.",
    "words around": f"I call it: {PARIS}",
    "two calls": f"{PARIS}\n{PARIS}",
    "another name": PARIS.replace("get_weather", "get_time"),
    "arguments that do not fit": PARIS.replace("city", "town"),
    "more fields": PARIS.replace('"name"', '"id": 1, "name"'),
    "no object": "[1, 2]",
    "arguments as a list": '{"name": "get_weather", "arguments": ["Paris"]}',
    "nothing": "",
    "cut": PARIS[:-5],
    "another language": f"```python\nprint({PARIS})\n```",
}


@pytest.mark.parametrize("form", TEXTS)
def test_every_other_text_stays_a_text(form: str) -> None:
    turn = ended(TEXTS[form])
    assert spoken(turn, BOX) == turn


def test_beside_a_proper_call_a_text_stays_a_text() -> None:
    call = {"type": "function_call", "id": "f", "call_id": "c", "name": "get_weather"}
    turn = ended(PARIS, {**call, "arguments": '{"city": "Rome"}'})
    assert spoken(turn, BOX) == turn


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading(text: str) -> None:
    turn = ended(f"{{{text}")
    assert spoken(turn, BOX) == turn


def test_a_spoken_call_is_made_and_told_to_the_model() -> None:
    MADE.clear()
    script = deque([answering(f"```json\n{PARIS}\n```"), answering("It is 21 degrees.")])
    with (
        RawServer(script) as server,
        session_at(server.url, approve="always", resend=True) as session,
    ):
        turn = session.ask("The weather in Paris?", tools=[get_weather])
        assert (turn.text, turn.status, MADE) == ("It is 21 degrees.", "completed", ["Paris"])
        _, call, output = json.loads(server.asked[1].body)["input"]
        assert (call["type"], call["name"]) == ("function_call", "get_weather")
        assert output == {
            "type": "function_call_output",
            "call_id": "msg_1",
            "output": "21 degrees for 1",
        }


def test_another_call_after_an_output_is_made() -> None:
    MADE.clear()
    script = deque(
        [answering(PARIS), answering(PARIS.replace("Paris", "Rome")), answering("Both 21.")]
    )
    with (
        RawServer(script) as server,
        session_at(server.url, approve="always", resend=True) as session,
    ):
        session.ask("The weather in Paris and Rome?", tools=[get_weather])
        assert MADE == ["Paris", "Rome"]


def test_model_studio_is_believed_when_it_writes_json() -> None:
    MADE.clear()
    with RawServer(deque([answering(PARIS)])) as server:
        base_url = f"{server.url}/compatible-mode"
        with session_at(base_url, approve="always") as session:
            assert session.ask("Write a call.", tools=[get_weather]).text == PARIS
            assert MADE == []
