from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from qwen_magic.errors import RequestError
from qwen_magic.models import CACHING_MODELS
from qwen_magic.responses.request import (
    BUILT_IN_TOOLS,
    EFFORTS,
    Request,
    body,
    check,
    content,
    doubts,
    headers,
)

ASKED = Request("qwen3.7-plus", "2 + 2?")
SEARCH = {"type": "web_search"}
FUNCTION = {"type": "function", "name": "add", "parameters": {}}


def test_only_what_is_set_is_sent() -> None:
    assert body(ASKED) == {"model": "qwen3.7-plus", "input": "2 + 2?", "stream": True}


def test_everything_that_is_set_is_sent() -> None:
    request = Request(
        "m",
        "x",
        instructions="be brief",
        previous_response_id="r",
        stream=False,
        tools=(SEARCH,),
        tool_choice="required",
        temperature=0.0,
        top_p=1.0,
        max_output_tokens=16,
        effort="none",
    )
    check(request)
    assert body(request) == {
        "model": "m",
        "input": "x",
        "instructions": "be brief",
        "previous_response_id": "r",
        "stream": False,
        "tools": [SEARCH],
        "tool_choice": "required",
        "temperature": 0.0,
        "top_p": 1.0,
        "max_output_tokens": 16,
        "reasoning": {"effort": "none"},
    }


def test_thinking_is_sent_when_it_is_turned_off() -> None:
    assert body(replace(ASKED, enable_thinking=False))["enable_thinking"] is False


@pytest.mark.parametrize(
    ("cache", "sent"),
    [
        (None, {}),
        (True, {"x-dashscope-session-cache": "enable"}),
        (False, {"x-dashscope-session-cache": "disable"}),
    ],
)
def test_the_session_cache_is_a_header(cache: bool | None, sent: dict[str, str]) -> None:  # noqa: FBT001 - a case of the table
    assert headers(replace(ASKED, session_cache=cache)) == sent


def test_an_assistant_message_is_sent_in_its_long_form() -> None:
    history: list[dict[str, Any]] = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello"},
        {"role": "assistant", "content": [{"type": "output_text", "text": "x"}]},
        {"type": "function_call_output", "call_id": "c", "output": "1"},
    ]
    long = {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_text", "text": "Hello", "annotations": []}],
    }
    assert body(replace(ASKED, input=history))["input"] == [history[0], long, *history[2:]]


def test_the_body_is_sent_as_json_in_utf_8() -> None:
    sent = content(replace(ASKED, input="北京\u2028"))
    assert "北京".encode() in sent
    assert json.loads(sent) == body(replace(ASKED, input="北京\u2028"))


def test_a_lone_surrogate_is_sent_as_a_replacement() -> None:
    assert json.loads(content(replace(ASKED, input="a\ud83db")))["input"] == "a\ufffdb"


@pytest.mark.parametrize("value", [object(), b"x", {1, 2}, float("nan"), float("inf")])
def test_what_is_no_json_is_refused(value: object) -> None:
    request = Request("m", [{"role": "user", "content": value}])
    with pytest.raises(RequestError, match="cannot be sent as JSON"):
        content(request)


@pytest.mark.parametrize(
    ("change", "message", "hint"),
    [
        ({"model": " "}, "no model is named", "-m qwen"),
        ({"effort": "hihg"}, "unknown effort 'hihg'", "did you mean high"),
        ({"temperature": 2.0}, "temperature 2.0 is out of range", "0 ≤ temperature < 2"),
        ({"temperature": -0.1}, "temperature -0.1", "0 ≤"),
        ({"temperature": float("nan")}, "temperature nan", "0 ≤"),
        ({"top_p": 0.0}, "top_p 0.0 is out of range", "0 < top_p ≤ 1"),
        ({"top_p": 1.01}, "top_p 1.01", "≤ 1"),
        ({"max_output_tokens": 15}, "max_output_tokens 15 is too small", "at least 16"),
        ({"tools": ({"type": "web_extractor"},)}, "needs web_search beside it", "-t web_search"),
        (
            {"tools": (SEARCH, {"type": "web_extractor"}), "effort": "none"},
            "web_extractor needs thinking",
            "-e low",
        ),
        (
            {"tools": ({"type": "code_interpreter"},), "enable_thinking": False},
            "code_interpreter needs thinking",
            "-e low",
        ),
        (
            {"tools": (SEARCH, FUNCTION), "tool_choice": "required"},
            "needs exactly one tool, not 2",
            "--tool-choice auto",
        ),
        ({"tool_choice": "required"}, "needs exactly one tool, not 0", "offer one"),
        ({"tool_choice": "atuo"}, "unknown tool_choice 'atuo'", "did you mean auto"),
        (
            {"previous_response_id": "r", "conversation": "conv_1"},
            "'conv_1' cannot continue a chain",
            "--new",
        ),
        ({"effort": "low", "enable_thinking": True}, "exclude each other", "-e none"),
    ],
)
def test_what_the_api_would_refuse_is_refused_before_sending(
    change: dict[str, Any], message: str, hint: str
) -> None:
    with pytest.raises(RequestError, match=message) as refused:
        check(replace(ASKED, **change))
    assert hint in refused.value.hint


@pytest.mark.parametrize("name", BUILT_IN_TOOLS)
def test_a_function_named_like_a_built_in_tool_is_refused(name: str) -> None:
    with pytest.raises(RequestError, match=f"{name!r} is taken for the built-in tool"):
        check(replace(ASKED, tools=({**FUNCTION, "name": name},)))


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"effort": "none", "tools": (SEARCH,)},
        {"tools": (SEARCH, {"type": "web_extractor"}, {"type": "code_interpreter"})},
        {"tools": (FUNCTION,), "tool_choice": "required"},
        {"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": []}},
        {"temperature": 0, "top_p": 1},
        {"temperature": 1.99, "top_p": 0.01},
        {"conversation": "conv_1"},
        {"previous_response_id": "r"},
    ],
)
def test_what_the_api_takes_is_not_refused(change: dict[str, Any]) -> None:
    check(replace(ASKED, **change))


def test_the_session_cache_is_refused_for_a_qwen_model_that_has_none() -> None:
    request = replace(ASKED, model="qwen3-coder-next", session_cache=True)
    with pytest.raises(RequestError, match="'qwen3-coder-next' has no session cache") as caught:
        check(request)
    assert caught.value.hint.endswith(", ".join(CACHING_MODELS))
    for allowed in ("qwen3.7-plus", "qwen3.7-max-2026-06-08", "qwen-plus-2026-01-01", "llama-4"):
        check(replace(request, model=allowed))
        assert doubts(replace(request, model=allowed)) == ()
    with pytest.raises(RequestError, match="has no session cache"):
        check(replace(request, model="qwen3-coder-next-2026-01-01"))
    check(replace(request, session_cache=False))


@pytest.mark.parametrize("effort", EFFORTS)
def test_known_efforts_raise_no_doubts(effort: str) -> None:
    request = replace(ASKED, effort=effort)
    check(request)
    assert doubts(request) == ()


def test_what_is_newer_than_us_is_sent_and_told() -> None:
    request = replace(ASKED, model="qwen9-giga", effort="ultra", session_cache=True)
    check(request)
    assert doubts(request) == (
        "Effort 'ultra' is not known here; it is sent as it is",
        "Whether qwen9-giga has a session cache is not known here; it is asked for",
    )


@pytest.mark.parametrize(
    "slip", ["hgh", "highh", "hihg", "bigh", "High", "hig", "xxhigh", "mx", "nonee"]
)
def test_a_slip_is_refused(slip: str) -> None:
    with pytest.raises(RequestError, match="unknown effort"):
        check(replace(ASKED, effort=slip))


@pytest.mark.parametrize("slip", ["qwen3.7-pluss", "qwen37-plus", "Qwen-Plus", "qwen3-codr-plus"])
def test_a_slip_in_a_models_name_is_refused_where_the_vendor_answers(slip: str) -> None:
    with pytest.raises(RequestError, match=f"unknown model '{slip}'") as refused:
        check(replace(ASKED, model=slip))
    assert refused.value.hint.startswith("did you mean qwen")
    check(replace(ASKED, model=slip), vendor=False)


@pytest.mark.parametrize("newer", ["qwen3.8-plus", "qwen4-max", "qwen3.7-max-2026-07-01", "glm-5"])
def test_another_version_of_a_model_is_no_slip(newer: str) -> None:
    check(replace(ASKED, model=newer))
    assert doubts(replace(ASKED, model=newer)) == ()


def server(label: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    return {"type": "mcp", "server_label": label, "server_url": "https://x.example/sse", **fields}


@pytest.mark.parametrize(
    ("tools", "told"),
    [
        ([server(f"s{n}") for n in range(11)], "11 MCP servers are too many"),
        ([server("maps", server_protocol="http")], "'maps' is reached by 'http'"),
        ([{"type": "file_search", "vector_store_ids": ["a", "b"]}], "2 knowledge bases: a, b"),
        (
            [{"type": "file_search", "vector_store_ids": [name]} for name in "abc"],
            "3 knowledge bases: a, b, c",
        ),
    ],
)
def test_the_vendors_limits_are_told_before_sending(tools: list[dict[str, Any]], told: str) -> None:
    with pytest.raises(RequestError, match=told):
        check(replace(ASKED, tools=tuple(tools)))
    check(replace(ASKED, tools=tuple(tools)), vendor=False)


def test_what_keeps_to_the_limits_is_sent() -> None:
    servers = [server(f"s{n}", server_protocol="sse") for n in range(9)]
    search = {"type": "file_search", "vector_store_ids": ["a"]}
    check(replace(ASKED, tools=(*servers, server("s9"), search)))
