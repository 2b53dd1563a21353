"""Questions to a demo server, over its socket, and its answers as plain values."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, TypeAlias

import httpx

if TYPE_CHECKING:
    from qwen_magic.demo.server import DemoServer

Json: TypeAlias = dict[str, Any]

MODEL = "qwen3.7-plus"
WEATHER: Json = {
    "type": "function",
    "name": "get_weather",
    "description": "Get weather information for a specified city",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string", "description": "The name of the city"}},
        "required": ["city"],
    },
}
BLOCK = re.compile(r"id:(\d+)\nevent:(\S+)\n:HTTP_STATUS/200\ndata:(\{[^\n]*\})")


def request(asked: object, **fields: object) -> Json:
    return {"model": MODEL, "input": asked, **fields}


def post(server: DemoServer, asked: object, **fields: object) -> httpx.Response:
    return httpx.post(f"{server.base_url}/responses", json=request(asked, **fields))


def ask(server: DemoServer, asked: object, **fields: object) -> Json:
    """Return the response to a request that is taken."""
    reply = post(server, asked, **fields)
    assert reply.status_code == 200, reply.text
    answer: Json = reply.json()
    return answer


def refused(server: DemoServer, asked: object, **fields: object) -> tuple[int, str, str]:
    """Return the status, code and message of a refusal in the flat shape."""
    reply = post(server, asked, **fields)
    body = reply.json()
    assert body.keys() == {"request_id", "code", "message"}
    assert body["request_id"] == reply.headers["x-request-id"]
    return reply.status_code, body["code"], body["message"]


def blocks(raw: str) -> list[tuple[int, str, Json]]:
    """Return the id, event and data of every block; the framing must be the vendor's."""
    *parts, rest = raw.split("\n\n")
    found = [BLOCK.fullmatch(part) for part in parts]
    assert all(found), parts
    assert rest == ""
    return [(int(one[1]), one[2], json.loads(one[3])) for one in found if one]


def streamed(server: DemoServer, asked: object, **fields: object) -> list[Json]:
    """Return the events of a streamed answer."""
    return [data for _, _, data in blocks(post(server, asked, stream=True, **fields).text)]


def types(events: list[Json]) -> list[str]:
    """Return the events' types, repeated deltas once."""
    names = [event["type"].removeprefix("response.") for event in events]
    return [name for name, before in zip(names, ["", *names], strict=False) if name != before]


def text_of(response: Json) -> str:
    """Return what the assistant says."""
    parts = [item["content"] for item in response["output"] if item["type"] == "message"]
    return "".join(part["text"] for content in parts for part in content)


def items(response: Json, kind: str) -> list[Json]:
    return [item for item in response["output"] if item["type"] == kind]


def kinds(response: Json) -> list[str]:
    return [item["type"] for item in response["output"]]


def arguments(response: Json) -> list[tuple[str, Json]]:
    """Return the name and arguments of every function call."""
    calls = items(response, "function_call")
    return [(call["name"], json.loads(call["arguments"])) for call in calls]


def outputs(response: Json, *values: str) -> list[Json]:
    """Return the outputs for the function calls of a response."""
    calls = items(response, "function_call")
    return [
        {"type": "function_call_output", "call_id": call["call_id"], "output": value}
        for call, value in zip(calls, values, strict=True)
    ]
