from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tests.demo.asking import WEATHER, ask, blocks, items, post, streamed, text_of, types

if TYPE_CHECKING:
    from qwen_magic.demo.server import DemoServer


def test_the_framing_is_the_vendors(demo: DemoServer) -> None:
    reply = post(demo, "Hi", stream=True)
    assert reply.headers["content-type"] == "text/event-stream;charset=UTF-8"
    assert reply.text.startswith("id:1\nevent:response.created\n:HTTP_STATUS/200\ndata:{")
    assert reply.text.endswith("}\n\n")
    assert "[DONE]" not in reply.text
    for number, (block_id, name, data) in enumerate(blocks(reply.text)):
        assert (block_id, data["sequence_number"], data["type"]) == (number + 1, number, name)


def test_the_first_events_are_sparse(demo: DemoServer) -> None:
    created, progress, *_, completed = streamed(demo, "Hi", tools=[WEATHER])
    final = completed["response"]
    sparse = {
        "id": final["id"],
        "created_at": final["created_at"],
        "object": "response",
        "tool_choice": "auto",
        "output": [],
        "parallel_tool_calls": False,
        "model": "",
        "tools": [],
    }
    assert created["response"] == sparse | {"status": "queued"}
    assert progress["response"] == sparse | {"status": "in_progress"}
    assert (final["status"], final["model"]) == ("completed", "qwen3.7-plus")


def test_a_thought_and_a_message(demo: DemoServer) -> None:
    assert types(streamed(demo, "Hi")) == [
        "created",
        "in_progress",
        "output_item.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "output_item.done",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]


def test_qwen36_thinks_in_the_other_family(demo: DemoServer) -> None:
    names = types(streamed(demo, "Hi", model="qwen3.6-plus"))
    assert names[3:5] == ["reasoning_text.delta", "reasoning_text.done"]


@pytest.mark.parametrize("asked", ["Introduce AI", "你好", "write a long answer"])
def test_the_deltas_add_up_to_the_text(demo: DemoServer, asked: str) -> None:
    events = streamed(demo, asked)
    said = [event for event in events if event["type"] == "response.output_text.delta"]
    assert "".join(event["delta"] for event in said) == text_of(events[-1]["response"])
    assert all(event["logprobs"] == [] for event in said)


def test_every_event_of_an_item_names_it(demo: DemoServer) -> None:
    events = streamed(demo, "Weather in Paris?", tools=[WEATHER])
    output = events[-1]["response"]["output"]
    for event in events[2:-1]:
        item_id = event["item"]["id"] if "item" in event else event["item_id"]
        assert output[event["output_index"]]["id"] == item_id


def test_a_done_item_is_the_item_of_the_response(demo: DemoServer) -> None:
    events = streamed(demo, "Introduce AI")
    done = [event["item"] for event in events if event["type"] == "response.output_item.done"]
    assert done == events[-1]["response"]["output"]


def test_arguments_come_in_pieces(demo: DemoServer) -> None:
    events = streamed(demo, "Weather in Paris?", tools=[WEATHER])
    kind = "response.function_call_arguments"
    pieces = [event["delta"] for event in events if event["type"] == f"{kind}.delta"]
    (done,) = [event for event in events if event["type"] == f"{kind}.done"]
    (call,) = items(events[-1]["response"], "function_call")
    assert len(pieces) > 1
    assert "".join(pieces) == done["arguments"] == call["arguments"]
    added = [event["item"] for event in events if event["type"].endswith("item.added")][-1]
    assert added == call | {"arguments": "", "status": "in_progress"}


def test_a_streamed_response_is_kept(demo: DemoServer) -> None:
    first = streamed(demo, "My name is Alice")[-1]["response"]
    second = streamed(demo, "What is my name?", previous_response_id=first["id"])
    assert "Alice" in text_of(second[-1]["response"])


def test_a_stream_and_a_whole_answer_are_alike(demo: DemoServer) -> None:
    streaming, whole = streamed(demo, "Introduce AI")[-1]["response"], ask(demo, "Introduce AI")
    assert streaming.keys() == whole.keys()
    assert text_of(streaming) == text_of(whole)
    assert streaming["usage"] == whole["usage"]


def test_a_cut_at_the_limit_ends_as_incomplete(demo: DemoServer) -> None:
    last = streamed(demo, "Hi", max_output_tokens=20)[-1]
    assert last["type"] == "response.incomplete"
    assert last["response"]["incomplete_details"] == {"reason": "max_output_tokens"}


def test_arguments_of_an_mcp_call_come_before_it(demo: DemoServer) -> None:
    tool = {"type": "mcp", "server_label": "amap-maps"}
    events = streamed(demo, "What does amap say about Paris?", tools=[tool])
    names = [event["type"].removeprefix("response.") for event in events]
    start = names.index("mcp_call_arguments.delta")
    assert names[start : start + 5] == [
        "mcp_call_arguments.delta",
        "mcp_call_arguments.done",
        "output_item.added",
        "mcp_call.completed",
        "output_item.done",
    ]
    assert "output" not in events[start + 2]["item"]


@pytest.mark.parametrize(
    ("tool", "asked", "steps", "late"),
    [
        ("web_search", "Search for cats", ["in_progress", "searching", "completed"], ""),
        ("file_search", "Read the files", ["in_progress", "searching", "completed"], "results"),
        ("code_interpreter", "Run it", ["in_progress", "interpreting", "completed"], "outputs"),
        ("web_search_image", "A cat picture", [], "output"),
        ("image_search", "A similar picture", [], "output"),
    ],
)
def test_a_built_in_tool_shows_its_steps(
    demo: DemoServer, tool: str, asked: str, steps: list[str], late: str
) -> None:
    events = streamed(demo, asked, tools=[{"type": tool}])
    marks = [n for n, e in enumerate(events) if e.get("item", {}).get("type") == f"{tool}_call"]
    added, done = marks
    between = [event["type"] for event in events[added + 1 : done]]
    assert between == [f"response.{tool}_call.{step}" for step in steps]
    assert events[added]["item"]["status"] == "in_progress"
    assert late not in events[added]["item"]
    assert not late or events[done]["item"][late]


def test_a_search_tells_its_sources_when_it_is_done(demo: DemoServer) -> None:
    events = streamed(demo, "Search for Qwen", tools=[{"type": "web_search"}])
    first, last = [e["item"] for e in events if e.get("item", {}).get("type") == "web_search_call"]
    assert first["action"] == {"type": "search", "query": "Web search"}
    assert last["action"]["query"] == "Qwen"
    assert all(source["type"] == "url" for source in last["action"]["sources"])


def test_sequence_numbers_have_no_gap(demo: DemoServer) -> None:
    numbers = [event["sequence_number"] for event in streamed(demo, "Introduce AI")]
    assert all(after - before == 1 for before, after in pairwise(numbers))


@pytest.mark.parametrize(
    ("question", "tools"),
    [
        ("Search the web for Qwen", [{"type": "web_search"}]),
        ("搜索一下通义千问", [{"type": "web_search"}]),
        ("What does the handbook say about support?", [{"type": "file_search", "vector_store_ids": ["v"]}]),
    ],
)  # fmt: skip
def test_what_a_search_found_is_cited_where_it_is_told(
    demo: DemoServer, question: str, tools: list[dict[str, Any]]
) -> None:
    events = streamed(demo, question, tools=tools)
    told = [event for event in events if event["type"].endswith("annotation.added")]
    (part,) = events[-1]["response"]["output"][-1]["content"]
    assert [event["annotation"] for event in told] == part["annotations"]
    assert [event["annotation_index"] for event in told] == list(range(len(told)))
    assert told
    sent = ""
    for event in events:
        sent += event["delta"] if event["type"] == "response.output_text.delta" else ""
        if event in told:
            place = event["annotation"].get("end_index", event["annotation"].get("index"))
            assert sent.startswith(part["text"][:place])
            assert part["text"][place : place + 1] == "\n"
