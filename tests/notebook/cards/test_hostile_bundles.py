from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from msgspec.structs import replace

from qwen_magic.notebook.cards.views import bundle
from qwen_magic.notebook.live.terminal import Printed, advance_print
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
from qwen_magic.responses.response import Usage
from tests.examples import tries
from tests.notebook.attacks import ATTACKS, FLOODS
from tests.notebook.safety import assert_inert
from tests.notebook.turns import answer, growing, turn_of

if TYPE_CHECKING:
    from qwen_magic.conversation.turn.turn import Turn

READERS = [
    MarkdownIt("commonmark", {"html": True}),
    MarkdownIt("commonmark", {"html": True, "maxNesting": 100}).enable(["table", "strikethrough"]),
]
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
OWN = re.compile(r"\x1b\[(?:2|22)m")


def cited(text: str) -> tuple[dict[str, object], ...]:
    """Return annotations with the text wherever a server could put it."""
    place = {"start_index": 0, "end_index": 5}
    return (
        {"type": "url_citation", "url": text, "title": text, **place},
        {"type": "url_citation", "url": f"https://a.example/{text}", "title": text, **place},
        {"type": "file_citation", "filename": text, "file_id": text, "index": 5},
        {"type": text, text: {"url": text}, "start_index": text, "end_index": text},
    )


def everywhere(text: str) -> tuple[Item, ...]:
    """Return an item of each type, with the text wherever a server could put it."""
    found = json.dumps([{"title": text, "url": text}, {"title": text, "url": "https://a.example/"}])
    arguments = json.dumps({text: text, "list": [text]})
    return (
        Reasoning("i", text, (text,), (f"{text} ",)),
        FunctionCall("i", "", text, text, text),
        FunctionCall(name=text, arguments=arguments),
        WebSearchCall("i", text, (text, text), (text, f"https://a.example/{text}")),
        WebExtractorCall("i", "", (text, f"https://a.example/{text}"), text, text),
        CodeInterpreterCall(
            code=text,
            outputs=(CodeOutput(text, text), CodeOutput(f"```\n{text}\n```\n![{text}]({text})")),
        ),
        ImageSearchCall(text, name=text, arguments=arguments, output=found),  # type: ignore[arg-type]
        ImageSearchCall("web_search_image_call", arguments=json.dumps({"queries": [text]})),
        ImageSearchCall("image_search_call", arguments=text, output=text),
        McpCall("i", "", text, text, arguments, found, text),
        McpCall(name=text, arguments=text, output=text),
        McpListTools("i", "", text, (text, text), text),
        McpApprovalRequest("i", "", text, text, text),
        FileSearchCall("i", "", (text,), (FileResult(text, text, 0.5, text),)),
        OtherItem(text, text, text, {text: text, "nested": {text: [text]}}),
        Message("i", "", text, (Part(text), Part(refusal=text))),
        Message("j", content=(Part(f"Words {text} more.", annotations=cited(text)),)),
    )


def hostile_turn(text: str) -> Turn:
    usage = Usage(1, 1, 2, 1, 1, {text: 2})
    told = {"model": text, "chain": text, "error": text, "usage": usage}
    return turn_of(*everywhere(text), prompt=text, response_id=text, status="failed", **told)


def assert_harmless(turn: Turn, notes: tuple[str, ...] = ()) -> None:
    data, metadata = bundle(turn, notes=notes)
    json.dumps([data, metadata]).encode()
    assert_inert(data["text/html"])
    assert not CONTROL.search(data["text/plain"])
    assert not CONTROL.search(data["text/markdown"])
    for reader in READERS:
        assert_inert(reader.render(data["text/markdown"]))


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_in_every_place_at_once_stays_text(attack: str) -> None:
    turn = hostile_turn(attack)
    assert_harmless(turn, notes=(attack, f"{{{{{attack}}}}}: DataFrame"))
    assert_harmless(replace(turn, status="queued"))
    assert_inert(bundle(replace(turn, status="incomplete"))[0]["text/html"])


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_harmless_while_it_streams(attack: str) -> None:
    for end in range(1, len(attack), 15):
        assert_harmless(growing(answer(attack[:end])))
        assert_harmless(growing(Reasoning(summary=(attack[:end],)), model=attack))
        assert_harmless(growing(FunctionCall(name=attack[:end], arguments=attack[:end])))


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_moves_no_cursor(attack: str) -> None:
    turn = hostile_turn(attack)
    for color in (False, True):
        printed, first = advance_print(Printed(), replace(turn, status="in_progress"), color=color)
        _, rest = advance_print(printed, turn, color=color)
        assert not CONTROL.search(OWN.sub("", first + rest) if color else first + rest)


@settings(max_examples=tries(50), deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_no_text_becomes_more_than_text(text: str) -> None:
    assert_harmless(hostile_turn(text), notes=(text,))


@settings(max_examples=tries(40), deadline=None)
@given(st.lists(st.sampled_from(ATTACKS), min_size=2, max_size=4).map("\n".join))
def test_attacks_do_not_help_each_other(text: str) -> None:
    assert_harmless(hostile_turn(text), notes=(text,))


@pytest.mark.parametrize("flood", FLOODS, ids=lambda flood: repr(flood[:8]))
def test_a_flood_takes_no_long_time(flood: str) -> None:
    started = time.process_time()
    bundle(turn_of(*everywhere(flood)[1:-1]))
    assert time.process_time() - started < 4
