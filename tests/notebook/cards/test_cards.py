from __future__ import annotations

import json
from typing import get_args

import pytest

from qwen_magic.notebook.cards.cards import Card, card
from qwen_magic.notebook.cards.parts import Code, Links, Logs, Note, Words
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
from tests.notebook.turns import EVERY_ITEM, answer, thought


def test_a_message_is_an_open_answer() -> None:
    assert card(answer("**Yes**")) == Card("Answer", "done", (Words("**Yes**"),), "answer")


def test_a_refusal_is_told_in_a_sentence() -> None:
    refused = Message(content=(Part(refusal="I cannot\nhelp."),))
    assert card(refused).parts == (Note("The model refused: I cannot help."),)


def test_reasoning_shows_its_summary_in_paragraphs() -> None:
    item = Reasoning(summary=("One.", "Two."))
    assert card(item) == Card("Reasoning", "done", (Words("One.\n\nTwo."),), "reasoning")


def test_thoughts_that_come_both_as_summary_and_content_show_once() -> None:
    assert card(Reasoning(summary=("Hm.",), content=("Hm.",))).parts == (Words("Hm."),)


def test_running_reasoning_is_called_thinking() -> None:
    running = card(thought("Hm"), live=True)
    assert (running.title, running.heading) == ("Thinking…", "Thinking…")


def test_a_function_call_reads_like_python() -> None:
    item = FunctionCall(name="get_weather", arguments='{"city":"北京","days":3}')
    assert card(item) == Card(
        "get_weather(city='北京', days=3)",
        "done",
        (Code('{\n  "city": "北京",\n  "days": 3\n}', "json"),),
    )


def test_arguments_that_are_still_arriving_show_as_they_are() -> None:
    item = FunctionCall(name="get_weather", arguments='{"city":"Bei')
    shown = card(item, live=True)
    assert shown == Card("get_weather(…)", "running", (Logs('{"city":"Bei'),))


def test_a_call_without_arguments_has_nothing_to_unfold() -> None:
    assert card(FunctionCall(name="now", arguments="{}")) == Card("now()", "done")


def test_a_web_search_tells_its_query_and_each_source_once() -> None:
    item = WebSearchCall(
        status="completed",
        queries=("Alibaba Cloud official website",),
        sources=("https://www.a.example/x/?spm=1#top", "https://b.example/", "https://b.example/"),
    )
    assert card(item) == Card(
        "Web search: “Alibaba Cloud official website”",
        "done",
        (
            Links(
                (
                    ("a.example/x", "https://www.a.example/x/?spm=1#top"),
                    ("b.example", "https://b.example/"),
                )
            ),
        ),
    )


@pytest.mark.parametrize("queries", [("Web search",), ("web search ",), ("",), ()])
def test_a_web_search_without_a_real_query_is_just_a_web_search(queries: tuple[str, ...]) -> None:
    assert card(WebSearchCall(queries=queries)) == Card("Web search", "done")


def test_a_web_search_with_many_queries_tells_the_first_ones() -> None:
    assert (
        card(WebSearchCall(queries=tuple("abcde"))).title == "Web search: “a”, “b”, “c” and 2 more"
    )


def test_a_page_that_was_read_shows_address_goal_and_text() -> None:
    item = WebExtractorCall(urls=("https://cn.a.example/",), goal="key  facts", output="# Facts")
    parts = (
        Links((("cn.a.example", "https://cn.a.example/"),)),
        Note("key facts"),
        Logs("# Facts"),
    )
    assert card(item) == Card("Read 1 page", "done", parts)


def test_pages_are_counted_once_each() -> None:
    urls = ("https://a.example/", "https://b.example/", "https://a.example/")
    assert card(WebExtractorCall(urls=urls)).title == "Read 2 pages"


def test_code_shows_what_it_printed_without_fences_and_its_images_as_links() -> None:
    logs = "```\n42\n```\n![fig-1](https://oss.example/fig.png?Expires=1&Signature=x)"
    item = CodeInterpreterCall(code="print(42)", outputs=(CodeOutput(logs=logs),))
    assert card(item) == Card(
        "Python code",
        "done",
        (
            Code("print(42)", "python"),
            Note("Output"),
            Logs("42"),
            Links((("fig-1", "https://oss.example/fig.png?Expires=1&Signature=x"),)),
        ),
    )


def test_an_image_that_code_drew_is_a_link() -> None:
    item = CodeInterpreterCall(outputs=(CodeOutput(url="https://oss.example/fig.png"),))
    assert card(item).parts == (Links((("image", "https://oss.example/fig.png"),)),)


def test_code_that_raised_says_error_though_it_reads_completed() -> None:
    logs = "```\nTraceback (most recent call last):\nZeroDivisionError: division by zero\n```"
    item = CodeInterpreterCall(status="completed", code="1/0", outputs=(CodeOutput(logs=logs),))
    assert card(item).title == "Python code: error"


def test_an_image_search_lists_what_it_found() -> None:
    item = ImageSearchCall(
        "web_search_image_call",
        name="web_search_image",
        arguments='{"queries": ["cat picture", "cute cat"]}',
        output='[{"title": "A cat", "url": "https://i.example/1.png", "index": 1},'
        ' {"title": null, "url": "https://i.example/2.png"}, {"title": "no url"}, 7]',
    )
    found = (("A cat", "https://i.example/1.png"), ("i.example/2.png", "https://i.example/2.png"))
    assert card(item) == Card("Image search: “cat picture”, “cute cat”", "done", (Links(found),))


def test_a_search_by_image_shows_its_arguments() -> None:
    item = ImageSearchCall("image_search_call", arguments='{"img_idx": 0}', output="not JSON")
    assert card(item) == Card(
        "Image search by image", "done", (Code('{\n  "img_idx": 0\n}', "json"), Logs("not JSON"))
    )


def test_an_mcp_call_shows_its_arguments_and_its_result() -> None:
    item = McpCall(
        name="weather", server_label="amap", arguments='{"city": "x"}', output='{"sky": "blue"}'
    )
    assert card(item) == Card(
        "MCP call: weather on amap",
        "done",
        (
            Code('{\n  "city": "x"\n}', "json"),
            Note("Result"),
            Code('{\n  "sky": "blue"\n}', "json"),
        ),
    )


def test_a_long_result_is_whole_up_to_a_bound() -> None:
    rows = "\n".join(f"row {n}: {'x' * 40}" for n in range(1_000))
    assert card(WebExtractorCall(output=rows)).parts == (Logs(rows),)
    (_, told) = card(McpCall(output=json.dumps([{"row": n} for n in range(1_000)]))).parts
    assert isinstance(told, Logs)
    assert told.text.endswith('"row": 999\n  }\n]')


def test_an_mcp_error_is_a_failure() -> None:
    item = McpCall(status="completed", name="weather", error="no such city")
    assert card(item) == Card("MCP call: weather", "failed", (Note("no such city"),))


def test_the_tools_of_an_mcp_server_are_named() -> None:
    item = McpListTools(server_label="amap", tools=("weather", "route"))
    assert card(item) == Card("MCP server amap: 2 tools", "done", (Note("weather, route"),))


def test_an_mcp_server_that_is_still_asked_has_no_number_of_tools() -> None:
    assert card(McpListTools(server_label="amap"), live=True) == Card(
        "MCP server amap: its tools", "running"
    )


def test_a_call_that_needs_approval_says_so() -> None:
    item = McpApprovalRequest(name="delete", server_label="files", arguments='{"path": "x"}')
    assert card(item) == Card(
        "MCP call that needs approval: delete on files",
        "done",
        (Code('{\n  "path": "x"\n}', "json"),),
    )


def test_a_file_search_shows_each_passage_with_its_file_and_score() -> None:
    item = FileSearchCall(
        queries=("X1", "X1"),
        results=(FileResult("f1", "phones.docx", 0.7519, "The X1 …"), FileResult("f2")),
    )
    assert card(item) == Card(
        "File search: “X1”",
        "done",
        (Note("phones.docx · 0.75"), Logs("The X1 …"), Note("a file")),
    )


def test_an_item_of_an_unknown_type_is_readable_json() -> None:
    fields = {"type": "computer_call", "id": "x", "status": "completed", "action": {"x": 1}}
    item = OtherItem("computer_call", "x", "completed", fields)
    assert card(item) == Card(
        "Computer call", "done", (Code('{\n  "action": {\n    "x": 1\n  }\n}', "json"),)
    )


def test_an_item_without_any_type_has_a_title_all_the_same() -> None:
    assert card(OtherItem("")) == Card("Unknown item", "done")


def test_every_item_type_has_a_card_of_its_own() -> None:
    assert {type(item) for item in EVERY_ITEM} == set(get_args(Item))
    titles = [card(item).title for item in EVERY_ITEM]
    assert len(set(titles)) == len(titles)
