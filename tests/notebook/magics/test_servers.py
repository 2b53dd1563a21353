from __future__ import annotations

import json
from typing import Any

import pytest

from qwen_magic.notebook.magics.servers import labels_of, mcp_servers

URL = "https://maps.example/sse"
MAPS = {"mcpServers": {"maps": {"url": URL, "description": "Maps."}}}


def server(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    (found,) = mcp_servers("maps", {"maps": {"url": URL, **fields}})
    return found


def test_a_server_is_reached_by_sse_unless_it_says_otherwise() -> None:
    assert server() == {
        "type": "mcp",
        "server_protocol": "sse",
        "server_label": "maps",
        "server_url": URL,
    }
    for word in ("type", "transport", "server_protocol"):
        assert server(**{word: "SSE"}) == server()
        assert server(**{word: "streamable-http"})["server_protocol"] == "streamable-http"


@pytest.mark.parametrize(
    "value",
    [MAPS, json.dumps(MAPS), {"maps": {"url": URL}}, {"type": "mcp", "server_label": "maps"}],
)
def test_a_variable_is_known_by_the_servers_it_describes(value: object) -> None:
    assert labels_of(value) == ("maps",)


@pytest.mark.parametrize(
    "value", [{}, {"a": 1}, {"a": {}}, {"mcpServers": {"x": {"command": "npx"}}}, "maps", 3, None]
)
def test_a_variable_without_servers_has_no_labels(value: object) -> None:
    assert labels_of(value) == ()
