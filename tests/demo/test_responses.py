from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.demo.responses import Responses
from qwen_magic.demo.wire.refusals import Refusal
from tests.demo.asking import (
    MODEL,
    WEATHER,
    ask,
    items,
    kinds,
    outputs,
    post,
    refused,
    request,
    text_of,
)

if TYPE_CHECKING:
    from qwen_magic.demo.server import DemoServer


def user(text: str) -> dict[str, object]:
    return {"role": "user", "content": text}


def test_a_response_has_the_vendors_fields(demo: DemoServer) -> None:
    response = ask(demo, "Hi")
    assert response["object"] == "response"
    assert response["status"] == "completed"
    assert response["model"] == MODEL
    assert (response["parallel_tool_calls"], response["tool_choice"]) == (False, "auto")
    assert response["tools"] == []
    assert kinds(response) == ["reasoning", "message"]
    assert response["output"][1]["content"][0]["annotations"] == []


def test_an_answer_says_that_it_is_a_demo(demo: DemoServer) -> None:
    assert text_of(ask(demo, "Hi")).endswith("*Offline demo: a script answered, not a model.*")
    assert text_of(ask(demo, "你好")).endswith("*离线演示：由脚本回答，并非模型。*")


def test_a_chain_remembers(demo: DemoServer) -> None:
    first = ask(demo, "My name is Alice, please remember it.")
    second = ask(demo, "What is JSON?", previous_response_id=first["id"])
    third = ask(demo, "Do you remember my name?", previous_response_id=second["id"])
    assert "Your name is Alice!" in text_of(third)


def test_branches_of_a_chain_do_not_mix(demo: DemoServer) -> None:
    root = ask(demo, "Hi")
    ask(demo, "My name is Alice.", previous_response_id=root["id"])
    other = ask(demo, "What is my name?", previous_response_id=root["id"])
    assert "not told me your name" in text_of(other)


def test_a_resent_list_is_as_good_as_a_chain(demo: DemoServer) -> None:
    said = {"type": "output_text", "text": "Nice to meet you."}
    answer = {"type": "message", "role": "assistant", "content": [said]}
    response = ask(demo, [user("I'm Bob"), answer, user("What is my name?")])
    assert "Your name is Bob!" in text_of(response)


def test_items_can_be_referred_to(demo: DemoServer) -> None:
    first = ask(demo, "Weather in Paris?", tools=[WEATHER])
    (call,) = items(first, "function_call")
    listed = [user("Weather in Paris?"), {"type": "item_reference", "id": call["id"]}]
    answer = ask(demo, [*listed, *outputs(first, "21 °C")], tools=[WEATHER])
    assert "21 °C" in text_of(answer)
    assert refused(demo, [{"type": "item_reference", "id": "msg_none"}])[0] == 404


def test_a_conversation_remembers(demo: DemoServer) -> None:
    ask(demo, "My name is Eve", conversation="c1")
    assert "Eve" in text_of(ask(demo, "What is my name?", conversation={"id": "c1"}))
    assert "Eve" not in text_of(ask(demo, "What is my name?", conversation="c2"))


def test_instructions_hold_for_one_turn(demo: DemoServer) -> None:
    asked = "What are your instructions?"
    first = ask(demo, asked, instructions="Be brief.")
    second = ask(demo, asked, previous_response_id=first["id"])
    assert "Be brief." in text_of(first)
    assert "without instructions" in text_of(second)


def test_an_unknown_id_is_404(demo: DemoServer) -> None:
    refusal = refused(demo, "Hi", previous_response_id="none")
    assert refusal == (404, "InvalidParameter", "Response with id 'none' not found.")
    reply = httpx.get(f"{demo.base_url}/responses/none")
    assert (reply.status_code, reply.json()["message"]) == (refusal[0], refusal[2])


def test_a_response_can_be_read_and_deleted(demo: DemoServer) -> None:
    response = ask(demo, "Hi")
    url = f"{demo.base_url}/responses/{response['id']}"
    assert httpx.get(url).json() == response
    receipt = {"id": response["id"], "object": "response", "deleted": True}
    assert httpx.delete(url).json() == receipt
    assert httpx.get(url).status_code == 404
    assert httpx.delete(url).status_code == 404
    assert refused(demo, "Hi", previous_response_id=response["id"])[0] == 404


def test_what_follows_a_deleted_response_stays(demo: DemoServer) -> None:
    first = ask(demo, "My name is Alice")
    second = ask(demo, "Hi", previous_response_id=first["id"])
    httpx.delete(f"{demo.base_url}/responses/{first['id']}")
    third = ask(demo, "What is my name?", previous_response_id=second["id"])
    assert "Alice" in text_of(third)


def test_what_is_not_stored_is_not_found(demo: DemoServer) -> None:
    response = ask(demo, "Hi", store=False)
    assert refused(demo, "Hi", previous_response_id=response["id"])[0] == 404


def test_a_response_is_kept_seven_days() -> None:
    now = [0.0]
    responses = Responses(lambda: now[0])
    exchange = responses.create(request("Hi"))
    responses.keep(exchange)
    now[0] = 7 * 24 * 3600.0
    assert responses.find(exchange.response["id"]) is exchange
    now[0] += 1
    with pytest.raises(Refusal, match="not found"):
        responses.find(exchange.response["id"])


def test_a_limit_makes_the_response_incomplete(demo: DemoServer) -> None:
    response = ask(demo, "Hi", max_output_tokens=16)
    assert response["status"] == "incomplete"
    assert response["incomplete_details"] == {"reason": "max_output_tokens"}
    assert response["usage"]["output_tokens"] == 16
    assert items(response, "message")[0]["status"] == "incomplete"


def test_a_limit_can_end_within_the_reasoning(demo: DemoServer) -> None:
    response = ask(demo, "Introduce AI", max_output_tokens=16)
    assert kinds(response) == ["reasoning"]
    assert response["usage"]["output_tokens_details"] == {"reasoning_tokens": 16}


def test_an_incomplete_response_can_be_continued(demo: DemoServer) -> None:
    first = ask(demo, "My name is Alice", max_output_tokens=16)
    second = ask(demo, "What is my name?", previous_response_id=first["id"])
    assert "Alice" in text_of(second)


def test_a_high_limit_changes_nothing(demo: DemoServer) -> None:
    assert ask(demo, "Hi", max_output_tokens=10_000)["status"] == "completed"


@pytest.mark.parametrize(
    "quiet", [{"reasoning": {"effort": "none"}}, {"enable_thinking": False}], ids=str
)
def test_thinking_can_be_turned_off(demo: DemoServer, quiet: dict[str, object]) -> None:
    response = ask(demo, "Hi", **quiet)
    assert kinds(response) == ["message"]
    assert response["usage"]["output_tokens_details"] == {"reasoning_tokens": 0}


def test_effort_wins_over_enable_thinking(demo: DemoServer) -> None:
    response = ask(demo, "Hi", reasoning={"effort": "low"}, enable_thinking=False)
    assert kinds(response) == ["reasoning", "message"]


def test_less_effort_is_a_shorter_thought(demo: DemoServer) -> None:
    thoughts = [
        ask(demo, "9.9 or 9.11, which is larger?", reasoning={"effort": effort})["output"][0]
        for effort in ("minimal", "low", "medium")
    ]
    lines = [len(item["summary"][0]["text"].splitlines()) for item in thoughts]
    assert lines == [1, 2, 4]


def test_unknown_fields_are_ignored(demo: DemoServer) -> None:
    ask(demo, "Hi", text={"format": {"type": "json_object"}}, thinking_budget=1, background=True)


def test_an_unknown_model_is_404(demo: DemoServer) -> None:
    status, code, message = refused(demo, "Hi", model="gpt-9")
    assert (status, code) == (404, "model_not_found")
    assert "'gpt-9'" in message


def test_the_headers_of_a_server_are_not_echoed(demo: DemoServer) -> None:
    tool = {"type": "mcp", "server_label": "maps", "headers": {"Authorization": "secret"}}
    assert "secret" not in post(demo, "Hi", tools=[tool]).text


def test_a_schema_it_cannot_read_is_an_error_of_the_server(demo: DemoServer) -> None:
    broken = WEATHER | {"parameters": {"type": "object", "properties": [1]}}
    assert refused(demo, "Weather in Paris?", tools=[broken])[:2] == (500, "InternalError")


REFUSED = {
    "no model": {"model": None},
    "no input": {"input": ""},
    "an empty list": {"input": []},
    "an input that is a number": {"input": 4},
    "an item that is a string": {"input": ["Hi"]},
    "an item without type": {"input": [{"content": "Hi"}]},
    "an unknown role": {"input": [{"role": "tool", "content": "Hi"}]},
    "content that is a number": {"input": [{"role": "user", "content": 4}]},
    "a user who outputs": {
        "input": [{"role": "user", "content": [{"type": "output_text", "text": "Hi"}]}]
    },
    "an assistant who inputs": {
        "input": [{"role": "assistant", "content": [{"type": "input_text", "text": "Hi"}]}]
    },
    "a call without its id": {"input": [{"type": "function_call", "name": "f", "arguments": "{}"}]},
    "a call without its arguments": {
        "input": [{"type": "function_call", "name": "f", "call_id": "call_1"}]
    },
    "an output without a call": {
        "input": [{"type": "function_call_output", "call_id": "call_1", "output": ""}]
    },
    "conversation and previous_response_id": {"conversation": "c", "previous_response_id": "r"},
    "a temperature of 2": {"temperature": 2},
    "a temperature in words": {"temperature": "hot"},
    "a top_p of 0": {"top_p": 0},
    "too few tokens": {"max_output_tokens": 15},
    "an unknown effort": {"reasoning": {"effort": "huge"}},
    "reasoning that is a string": {"reasoning": "high"},
    "instructions that are a list": {"instructions": ["Be brief."]},
    "stream in words": {"stream": "yes"},
    "tools that are a string": {"tools": "web_search"},
    "an unknown tool": {"tools": [{"type": "teleport"}]},
    "a function without a name": {"tools": [{"type": "function"}]},
    "a function with a built-in's name": {"tools": [WEATHER | {"name": "file_search"}]},
    "a schema that is a list": {"tools": [WEATHER | {"parameters": [1]}]},
    "an MCP server without a label": {"tools": [{"type": "mcp"}]},
    "web_extractor alone": {"tools": [{"type": "web_extractor"}]},
    "code_interpreter without thinking": {
        "tools": [{"type": "code_interpreter"}],
        "reasoning": {"effort": "none"},
    },
    "web_extractor without thinking": {
        "tools": [{"type": "web_search"}, {"type": "web_extractor"}],
        "enable_thinking": False,
    },
    "required with two tools": {
        "tools": [WEATHER, {"type": "web_search"}],
        "tool_choice": "required",
    },
    "required without a tool": {"tool_choice": "required"},
    "an unknown choice": {"tools": [WEATHER], "tool_choice": "maybe"},
    "a choice that is not offered": {"tool_choice": {"type": "function", "name": "f"}},
    "an allowed tool that is not offered": {
        "tools": [WEATHER],
        "tool_choice": {"type": "allowed_tools", "tools": [{"type": "web_search"}]},
    },
}


@pytest.mark.parametrize("fields", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("stream", [False, True])
def test_it_refuses(demo: DemoServer, fields: dict[str, object], *, stream: bool) -> None:
    body = request("Hi") | {"stream": stream} | fields
    reply = httpx.post(f"{demo.base_url}/responses", json=body)
    assert (reply.status_code, reply.json()["code"]) == (400, "InvalidParameter")


ODD: list[object] = [None, True, 0, -1.5, "", "f", [], [1], [None], ["f"], {}, {"f": 1}, {"f": []}]
JSON = st.sampled_from(ODD)
KINDS: list[object] = ["function", "mcp", "message", "function_call", "allowed_tools"]
TYPED = st.fixed_dictionaries(
    {"type": st.sampled_from(KINDS)},
    optional={
        **dict.fromkeys(["name", "role", "content", "arguments", "call_id", "output"], JSON),
        **dict.fromkeys(["parameters", "description", "server_label", "tools", "mode"], JSON),
    },
)
FIELDS = ["input", "tools", "tool_choice", "reasoning", "temperature", "top_p", "instructions"]
FIELDS += ["conversation", "max_output_tokens", "store"]


@given(
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(FIELDS, JSON | TYPED | st.lists(TYPED, min_size=1))
    )
)
def test_whatever_comes_is_answered_or_refused(fields: dict[str, object]) -> None:
    with suppress(Refusal):
        Responses(lambda: 0.0).create(request("Weather in Paris?") | fields)


def test_a_call_must_be_answered_before_the_next_question(demo: DemoServer) -> None:
    first = ask(demo, "Weather in Paris?", tools=[WEATHER])
    status, _, message = refused(demo, "Hi", previous_response_id=first["id"])
    assert status == 400
    assert message.startswith("No tool output found for function call call_")
