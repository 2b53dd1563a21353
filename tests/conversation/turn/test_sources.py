from __future__ import annotations

from itertools import starmap
from typing import Any

import pytest
from msgspec.structs import replace

from qwen_magic.conversation.turn.folding import fold
from qwen_magic.conversation.turn.records import item_json, read_items
from qwen_magic.conversation.turn.sources import Source, cited, source_of
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.responses import events
from qwen_magic.responses.items import (
    FileResult,
    FileSearchCall,
    Item,
    Message,
    Part,
    WebExtractorCall,
    WebPage,
    WebSearchCall,
)
from qwen_magic.responses.response import Response

A = {"type": "url_citation", "url": "https://a.example/", "title": "A"}
B = {"type": "url_citation", "url": "https://b.example/b", "title": ""}
FILE = {"type": "file_citation", "file_id": "file-1", "filename": "notes.txt", "index": 3}


def said(*annotations: dict[str, Any]) -> Message:
    return Message("m", "completed", content=(Part("Words.", annotations=annotations),))


def turn_with(*items: Item) -> Turn:
    return fold(Turn("q"), starmap(events.ItemDone, enumerate(items)))


@pytest.mark.parametrize(
    ("annotation", "source"),
    [
        (A, Source(0, "A", "https://a.example/")),
        (FILE, Source(0, "notes.txt", file_id="file-1")),
        ({"type": "container_file_citation", "container_id": "c", "file_id": "f", "filename": "p.png"}, Source(0, "p.png", file_id="f")),
        ({"type": "file_path", "file_id": "f", "index": 1}, Source(0, file_id="f")),
        ({"type": "url_citation", "url_citation": {"url": "https://a.example/", "title": "A"}}, Source(0, "A", "https://a.example/")),
        ({"type": "url_citation"}, None),
        ({}, None),
        ({"type": ["x"], "url": None, "title": None}, None),
    ],
)  # fmt: skip
def test_an_annotation_names_its_source(annotation: dict[str, Any], source: Source | None) -> None:
    assert source_of(annotation) == source


@pytest.mark.parametrize(
    "url",
    [
        "https://b.example/b",
        "https://b.example/b?utm_source=openai",
        "https://b.example/b#part",
        "https://b.example/b/?utm_source=x&utm_medium=y#z",
    ],
)
def test_a_page_is_one_source_however_a_link_came_to_it(url: str) -> None:
    again = {**B, "url": url, "title": "B"}
    found = turn_with(said(A, B, again)).sources
    assert found == (Source(1, "A", A["url"]), Source(2, "B", B["url"]))


def test_pages_that_differ_in_their_query_are_two() -> None:
    found = turn_with(
        said({**A, "url": "https://a.example/?id=1"}, {**A, "url": "https://a.example/?id=2"})
    )
    assert [source.number for source in found.sources] == [1, 2]  # fmt: skip


def test_numbers_go_on_through_all_messages_of_a_turn() -> None:
    last = replace(said(FILE, B), id="n")
    turn = turn_with(said(FILE), WebSearchCall(), replace(said(A), id="l"), last)
    assert [source.number for source in turn.sources] == [1, 2, 3]
    assert list(cited(turn.output)) == ["file-1", "https://a.example", "https://b.example/b"]


def test_what_the_tools_found_follows_what_is_cited() -> None:
    page = WebPage("https://b.example/b", "B", "The B site")
    search = WebSearchCall("w", "completed", ("q",), ("https://c.example/", page.url), (page,))
    read = WebExtractorCall("x", "completed", ("https://c.example/", "https://d.example/"))
    files = FileSearchCall("f", "completed", ("q",), (FileResult("file-1", "notes.txt"),))
    assert turn_with(search, read, files, said(B)).sources == (
        Source(1, "B", B["url"], "The B site"),
        Source(0, "", "https://c.example/"),
        Source(0, "", "https://d.example/"),
        Source(0, "notes.txt", file_id="file-1"),
    )


def test_annotations_arrive_while_the_text_grows() -> None:
    first = fold(
        Turn("q"),
        [
            events.TextDelta(0, "m", 0, "Words."),
            events.AnnotationAdded(0, "m", 0, A),
            events.TextDelta(0, "m", 0, " More."),
        ],
    )
    assert first.items == (Message(content=(Part("Words. More.", annotations=(A,)),)),)
    whole = fold(first, [events.TextDone(0, "m", 0, "Words. More.")])
    assert [source.title for source in whole.sources] == ["A"]


def test_what_the_final_response_leaves_out_is_kept_and_what_it_tells_counts() -> None:
    grown = fold(
        Turn("q"),
        [events.TextDelta(0, "m", 0, "Words."), events.AnnotationAdded(0, "m", 0, A)],
    )
    plain = Response("r", status="completed", output=(Message("m", content=(Part("Words."),)),))
    assert [s.title for s in fold(grown, [events.Completed(plain)]).sources] == ["A"]
    told = Response("r", status="completed", output=(said(FILE),))
    assert [s.title for s in fold(grown, [events.Completed(told)]).sources] == ["notes.txt"]


def test_sources_are_stored_with_the_answer() -> None:
    page = WebPage("https://b.example/b", "B", "The B site")
    items = (WebSearchCall("w", sources=(page.url,), pages=(page,)), said(A, FILE))
    stored = ",".join(item_json(item) for item in items)
    assert read_items(f"[{stored}]") == items
