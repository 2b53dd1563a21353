from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.demo.asking import WEATHER, Json, arguments, ask, items, kinds, outputs, refused, text_of

if TYPE_CHECKING:
    from qwen_magic.demo.server import DemoServer

TEXT = {"type": "string"}
NUMBER = {"type": "number"}
SEARCH = {"type": "web_search"}


def tool(name: str, description: str = "", **properties: Json) -> Json:
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    return {
        "type": "function",
        "name": name,
        "description": description,
        "parameters": parameters,
    }


ADD = tool("add", "Add two numbers.", a=NUMBER, b=NUMBER)
NOW = tool("now", "Tell the current time.")


def test_a_function_is_called_when_its_name_is_said(demo: DemoServer) -> None:
    response = ask(demo, "What is the weather in Paris?", tools=[WEATHER])
    assert kinds(response) == ["reasoning", "function_call"]
    assert arguments(response) == [("get_weather", {"city": "Paris"})]
    (call,) = items(response, "function_call")
    assert call["status"] == "completed"
    assert call["call_id"].startswith("call_")
    assert text_of(response) == ""


@pytest.mark.parametrize(
    ("offered", "asked", "made"),
    [
        (ADD, "What is 17 + 25?", {"a": 17, "b": 25}),
        (ADD, "add 3 and -5.5", {"a": 3, "b": -5.5}),
        (NOW, "What time is it?", {}),
        (tool("g", "Look up the opening hours of a shop", shop=TEXT), "Opening hours of Ikea?", {"shop": "Ikea"}),
        (tool("convert", amount=NUMBER, source=TEXT, target=TEXT), "Convert 100 USD to EUR", {"amount": 100, "source": "USD", "target": "EUR"}),
        (tool("orderStatus", order=TEXT), "status of order A-1134?", {"order": "A-1134"}),
        (tool("mean", values={"type": "array", "items": NUMBER}), "mean of 1, 2.5 and 4", {"values": [1, 2.5, 4]}),
        (tool("search_notes", query=TEXT), "search my notes for tea", {"query": "search my notes for tea"}),
    ],
)  # fmt: skip
def test_arguments_are_taken_from_the_question(
    demo: DemoServer, offered: Json, asked: str, made: Json
) -> None:
    assert arguments(ask(demo, asked, tools=[offered])) == [(offered["name"], made)]


@pytest.mark.parametrize("asked", ["Hi", "Introduce AI", "Which city is the capital of France?"])
def test_a_function_that_does_not_fit_is_not_called(demo: DemoServer, asked: str) -> None:
    assert kinds(ask(demo, asked, tools=[WEATHER, ADD])) == ["reasoning", "message"]


def test_two_that_fit_are_called_together(demo: DemoServer) -> None:
    response = ask(demo, "Weather in Paris, and what time is it?", tools=[NOW, ADD, WEATHER])
    assert arguments(response) == [("now", {}), ("get_weather", {"city": "Paris"})]


def test_the_one_that_fits_best_is_called_alone(demo: DemoServer) -> None:
    tools = [tool("delete_email", to=TEXT), tool("send_email", to=TEXT)]
    response = ask(demo, "Send an email to Bob", tools=tools)
    assert arguments(response) == [("send_email", {"to": "Bob"})]


def test_several_names_are_several_calls(demo: DemoServer) -> None:
    response = ask(demo, "Is it warmer in Paris or in New York?", tools=[WEATHER])
    cities = [made["city"] for _, made in arguments(response)]
    assert cities == ["Paris", "New York"]
    assert len({call["call_id"] for call in items(response, "function_call")}) == 2


def test_a_function_can_be_called_by_name(demo: DemoServer) -> None:
    assert arguments(ask(demo, "Please use f.", tools=[tool("f")])) == [("f", {})]


def test_outputs_are_quoted_after_the_id_alone(demo: DemoServer) -> None:
    first = ask(demo, "Weather in Paris?", tools=[WEATHER])
    answer = ask(demo, outputs(first, "21 °C"), previous_response_id=first["id"], tools=[WEATHER])
    assert '`get_weather(city="Paris")` returned `21 °C`.' in text_of(answer)
    assert kinds(answer) == ["reasoning", "message"]


def test_outputs_are_quoted_when_everything_is_resent(demo: DemoServer) -> None:
    question = {"role": "user", "content": "Weather in Paris?"}
    first = ask(demo, [question], tools=[WEATHER])
    resent = [question, *first["output"], *outputs(first, "21 °C")]
    assert "returned `21 °C`" in text_of(ask(demo, resent, tools=[WEATHER]))


def test_a_long_output_is_quoted_whole_in_a_block(demo: DemoServer) -> None:
    output = json.dumps([{"city": "Paris", "note": "```"}] * 10, indent=1)
    first = ask(demo, "Weather in Paris?", tools=[WEATHER])
    answer = ask(demo, outputs(first, output), previous_response_id=first["id"])
    assert f"\n\n````\n{output}\n````" in text_of(answer)


def test_of_a_very_long_output_the_beginning_is_quoted(demo: DemoServer) -> None:
    asked = ask(demo, "What is the weather in Paris?", tools=[WEATHER])
    known = asked["id"]
    told = text_of(ask(demo, outputs(asked, "rain " * 2_000), previous_response_id=known))
    assert "rain rain …\n```" in told
    assert len(told) < 1_500


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("", "returned nothing"),
        ([{"type": "input_text", "text": "rain"}], "returned `rain`"),
        ({"degrees": 21}, 'returned `{"degrees": 21}`'),
    ],
    ids=str,
)
def test_an_output_may_be_empty_or_parts(demo: DemoServer, output: object, told: str) -> None:
    first = ask(demo, "Weather in Paris?", tools=[WEATHER])
    (given,) = outputs(first, "")
    answer = ask(demo, [given | {"output": output}], previous_response_id=first["id"])
    assert told in text_of(answer)


def test_arguments_that_are_no_json_do_not_matter(demo: DemoServer) -> None:
    made = {"type": "function_call", "name": "f", "call_id": "call_1", "arguments": "{oops"}
    output = {"type": "function_call_output", "call_id": "call_1", "output": "bad JSON"}
    asked = [{"role": "user", "content": "Hi"}, made, output]
    assert "`f` returned `bad JSON`" in text_of(ask(demo, asked))


def test_the_next_question_calls_again(demo: DemoServer) -> None:
    first = ask(demo, "Weather in Paris?", tools=[WEATHER])
    second = ask(demo, outputs(first, "21 °C"), previous_response_id=first["id"])
    third = ask(demo, "Weather in Rome?", tools=[WEATHER], previous_response_id=second["id"])
    assert arguments(third) == [("get_weather", {"city": "Rome"})]


def test_it_keeps_calling_if_told_to(demo: DemoServer) -> None:
    response = ask(demo, "Keep calling for the weather in Paris", tools=[WEATHER])
    for _ in range(3):
        given = outputs(response, "21 °C")
        response = ask(demo, given, tools=[WEATHER], previous_response_id=response["id"])
        assert arguments(response) == [("get_weather", {"city": "Paris"})]
    given, last = outputs(response, "21 °C"), response["id"]
    answer = ask(demo, given, tools=[WEATHER], previous_response_id=last, tool_choice="none")
    assert text_of(answer).count("21 °C") == 4


def test_none_calls_nothing(demo: DemoServer) -> None:
    response = ask(demo, "Weather in Paris?", tools=[WEATHER], tool_choice="none")
    assert kinds(response) == ["reasoning", "message"]


@pytest.mark.parametrize(
    "choice",
    [
        {"type": "function", "name": "get_weather"},
        {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "get_weather"}]},
    ],
    ids=["named", "allowed"],
)  # fmt: skip
def test_a_chosen_function_is_called_whatever_is_asked(demo: DemoServer, choice: Json) -> None:
    response = ask(demo, "Hi", tools=[ADD, SEARCH, WEATHER], tool_choice=choice)
    assert [name for name, _ in arguments(response)] == ["get_weather"]


def test_a_required_function_is_called_whatever_is_asked(demo: DemoServer) -> None:
    assert arguments(ask(demo, "Hi", tools=[NOW], tool_choice="required")) == [("now", {})]


def test_a_required_built_in_tool_is_called(demo: DemoServer) -> None:
    for name in ("web_search", "code_interpreter", "web_search_image", "file_search"):
        response = ask(demo, "Hi", tools=[{"type": name}], tool_choice="required")
        assert kinds(response) == ["reasoning", f"{name}_call", "reasoning", "message"]


def test_allowed_tools_leave_the_others_out(demo: DemoServer) -> None:
    allowed = [{"type": "function", "name": "now"}]
    choice = {"type": "allowed_tools", "mode": "auto", "tools": allowed}
    asked = "Weather in Paris, and the time?"
    response = ask(demo, asked, tools=[NOW, WEATHER], tool_choice=choice)
    assert arguments(response) == [("now", {})]


def test_the_vendors_own_question_uses_all_three(demo: DemoServer) -> None:
    names = ("web_search", "code_interpreter", "web_extractor")
    asked = "Find the Alibaba Cloud website and extract key information from the homepage"
    response = ask(demo, asked, tools=[{"type": name} for name in names])
    calls = ["web_search_call", "web_extractor_call", "code_interpreter_call"]
    thought = [kind for call in calls for kind in ("reasoning", call)]
    assert kinds(response) == [*thought, "reasoning", "message"]
    search, page, program = (items(response, call)[0] for call in calls)
    assert search["action"]["query"] == "Alibaba Cloud official website"
    assert page["urls"] == [search["action"]["sources"][0]["url"]]
    assert page["output"].startswith(f"The useful information in {page['urls'][0]}")
    assert program["container_id"] == ""
    assert program["outputs"] == [{"type": "logs", "logs": "```\n3 sections\n```"}]
    assert "Key information" in text_of(response)


@pytest.mark.parametrize(
    ("asked", "log"),
    [
        ("Compute the factorial of 20", "```\n2432902008176640000\n```"),
        ("Run code for the mean of 1 2 6", "```\n3.0\n```"),
        ("Calculate the sum of the numbers from 1 to 10", "```\n55\n```"),
        ("Compute the primes below 12", "```\n[2, 3, 5, 7, 11]\n```"),
        ("Calculate 12 * 12", "```\n144\n```"),
        ("Run a division by zero", "ZeroDivisionError: division by zero\n```"),
        ("Plot the squares", "![plot](https://demo.invalid/plot.png"),
        ("Run something", "```\n13\n```"),
    ],
)
def test_the_interpreter_prints_what_is_true(demo: DemoServer, asked: str, log: str) -> None:
    response = ask(demo, asked, tools=[{"type": "code_interpreter"}])
    (call,) = items(response, "code_interpreter_call")
    assert log in call["outputs"][0]["logs"]
    assert call["status"] == "completed"


def test_a_built_in_tool_is_not_used_without_need(demo: DemoServer) -> None:
    names = ("web_search", "code_interpreter", "web_extractor", "file_search", "image_search")
    response = ask(demo, "Hi", tools=[{"type": name} for name in names])
    assert kinds(response) == ["reasoning", "message"]


def test_pictures_come_as_a_json_text(demo: DemoServer) -> None:
    response = ask(demo, "Show a picture of a cat", tools=[{"type": "web_search_image"}])
    (call,) = items(response, "web_search_image_call")
    assert json.loads(call["arguments"]).keys() == {"queries"}
    assert [found.keys() for found in json.loads(call["output"])] == [{"title", "url", "index"}] * 2


def test_an_image_is_searched_with(demo: DemoServer) -> None:
    parts = [{"type": "input_image", "image_url": "https://example.com/cat.jpg"}]
    asked = [{"role": "user", "content": parts}]
    response = ask(demo, asked, tools=[{"type": "image_search"}])
    assert "image_search_call" in kinds(response)


MAPS = {
    "type": "mcp",
    "server_protocol": "sse",
    "server_label": "amap-maps",
    "server_description": "AMAP MCP Server",
    "server_url": "https://example.com/sse",
}


def test_an_mcp_server_is_listed_once_and_called(demo: DemoServer) -> None:
    first = ask(demo, "Ask amap for the weather in Paris", tools=[MAPS])
    assert kinds(first) == ["mcp_list_tools", "mcp_call", "reasoning", "message"]
    call = items(first, "mcp_call")[0]
    assert (call["name"], call["server_label"]) == ("maps_weather", "amap-maps")
    assert json.loads(call["arguments"]) == {"city": "Paris"}
    assert call["output"] in text_of(first)
    assert first["usage"]["x_tools"] == {"mcp": {"count": 1}}
    second = ask(demo, "Ask amap about Rome", tools=[MAPS], previous_response_id=first["id"])
    assert "mcp_list_tools" not in kinds(second)


def test_an_mcp_server_nobody_asks_is_only_listed(demo: DemoServer) -> None:
    assert kinds(ask(demo, "Hi", tools=[MAPS])) == ["mcp_list_tools", "reasoning", "message"]


@pytest.mark.parametrize("approve", [True, False])
def test_a_call_can_wait_for_approval(demo: DemoServer, *, approve: bool) -> None:
    tools = [MAPS | {"require_approval": "always", "allowed_tools": ["lookup"]}]
    first = ask(demo, "Ask amap about Paris", tools=tools)
    assert kinds(first) == ["mcp_list_tools", "mcp_approval_request"]
    (wanted,) = items(first, "mcp_approval_request")
    assert wanted["name"] == "lookup"
    verdict = {
        "type": "mcp_approval_response",
        "approval_request_id": wanted["id"],
        "approve": approve,
    }
    second = ask(demo, [verdict], tools=tools, previous_response_id=first["id"])
    assert ("mcp_call" in kinds(second)) == approve
    assert ("did not call" in text_of(second)) != approve


def test_a_function_cannot_have_a_built_in_name(demo: DemoServer) -> None:
    _, _, message = refused(demo, "Hi", tools=[tool("file_search")])
    assert message == "'tools[0].name' 'file_search' is the name of a built-in tool."
