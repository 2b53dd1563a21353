from __future__ import annotations

from qwen_magic.notebook.cards.parts import Note, Row, Rows
from qwen_magic.notebook.cards.sources import sources_card
from qwen_magic.notebook.cards.views import bundle
from qwen_magic.notebook.live.terminal import Printed, advance_print
from qwen_magic.responses.items import Message, Part, WebPage, WebSearchCall
from tests.notebook.safety import assert_inert
from tests.notebook.turns import growing, turn_of

TEXT = "Mount Columbia is the highest ([b.example](https://b.example/x)), at 3,747 m."
LINK = {
    "type": "url_citation",
    "url": "https://b.example/x",
    "title": "Mount Columbia | Facts",
    "start_index": TEXT.index("(["),
    "end_index": TEXT.index(", at"),
}
FILE = {"type": "file_citation", "file_id": "f", "filename": "notes.txt", "index": len(TEXT) - 1}
CITED = Message(content=(Part(TEXT, annotations=(LINK, FILE)),))
SEARCH = WebSearchCall(
    status="completed",
    queries=("mountains",),
    sources=("https://b.example/x", "https://c.example/y?q=1", "https://d.example/"),
    pages=(WebPage("https://d.example/", "D", "The D site"),),
)
ROWS = (
    Row(1, "Mount Columbia | Facts", "https://b.example/x", "b.example"),
    Row(2, "notes.txt"),
    Row(0, "c.example/y", "https://c.example/y?q=1"),
    Row(0, "D", "https://d.example/", "The D site"),
)


def test_the_list_has_what_is_cited_and_then_what_was_found() -> None:
    card = sources_card(turn_of(SEARCH, CITED))
    assert card is not None
    assert card.title == "Sources · 2 cited · 2 more found"
    assert card.parts == (Rows(ROWS),)


def test_there_is_no_list_before_an_answer_or_without_sources() -> None:
    assert sources_card(growing(SEARCH)) is None
    assert sources_card(turn_of(Message(content=(Part(TEXT),)))) is None


def test_a_long_list_is_bounded() -> None:
    many = WebSearchCall(sources=tuple(f"https://a.example/{n}" for n in range(1_200)))
    card = sources_card(turn_of(many, CITED))
    assert card is not None
    assert card.title == "Sources · 2 cited · 1,200 more found"
    assert card.parts[1:] == (Note("… 1,152 more"),)


def test_a_cited_answer_has_numbers_and_a_folded_list() -> None:
    html = bundle(turn_of(SEARCH, CITED))[0]["text/html"]
    assert_inert(html)
    assert "is the highest <sup><a href=" in html
    assert '3,747 m<sup title="notes.txt">[2]</sup>.' in html
    listed = html[html.index("Sources · ") :]
    assert "<ol" in listed
    assert "<li>notes.txt</li>" in listed
    assert html.count("<details") == 2
    assert " open" not in html


def test_a_transcript_and_markdown_list_them_too() -> None:
    data, _ = bundle(turn_of(SEARCH, CITED))
    assert data["text/plain"] == (
        "• Web search: “mountains”\n\n"
        "Mount Columbia is the highest [1], at 3,747 m [2].\n\n"
        "Sources · 2 cited · 2 more found\n"
        "[1] Mount Columbia | Facts · https://b.example/x\n"
        "[2] notes.txt\n"
        "• https://c.example/y?q=1\n"
        "• D · https://d.example/\n\n"
        "web_search ×1"  # noqa: RUF001 - times
    )
    assert (
        '[\\[1\\]](<https://b.example/x> "Mount Columbia &#124; Facts"), at 3,747 m\\[2\\].'
        in data["text/markdown"]
    )
    assert data["text/markdown"].endswith(
        "*Sources · 2 cited · 2 more found*\n\n"
        "1. [Mount Columbia &#124; Facts](<https://b.example/x>) · b.example\n"
        "2. notes.txt\n"
        "- [c.example/y](<https://c.example/y?q=1>)\n"
        "- [D](<https://d.example/>) · The D site\n\n"
        "*web\\_search ×1*"  # noqa: RUF001
    )


def test_a_growing_answer_shows_the_citations_that_have_arrived() -> None:
    begun = Message(content=(Part(TEXT, annotations=(LINK,)),))
    assert "highest [1], at" in bundle(growing(begun))[0]["text/plain"]
    early = Message(content=(Part(TEXT[:40], annotations=(LINK,)),))
    data, _ = bundle(growing(early))
    assert "[1] Mount Columbia" in data["text/plain"]
    assert "<sup>" not in data["text/html"]


def test_a_terminal_prints_the_numbers_and_the_list_below() -> None:
    two = Message(content=(Part(f"{TEXT}\n\nDone.", annotations=(LINK, FILE)),))
    printed, first = advance_print(Printed(), growing(two))
    assert first == "Mount Columbia is the highest [1], at 3,747 m [2].\n"
    _, rest = advance_print(printed, turn_of(two))
    assert rest == (
        "\nDone.\n\n"
        "Sources · 2 cited\n[1] Mount Columbia | Facts · https://b.example/x\n[2] notes.txt\n"
    )


def test_a_citation_that_comes_late_does_not_print_the_answer_again() -> None:
    bare = Message(content=(Part(f"{TEXT}\n\nDone."),))
    printed, _ = advance_print(Printed(), growing(bare))
    late = Message(content=(Part(f"{TEXT}\n\nDone.", annotations=(LINK,)),))
    _, rest = advance_print(printed, turn_of(late))
    assert rest.startswith("\nDone.\n\nSources · 1 cited\n")
