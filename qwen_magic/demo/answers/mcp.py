"""Tools of MCP servers: listed once per conversation, called if the question is about them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from qwen_magic.demo.filling.arguments import arguments_for
from qwen_magic.demo.reading.numerals import spaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwen_magic.demo.answers.chinese import Voice
    from qwen_magic.demo.wire.items import Item
    from qwen_magic.demo.wire.scene import Scene

__all__ = ["calls", "told"]

SCHEMA = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


def calls(scene: Scene, say: Voice) -> Iterator[Item]:
    """Yield what the MCP servers do about the question: lists, approval requests, calls."""
    listed = {i["server_label"] for i in scene.context if i.get("type") == "mcp_list_tools"}
    verdicts = {
        item.get("approval_request_id"): bool(item.get("approve"))
        for item in scene.since
        if item.get("type") == "mcp_approval_response"
    }
    asked = [i for i in scene.context if i.get("type") == "mcp_approval_request"]
    answered = [item for item in asked if item["id"] in verdicts]
    for request in answered:
        if verdicts[request["id"]]:
            yield _call(request, say)
    servers = [tool for tool in scene.tools if tool["type"] == "mcp"]
    for server in [] if verdicts else servers:
        if server["server_label"] not in listed:
            yield _list(server, say)
        if scene.forced or _concerns(server, scene.topic):
            yield _request(server, scene.topic, say)


def told(item: Item, say: Voice) -> str:
    """Return what the assistant says about a call."""
    values = {"name": item["name"], "server": item["server_label"], "output": item["output"]}
    return say("`{name}` of *{server}* answered: {output}", **values)


def _concerns(server: Item, question: str) -> bool:
    known = f"{server['server_label']} {server.get('server_description') or ''}".lower()
    words = set(re.findall(r"[a-z]{4,}|[\u4e00-\u9fff]{2}", known)) - {"server"}
    asked = spaced(question).lower()
    return bool(re.search(r"\bmcp\b", asked)) or any(word in asked for word in words)


def _tool(server: Item) -> tuple[str, Item]:
    """Return the one tool of a server that the script uses, with its schema."""
    allowed = server.get("allowed_tools") or ()
    name = allowed[0] if isinstance(allowed, list) and allowed else ""
    if "amap" in server["server_label"] or "weather" in name:
        return name or "maps_weather", CITY
    return name or "search", SCHEMA


def _list(server: Item, say: Voice) -> Item:
    name, schema = _tool(server)
    tool = {
        "name": name,
        "description": say("{name} of the demo", name=name),
        "input_schema": schema,
    }
    return {"type": "mcp_list_tools", "server_label": server["server_label"], "tools": [tool]}


def _request(server: Item, question: str, say: Voice) -> Item:
    name, schema = _tool(server)
    arguments = json.dumps(arguments_for(schema, question), ensure_ascii=False)
    request = {"server_label": server["server_label"], "name": name, "arguments": arguments}
    if server.get("require_approval") == "always":
        return {"type": "mcp_approval_request", **request}
    return _call(request, say)


def _call(request: Item, say: Voice) -> Item:
    asked = {key: request[key] for key in ("server_label", "name", "arguments")}
    found = say("sunny, 21 °C") if "city" in asked["arguments"] else say("1 entry found")
    output = json.dumps({"result": found, "sample": True}, ensure_ascii=False)
    return {"type": "mcp_call", "status": "completed", **asked, "output": output}
