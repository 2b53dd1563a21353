from __future__ import annotations

from typing import Any

import pytest

from qwen_magic.conversation.planning.question import (
    Asking,
    as_input,
    prompt_of,
    request_for,
    tool_choice,
)
from qwen_magic.errors import RequestError
from qwen_magic.responses.request import Request
from qwen_magic.settings import Settings

SEARCH = {"type": "web_search"}
WEATHER = {"type": "function", "name": "weather", "parameters": {}}


def test_images_stand_behind_the_text() -> None:
    assert as_input("What is it?", ["data:image/png;base64,AA=="]) == [
        {
            "role": "user",
            "content": [
                {"type": "input_text", "text": "What is it?"},
                {"type": "input_image", "image_url": "data:image/png;base64,AA=="},
            ],
        }
    ]


def test_the_prompt_of_messages_is_the_last_ones_text() -> None:
    messages = [{"role": "user", "content": "a"}, *as_input("b", ["data:,"])]
    assert prompt_of(messages) == "b"


def test_the_request_carries_only_what_was_said() -> None:
    found = request_for(
        "Hi", Asking(), Settings(), offered=(), system="", previous_response_id=None
    )
    assert found == Request(model="qwen3.7-plus", input="Hi")


def test_everything_said_reaches_the_request() -> None:
    settings = Settings(model="m", effort="low", session_cache="off")
    offered = (SEARCH, WEATHER)
    asking = Asking(
        temperature=0.1, top_p=0.2, max_output_tokens=99, stream=False, tool_choice="auto"
    )
    found = request_for(
        "Hi", asking, settings, offered=offered, system="S", previous_response_id="r"
    )
    assert found == Request(
        model="m",
        input="Hi",
        instructions="S",
        previous_response_id="r",
        stream=False,
        tools=(SEARCH, WEATHER),
        tool_choice="auto",
        temperature=0.1,
        top_p=0.2,
        max_output_tokens=99,
        effort="low",
        session_cache=False,
    )


def test_one_named_tool_must_be_used() -> None:
    assert tool_choice("weather", [SEARCH, WEATHER]) == {
        "type": "allowed_tools",
        "mode": "required",
        "tools": [{"type": "function", "name": "weather"}],
    }


def test_of_several_named_tools_any_may_be_used() -> None:
    found = tool_choice("weather, web_search", [SEARCH, WEATHER])
    assert isinstance(found, dict)
    assert found["mode"] == "auto"


@pytest.mark.parametrize("choice", ["", ",", " , "])
def test_a_choice_without_a_name_is_refused(choice: str) -> None:
    with pytest.raises(RequestError, match=f"{choice!r} names no tool\n→ .*required, weather"):
        tool_choice(choice, [WEATHER])


def test_a_choice_that_is_not_offered_is_refused() -> None:
    with pytest.raises(RequestError, match="did you mean weather"):
        tool_choice("wether", [WEATHER])


def server(label: str) -> dict[str, str]:
    return {"type": "mcp", "server_label": label, "server_url": f"https://{label}.example/sse"}


def test_an_mcp_server_is_chosen_by_its_label() -> None:
    tools = [SEARCH, server("maps"), server("trains")]
    maps, trains = ({"type": "mcp", "server_label": label} for label in ("maps", "trains"))
    assert tool_choice("maps", tools) == {
        "type": "allowed_tools",
        "mode": "required",
        "tools": [maps],
    }
    for choice in ("maps,trains", "mcp"):
        chosen = tool_choice(choice, tools)
        assert chosen == {"type": "allowed_tools", "mode": "auto", "tools": [maps, trains]}


def test_a_label_that_is_not_offered_is_refused_with_the_nearest() -> None:
    with pytest.raises(RequestError, match="'map' is not among the tools") as refused:
        tool_choice("map", [server("maps")])
    assert "did you mean maps?" in refused.value.hint


@pytest.mark.parametrize(
    ("given", "kind"),
    [([], "an empty list"), (["Hi"], "a list of other things"), (3, "int"), (None, "NoneType")],
)
def test_what_is_no_list_of_messages_is_refused(
    given: Any,  # noqa: ANN401 - on purpose
    kind: str,
) -> None:
    with pytest.raises(RequestError, match=f"{kind} is no list of messages"):
        prompt_of(given)
