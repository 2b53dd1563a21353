from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from qwen_magic.notebook.cards.cards import card
from qwen_magic.notebook.cards.views import bundle, transcript
from qwen_magic.responses.items import FunctionCall, Message, Part, WebSearchCall
from qwen_magic.responses.response import Usage
from tests.notebook.safety import assert_inert
from tests.notebook.turns import EVERY_ITEM, answer, growing, thought, turn_of

if TYPE_CHECKING:
    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.responses.items import Item

USAGE = Usage(57, 2_018, 2_075, 40, 1_861, {"web_search": 1})
SEARCH = WebSearchCall(queries=("moon",), sources=("https://moon.example/facts",))
WHOLE = turn_of(
    thought("I should look.\n\nThen I answer."),
    SEARCH,
    answer("The **moon** is far:\n\n- 384,400 km"),
    prompt="How far?",
    response_id="resp_1",
    previous_response_id="resp_0",
    model="qwen3.7-plus",
    usage=USAGE,
    chain="main",
    number=3,
)
FOOTER = (
    "qwen3.7-plus · 57 in (40 cached) / 2,018 out (1,861 reasoning)"
    " · web_search ×1 · chain main, turn 3"  # noqa: RUF001 - times
)


class _Words(HTMLParser):
    """What a reader sees without styles, with a mark for each element that gives structure."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"details", "summary", "h2", "li", "table", "strong", "a", "pre"}:
            self.words.append(f"<{tag}{' open' if ('open', None) in attrs else ''}>")

    def handle_data(self, data: str) -> None:
        self.words += filter(None, [data.strip()])


def read(html: str) -> list[str]:
    reader = _Words()
    reader.feed(html)
    return reader.words


def html_of(turn: Turn, *, notes: tuple[str, ...] = ()) -> str:
    return bundle(turn, notes=notes)[0]["text/html"]


def test_the_html_reads_in_the_order_in_which_things_came() -> None:
    assert read(html_of(WHOLE)) == [
        *("<details>", "<summary>", "Reasoning", "I should look.", "Then I answer."),
        *("<details>", "<summary>", "Web search: “moon”", "<li>", "<a>", "moon.example/facts"),
        *("The", "<strong>", "moon", "is far:", "<li>", "384,400 km"),
        *("<details>", "<summary>", "Sources · 1 found", "<li>", "<a>", "moon.example/facts"),
        FOOTER,
    ]


def test_the_plain_text_is_a_transcript() -> None:
    assert transcript(WHOLE) == (
        "│ I should look.\n│\n│ Then I answer.\n\n"
        "• Web search: “moon”\n\n"
        "The **moon** is far:\n\n- 384,400 km\n\n"
        f"Sources · 1 found\n• https://moon.example/facts\n\n{FOOTER}"
    )
    assert bundle(WHOLE)[0]["text/plain"] == transcript(WHOLE)


def test_the_markdown_has_no_html_and_means_the_same() -> None:
    assert bundle(WHOLE)[0]["text/markdown"] == (
        "> **Reasoning**\n>\n> I should look.\n>\n> Then I answer.\n\n"
        "+ Web search: “moon”\n\n"
        "The **moon** is far:\n\n- 384,400 km\n\n"
        "*Sources · 1 found*\n\n- [moon.example/facts](<https://moon.example/facts>)\n\n"
        f"*{FOOTER.replace('_', chr(92) + '_')}*"
    )


def test_ids_and_times_stand_in_the_metadata_alone() -> None:
    data, metadata = bundle(WHOLE, seconds=3.25)
    assert metadata == {
        "qwen_magic": {
            "response_id": "resp_1",
            "previous_response_id": "resp_0",
            "model": "qwen3.7-plus",
            "usage": {
                "input_tokens": 57,
                "output_tokens": 2_018,
                "total_tokens": 2_075,
                "cached_tokens": 40,
                "reasoning_tokens": 1_861,
                "tools": {"web_search": 1},
            },
            "status": "completed",
            "chain": "main",
            "number": 3,
            "seconds": 3.25,
        }
    }
    assert json.loads(json.dumps(metadata)) == metadata
    assert sorted(data) == ["text/html", "text/markdown", "text/plain"]
    for text in data.values():
        assert not re.search(r"resp_|3\.25|How far", text)


def test_the_same_answer_gives_the_same_data_whatever_its_ids() -> None:
    items = [replace(slot, item=replace(slot.item, id="x")) for slot in WHOLE.output if slot.item]
    again = replace(WHOLE, response_id="resp_9", output=tuple(items))
    assert bundle(again, seconds=1)[0] == bundle(WHOLE, seconds=2)[0]


@pytest.mark.parametrize("item", EVERY_ITEM)
def test_every_item_type_shows_all_of_its_card(item: Item) -> None:
    html = html_of(turn_of(item))
    assert_inert(html)
    shown = " ".join(read(html))
    drawn = card(item)
    assert drawn.kind == "answer" or f"<summary> {drawn.heading}" in shown
    texts = re.findall(r"[\w./]{3,}", str(drawn.parts).replace("\\n", " "))
    known = {"Words", "Code", "Logs", "Links", "Note", "text", "language", "json", "python"}
    known |= {"links", "marks", "scope"}
    missing = [word for word in {*texts} - known if word not in html]
    assert missing == []


@pytest.mark.parametrize("item", EVERY_ITEM)
def test_every_tool_call_takes_one_line_of_the_transcript(item: Item) -> None:
    drawn = card(item)
    if drawn.kind == "tool":
        assert transcript(turn_of(item)).split("\n")[0] == f"• {drawn.heading}"


def test_tool_calls_in_a_row_are_one_list() -> None:
    turn = turn_of(SEARCH, FunctionCall(name="now"), answer("Soon."))
    assert transcript(turn).startswith("• Web search: “moon”\n• now()\n\nSoon.\n\n")
    markdown = bundle(turn)[0]["text/markdown"]
    assert markdown.startswith("+ Web search: “moon”\n+ now()\n\nSoon.\n\n")


def test_a_call_with_nothing_inside_is_a_plain_line() -> None:
    assert read(html_of(turn_of(FunctionCall(name="now")))) == ["now()", "now ×1"]  # noqa: RUF001


def test_reasoning_can_be_left_out() -> None:
    data, _ = bundle(WHOLE, show_reasoning=False)
    for text in data.values():
        assert "I should look" not in text
        assert "384,400 km" in text
    assert transcript(WHOLE, show_reasoning=False).startswith("• Web search")


def test_reasoning_without_a_word_is_not_shown() -> None:
    assert read(html_of(turn_of(thought(""), answer("Yes")))) == ["Yes"]


def test_notes_stand_above_the_answer() -> None:
    data, _ = bundle(turn_of(answer("Yes")), notes=("{{df}}: DataFrame 3 × 2",))  # noqa: RUF001
    assert read(data["text/html"]) == ["{{df}}: DataFrame 3 × 2", "Yes"]  # noqa: RUF001
    assert data["text/plain"] == "{{df}}: DataFrame 3 × 2\n\nYes"  # noqa: RUF001
    assert data["text/markdown"] == "*&#123;{df}}: DataFrame 3 × 2*\n\nYes"  # noqa: RUF001


def test_a_refusal_is_told_below_what_was_said() -> None:
    refused = Message(content=(Part("Well."), Part(refusal="I cannot.")))
    assert read(html_of(turn_of(refused))) == ["Well.", "The model refused: I cannot."]
    assert transcript(turn_of(refused)) == "Well.\n\nThe model refused: I cannot."


def test_a_turn_that_has_not_begun_says_what_it_waits_for() -> None:
    data, _ = bundle(turn_of(status="queued", model="qwen3.7-plus"))
    assert read(data["text/html"]) == ["Waiting for qwen3.7-plus…"]
    assert data["text/plain"] == "Waiting for qwen3.7-plus…"
    assert data["text/markdown"] == "*Waiting for qwen3.7-plus…*"


def test_reasoning_is_open_until_the_answer_comes() -> None:
    thinking = growing(thought("Hm"))
    assert read(html_of(thinking)) == ["<details open>", "<summary>", "Thinking…", "Hm"]
    answering = growing(thought("Hm"), answer("Ye"))
    assert read(html_of(answering)) == ["<details>", "<summary>", "Reasoning", "Hm", "Ye"]


def test_a_running_tool_is_open_and_named_below() -> None:
    searching = growing(thought("Hm"), WebSearchCall(status="searching"))
    assert read(html_of(searching)) == [
        *("<details open>", "<summary>", "Reasoning", "Hm"),
        *("Web search · running", "Searching the web…"),
    ]


def test_a_settled_turn_is_folded_up() -> None:
    stopped = replace(growing(SEARCH, thought("Hm")), status="cancelled")
    assert "<details open>" not in read(html_of(stopped))
    assert read(html_of(stopped)).count("<details>") == 2


def test_a_growing_turn_has_no_footer_yet() -> None:
    assert FOOTER not in html_of(replace(WHOLE, status="in_progress"))


def test_an_answer_that_was_stopped_says_so() -> None:
    stopped = replace(growing(answer("The moon is")), status="cancelled")
    said = "Stopped by you — the answer above is incomplete."
    assert read(html_of(stopped)) == ["The moon is", said]
    assert transcript(stopped) == f"The moon is\n\n{said}"


def test_a_failure_is_told_in_one_line() -> None:
    failed = turn_of(status="failed", error="the response failed:\n<b>rate</b> limit")
    assert read(html_of(failed)) == ["The response failed: <b>rate</b> limit"]
    assert (
        bundle(failed)[0]["text/markdown"] == "*The response failed: &lt;b&gt;rate&lt;/b&gt; limit*"
    )


def test_an_empty_answer_that_completed_is_told_above_its_footer() -> None:
    assert bundle(turn_of(model="m"))[0]["text/plain"] == "The model said nothing.\nm"


def test_the_styles_survive_an_untrusted_notebook_and_a_dark_theme() -> None:
    html = html_of(turn_of(*EVERY_ITEM, status="failed"), notes=("note",))
    styles = set(re.findall(r'style="([^"]*)"', html))
    rules = {rule.partition(":")[0] for style in styles for rule in style.split(";")}
    assert not any(re.search(r"var\(|light-dark|color-mix|url\(|#", style) for style in styles)
    assert not rules & {"color", "background", "background-color", "position"}
