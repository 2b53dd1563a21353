from __future__ import annotations

from typing import Any

import pytest

from qwen_magic.errors import RequestError
from qwen_magic.local.suiting import is_cut, suited
from qwen_magic.responses.endpoint import Serving
from qwen_magic.responses.request import Request, body
from qwen_magic.responses.response import Usage

LLAMA = Serving("qwen3", "llama.cpp", context=4096, images=False, is_llama=True, forces_calls=False)
OLLAMA = Serving("qwen3:4b", "Ollama", forces_calls=False)
VLLM = Serving("qwen3", "vLLM", context=8192, continues=True)
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = {"type": "function", "name": "get_weather", "parameters": CITY}
CLOCK = {"type": "function", "name": "get_time", "parameters": CITY}
CALL = {
    "type": "object",
    "properties": {"name": {"const": "get_weather"}, "arguments": CITY},
    "required": ["name", "arguments"],
    "additionalProperties": False,
}
FORM = {"type": "json_schema", "name": "answer", "schema": CITY}


def sent(serving: Serving | None, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    return body(suited(Request("qwen3", "Hello?", **fields), serving))


def test_other_servers_are_sent_the_request_as_it_is() -> None:
    request = Request("m", "Hello?", tools=(WEATHER,), tool_choice="required")
    assert suited(request, None) is request


def test_llama_cpp_holds_an_answer_to_a_schema_by_its_own_field() -> None:
    found = sent(LLAMA, text_format=FORM)
    assert found["json_schema"] == CITY
    assert "text" not in found


def test_others_hold_it_by_the_text_format() -> None:
    for serving in (OLLAMA, VLLM):
        found = sent(serving, text_format=FORM)
        assert found["text"] == {"format": FORM}
        assert "json_schema" not in found


FORCED: dict[str, Any] = {
    "required": "required",
    "by name": {"type": "function", "name": "get_weather"},
    "allowed": {
        "type": "allowed_tools",
        "mode": "required",
        "tools": [{"type": "function", "name": "get_weather"}],
    },
}


@pytest.mark.parametrize("choice", FORCED)
def test_a_forced_call_is_a_form_where_calls_cannot_be_forced(choice: str) -> None:
    fields = {"tools": (WEATHER,), "tool_choice": FORCED[choice]}
    found = sent(LLAMA, **fields)
    assert found["json_schema"] == CALL
    assert "tool_choice" not in found
    assert found["tools"] == [WEATHER]
    found = sent(OLLAMA, **fields)
    assert found["text"]["format"]["schema"] == CALL
    assert sent(VLLM, **fields)["tool_choice"] == FORCED[choice]


def test_one_of_several_calls_can_be_forced() -> None:
    found = sent(LLAMA, tools=(WEATHER, CLOCK), tool_choice="required")
    names = [one["properties"]["name"]["const"] for one in found["json_schema"]["anyOf"]]
    assert names == ["get_weather", "get_time"]


@pytest.mark.parametrize(
    "choice", [None, "auto", "none", {"type": "allowed_tools", "mode": "auto"}]
)
def test_a_free_choice_forces_nothing(choice: Any) -> None:  # noqa: ANN401 - any choice
    assert "json_schema" not in sent(LLAMA, tools=(WEATHER,), tool_choice=choice)


@pytest.mark.parametrize(
    ("fields", "thinks"),
    [
        ({"effort": "none"}, False),
        ({"effort": "minimal"}, False),
        ({"effort": "high"}, True),
        ({"enable_thinking": False}, False),
        ({"enable_thinking": True}, True),
    ],
)
def test_the_effort_turns_thinking_on_and_off(fields: dict[str, Any], *, thinks: bool) -> None:
    for serving in (LLAMA, VLLM):
        assert sent(serving, **fields)["chat_template_kwargs"] == {"enable_thinking": thinks}
        assert "chat_template_kwargs" not in sent(serving)
    assert "chat_template_kwargs" not in sent(OLLAMA, **fields)


def test_an_answer_has_an_end_where_the_server_sets_none() -> None:
    assert sent(LLAMA)["max_output_tokens"] == 2048
    assert sent(LLAMA, max_output_tokens=99)["max_output_tokens"] == 99
    assert "max_output_tokens" not in sent(VLLM)


def test_an_answer_that_was_cut_is_known_by_its_length() -> None:
    request = suited(Request("m", "?"), LLAMA)
    assert not is_cut(request, Usage(10, 2047, 2057), LLAMA)
    assert is_cut(request, Usage(10, 2048, 2058), LLAMA)
    assert is_cut(request, Usage(4000, 96, 4096), LLAMA)
    assert not is_cut(request, Usage(10, 2048, 2058), VLLM)


IMAGE = [
    {"role": "user", "content": [{"type": "input_image", "image_url": "data:image/png;base64,"}]}
]
REFUSED: dict[str, dict[str, Any]] = {
    "web_search runs at Model Studio": {"tools": ({"type": "web_search"},)},
    "file_search runs at Model Studio": {"tools": (WEATHER, {"type": "file_search"})},
    "an MCP server runs at Model Studio": {"tools": ({"type": "mcp"},)},
    "works in the background": {"background": True},
    "keeps conversations": {"conversation": "conv_1"},
    "no session cache": {"session_cache": True},
    "does not see images": {"input": IMAGE},
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_no_model_here_can_do_is_refused_with_a_sentence(words: str) -> None:
    request = Request(**{"model": "qwen3", "input": "Hello?", **REFUSED[words]})
    with pytest.raises(RequestError, match=words) as refused:
        suited(request, LLAMA)
    assert refused.value.hint


def test_images_go_to_models_that_see_or_may() -> None:
    for images in (True, None):
        serving = Serving("qwen3-vl", images=images)
        assert suited(Request("m", IMAGE), serving).input == IMAGE
