from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from qwen_magic.conversation.tools.toolbox import offered, toolbox
from qwen_magic.conversation.tools.tools import tool_of
from qwen_magic.errors import RequestError, ToolError

if TYPE_CHECKING:
    from qwen_magic.settings import Offer

WEATHER = {"type": "function", "name": "weather", "parameters": {}}


def add(a: int, b: int) -> int:
    """Add."""
    return a + b


def test_tools_keep_the_order_in_which_they_are_offered() -> None:
    found = toolbox(["web_search", add, WEATHER, tool_of(lambda x=1: x, name="same")])
    names = [tool.get("name", tool["type"]) for tool in found.objects]
    assert names == ["web_search", "add", "weather", "same"]
    assert list(found.functions) == ["add", "same"]
    assert found.foreign == {"weather"}
    assert not found.has_mcp


def test_where_to_search_stands_behind_file_search() -> None:
    assert toolbox(["file_search:vs_1+vs_2"]).objects == (
        {"type": "file_search", "vector_store_ids": ["vs_1", "vs_2"]},
    )


def test_an_mcp_server_is_passed_on_as_it_is() -> None:
    server = {"type": "mcp", "server_label": "maps", "server_url": "https://maps.example/sse"}
    found = toolbox([server])
    assert found.objects == (server,)
    assert found.has_mcp


def test_an_mcp_servers_description_gets_the_apis_name() -> None:
    server = {"type": "mcp", "server_label": "maps"}
    (found,) = toolbox([{**server, "description": "Maps."}]).objects
    assert found == {**server, "server_description": "Maps."}
    (found,) = toolbox([{**server, "description": "x", "server_description": "Maps."}]).objects
    assert found == {**server, "server_description": "Maps."}
    assert toolbox([{**WEATHER, "description": "x"}]).objects[0]["description"] == "x"


@pytest.mark.parametrize(
    ("offers", "message"),
    [
        (["web_serch"], "did you mean web_search"),
        (["web_search:here"], "takes no detail|take no detail"),
        (["file_search:"], "not understood"),
        ([add, add], "two tools are named 'add'"),
    ],
)
def test_what_cannot_be_offered_is_refused(offers: list[Offer], message: str) -> None:
    with pytest.raises(RequestError) as caught:
        toolbox(offers)
    assert any(part in str(caught.value) for part in message.split("|"))


@pytest.mark.parametrize(
    ("tools", "shown"),
    [("web_search", "'web_search'"), (add, "add"), (WEATHER, "{'type': 'function'"), (3, "3")],
)
def test_one_tool_alone_is_refused(
    tools: Any,  # noqa: ANN401 - on purpose
    shown: str,
) -> None:
    with pytest.raises(RequestError, match="is no list of tools") as refused:
        offered(tools)
    assert refused.value.hint.startswith(f"tools=[{shown}")


def test_what_is_no_tool_is_refused() -> None:
    offers: Any = [add, 3]
    with pytest.raises(ToolError, match="3 is no tool"):
        toolbox(offers)
