"""What the `openai` package makes of the demo: it asks in every way it knows, and prints JSON.

Run by `test_openai_python.py`, in a process that has `openai` on its path.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any, TypeAlias

Client: TypeAlias = Any  # mypy runs where its types are not installed

MODEL = "qwen3.7-plus"
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Get the weather of a city",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
    "strict": True,
}
BUILT_IN = [{"type": name} for name in ("web_search", "code_interpreter", "web_extractor")]
HOMEPAGE = "Find the Alibaba Cloud website and extract key information from the homepage"

openai: Any = importlib.import_module("openai")


def text(client: Client) -> object:
    response = client.responses.create(model=MODEL, input="What is 2 + 2?")
    kinds = [item.type for item in response.output]
    return [response.status, response.output_text, kinds, response.usage.total_tokens]


def stream(client: Client) -> object:
    events = list(client.responses.create(model=MODEL, input="Introduce AI", stream=True))
    said = [event.delta for event in events if event.type == "response.output_text.delta"]
    thought = [e.delta for e in events if e.type == "response.reasoning_summary_text.delta"]
    final = events[-1].response
    return ["".join(said), final.output_text, "".join(thought), final.output[0].summary[0].text]


def helper(
    client: Client, model: str = MODEL, asked: str = "Introduce AI", **fields: object
) -> object:
    with client.responses.stream(model=model, input=asked, **fields) as events:
        kinds = [event.type for event in events]
        final = events.get_final_response()
    return [kinds[0], kinds[-1], final.output_text, [item.type for item in final.output]]


def incomplete(client: Client) -> object:
    fields = {"model": MODEL, "input": "Hi", "max_output_tokens": 20}
    last = list(client.responses.create(stream=True, **fields))[-1]
    return [last.type, last.response.incomplete_details.reason]


def chain(client: Client) -> object:
    first = client.responses.create(model=MODEL, input="My name is Alice.")
    second = client.responses.create(
        model=MODEL, input="What is my name?", previous_response_id=first.id
    )
    return second.output_text


def functions(client: Client, *, resend: bool) -> object:
    asked: list[Any] = [{"role": "user", "content": "Weather in Paris?"}]
    first = client.responses.create(model=MODEL, input=asked, tools=[WEATHER])
    (call,) = [item for item in first.output if item.type == "function_call"]
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "21 degrees"}
    if resend:
        fields = {"input": [*asked, *first.output, output]}
    else:
        fields = {"input": [output], "previous_response_id": first.id}
    second = client.responses.create(model=MODEL, tools=[WEATHER], **fields)
    return [call.name, json.loads(call.arguments), second.output_text]


def stored(client: Client) -> object:
    response = client.responses.create(model=MODEL, input="Hi")
    found = client.responses.retrieve(response.id)
    client.responses.delete(response.id)
    return [found.output_text == response.output_text, refused(client, previous=response.id)]


def refused(client: Client, model: str = MODEL, previous: str | None = None) -> object:
    fields = {"previous_response_id": previous} if previous else {}
    try:
        client.responses.create(model=model, input="Hi", **fields)
    except openai.APIStatusError as error:
        return [type(error).__name__, error.status_code, error.body["message"]]
    return None


def main(url: str, locked: str) -> None:
    client = openai.OpenAI(base_url=url, api_key="sk-any", max_retries=0)
    stranger = openai.OpenAI(base_url=locked, api_key="sk-wrong", max_retries=0)
    report = {
        "version": openai.__version__,
        "text": text(client),
        "stream": stream(client),
        "helper": helper(client),
        "other reasoning": helper(client, "qwen3.6-plus"),
        "helper with a function": helper(client, asked="Weather in Paris?", tools=[WEATHER]),
        "helper with tools": helper(client, asked=HOMEPAGE, tools=BUILT_IN),
        "incomplete": incomplete(client),
        "chain": chain(client),
        "functions by id": functions(client, resend=False),
        "functions resent": functions(client, resend=True),
        "stored": stored(client),
        "wrong key": refused(stranger),
        "unknown model": refused(client, model="gpt-9"),
        "unknown id": refused(client, previous="none"),
    }
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main(*sys.argv[1:])
