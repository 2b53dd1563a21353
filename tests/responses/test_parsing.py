from __future__ import annotations

from typing import Any

import pytest

from qwen_magic.responses.items import (
    CodeInterpreterCall,
    CodeOutput,
    FileResult,
    FileSearchCall,
    FunctionCall,
    ImageSearchCall,
    Item,
    McpApprovalRequest,
    McpCall,
    McpListTools,
    Message,
    OtherItem,
    Part,
    Reasoning,
    WebExtractorCall,
    WebSearchCall,
)
from qwen_magic.responses.parsing import parse_item

COMMON = {"id": "i", "status": "completed"}
SHAPES: list[tuple[dict[str, Any], Item]] = [
    (
        {"type": "message", "content": [{"type": "output_text", "text": "a", "annotations": []}]},
        Message("i", "completed", content=(Part("a"),)),
    ),
    (
        {"type": "message", "content": [{"type": "refusal", "refusal": "no"}]},
        Message("i", "completed", content=(Part(refusal="no"),)),
    ),
    (
        {"type": "message", "role": "assistant", "content": "short"},
        Message("i", "completed", content=(Part("short"),)),
    ),
    (
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "a"}, {"text": "b"}]},
        Reasoning("i", "completed", summary=("a", "b")),
    ),
    (
        {"type": "reasoning", "content": [{"type": "reasoning_text", "text": "a"}]},
        Reasoning("i", "completed", content=("a",)),
    ),
    (
        {"type": "function_call", "name": "f", "arguments": "{}", "call_id": "c"},
        FunctionCall("i", "completed", "f", "{}", "c"),
    ),
    (
        {"type": "web_extractor_call", "urls": ["u"], "goal": "g", "output": "o"},
        WebExtractorCall("i", "completed", ("u",), "g", "o"),
    ),
    (
        {
            "type": "code_interpreter_call",
            "code": "1",
            "container_id": "",
            "outputs": [{"type": "logs", "logs": "```\n1\n```"}, {"type": "image", "url": "u"}],
        },
        CodeInterpreterCall(
            "i", "completed", "1", outputs=(CodeOutput("```\n1\n```"), CodeOutput(url="u"))
        ),
    ),
    (
        {"type": "web_search_image_call", "name": "n", "arguments": "{}", "output": "[]"},
        ImageSearchCall("web_search_image_call", "i", "completed", "n", "{}", "[]"),
    ),
    (
        {"type": "image_search_call", "name": "n", "arguments": "{}", "output": "[]"},
        ImageSearchCall("image_search_call", "i", "completed", "n", "{}", "[]"),
    ),
    (
        {
            "type": "mcp_call",
            "name": "n",
            "server_label": "s",
            "arguments": "{}",
            "output": "o",
            "error": None,
        },
        McpCall("i", "completed", "n", "s", "{}", "o"),
    ),
    (
        {"type": "mcp_list_tools", "server_label": "s", "tools": [{"name": "a"}, {"name": "b"}]},
        McpListTools("i", "completed", "s", ("a", "b")),
    ),
    (
        {"type": "mcp_approval_request", "name": "n", "server_label": "s", "arguments": "{}"},
        McpApprovalRequest("i", "completed", "n", "s", "{}"),
    ),
    (
        {
            "type": "file_search_call",
            "queries": ["q"],
            "results": [{"file_id": "f", "filename": "n", "score": 1, "text": "t"}],
        },
        FileSearchCall("i", "completed", ("q",), (FileResult("f", "n", 1.0, "t"),)),
    ),
]


@pytest.mark.parametrize(("fields", "item"), SHAPES, ids=[item.type for _, item in SHAPES])
def test_each_item_is_read_in_its_documented_shape(fields: dict[str, Any], item: Item) -> None:
    assert parse_item({**COMMON, **fields}) == item
    assert item.type == fields["type"]


@pytest.mark.parametrize(("fields", "item"), SHAPES, ids=[item.type for _, item in SHAPES])
def test_every_field_of_an_item_may_be_missing(fields: dict[str, Any], item: Item) -> None:
    sparse = parse_item({"type": fields["type"]})
    assert type(sparse) is type(item)
    assert (sparse.id, sparse.status) == ("", "")


@pytest.mark.parametrize("value", [None, 3, "x", [], [3, None], {}])
@pytest.mark.parametrize(("fields", "item"), SHAPES, ids=[item.type for _, item in SHAPES])
def test_every_field_of_an_item_may_have_another_type(
    fields: dict[str, Any], item: Item, value: object
) -> None:
    odd = parse_item({**dict.fromkeys(fields, value), "type": fields["type"]})
    assert type(odd) is type(item)


@pytest.mark.parametrize(
    ("action", "queries"),
    [
        ({"query": "Web search"}, ("Web search",)),
        ({"query": "Web search", "queries": ["a", "b"]}, ("a", "b")),
        ({"queries": "a"}, ("a",)),
        ({"queries": []}, ()),
        (None, ()),
        ("search", ()),
    ],
)
def test_a_search_names_its_queries_in_either_way(action: object, queries: tuple[str, ...]) -> None:
    assert parse_item({"type": "web_search_call", "action": action}) == (
        WebSearchCall(queries=queries)
    )


def test_a_search_keeps_its_sources_in_order() -> None:
    sources = [{"type": "url", "url": "u"}, {"url": "v"}, {"url": "u"}, {}, "w"]
    item = parse_item({"type": "web_search_call", "action": {"sources": sources}})
    assert item == WebSearchCall(sources=("u", "v", "u"))


def test_a_part_that_is_refused_and_worded_is_a_refusal() -> None:
    content = [{"refusal": "no", "text": "no"}]
    assert parse_item({"type": "message", "content": content}) == (
        Message(content=(Part(refusal="no"),))
    )


def test_arguments_that_come_as_an_object_are_written_out() -> None:
    item = parse_item({"type": "function_call", "arguments": {"city": "北京"}})
    assert item == FunctionCall(arguments='{"city": "北京"}')


def test_an_item_we_do_not_know_is_kept_whole() -> None:
    fields = {"type": "compaction", "id": "i", "status": "done", "more": {"a": [1]}}
    assert parse_item(fields) == OtherItem("compaction", "i", "done", fields)
