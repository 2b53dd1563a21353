from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_magic.conversation.turn.sources import Source, source_of
from qwen_magic.notebook.cards.citing import marks, with_citations, with_numbers
from qwen_magic.notebook.markdown.markdown import to_html
from tests.examples import tries
from tests.notebook.safety import assert_inert

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "https://a.example/page"
PAGE = {"type": "url_citation", "url": URL, "title": "A page"}
FILE = {"type": "file_citation", "file_id": "f1", "filename": "notes.txt"}
SOURCES = {
    found.key: Source(number, found.title, found.url, file_id=found.file_id)
    for number, told in enumerate((PAGE, FILE), 1)
    if (found := source_of(told))
}
COUNTS: dict[str, Callable[[str], int]] = {
    "characters": len,
    "utf-16": lambda text: len(text.encode("utf-16-le")) // 2,
    "bytes": lambda text: len(text.encode()),
}


def cited(start: int | None, end: int | None, told: dict[str, Any] = PAGE) -> dict[str, Any]:
    return {**told, "start_index": start, "end_index": end}


def numbered(text: str, *annotations: dict[str, Any]) -> str:
    return with_numbers(text, marks(text, annotations, SOURCES))


@pytest.mark.parametrize(
    ("text", "said", "shown"),
    [
        ("Paris is big. More.", "Paris is big.", "Paris is big.[1] More."),
        ("Paris is big. More.", "Paris is big. ", "Paris is big.[1] More."),
        ("Paris is big\n\nMore.", "Paris is big\n\n", "Paris is big [1]\n\nMore."),
        ("巴黎很大。还有", "巴黎很大", "巴黎很大[1]。还有"),
        ("Big ([a.example](https://a.example/page)).", "([a.example](https://a.example/page))", "Big [1]."),
        ("Big [A](https://a.example/page).", "[A](https://a.example/page)", "Big [1]."),
        ("Big [A](https://other.example/).", "[A](https://other.example/)", "Big [A](https://other.example/)[1]."),
        ("See https://a.example/page now", "https://a.exam", "See https://a.example/page [1] now"),
        ("Run `pip list` now", "Run `pip", "Run `pip list`[1] now"),
        ("| a | b |\n|---|---|\n| c | d |", "| a | b |\n|---|---|\n| c | d |", "| a | b |\n|---|---|\n| c | d [1] |"),
        ("- one\n- two", "- one\n", "- one [1]\n- two"),
        ("# Title\nText", "# Title", "# Title [1]\nText"),
    ],
)  # fmt: skip
def test_a_citation_stands_behind_what_it_proves(text: str, said: str, shown: str) -> None:
    start = text.index(said)
    assert numbered(text, cited(start, start + len(said))) == shown


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("Words", 0, 6),
        ("Words", 4, 2),
        ("Words", -1, 2),
        ("Words", None, None),
        ("Words", 0, 3),
        ("", 0, 0),
        ("```\ncode\n```\n", 0, 8),
        ("```\ncode\n```\n", 0, 12),
        ("Title\n===\n", 0, 9),
        ("| a |\n|---|\n", 0, 11),
        ("a\n\n---\n", 0, 6),
        (r"a \* b", 0, 3),
    ],
)
def test_a_place_that_does_not_fit_has_no_mark(
    text: str, start: int | None, end: int | None
) -> None:
    assert numbered(text, cited(start, end)) == text


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("linked", [True, False])
def test_offsets_may_count_characters_utf_16_units_or_bytes(count: str, *, linked: bool) -> None:
    size = COUNTS[count]
    text = "😀 Grüße 🦊 from Paris" + (f" [A]({URL})" if linked else "") + ". 你好 more words"
    end = text.index(". ") if linked else text.index(" more")
    start = text.index("[A]") if linked else 0
    found = numbered(text, cited(size(text[:start]), size(text[:end])))
    shown = " from Paris [1]. 你好 more words" if linked else " from Paris. 你好[1] more words"
    assert found == f"😀 Grüße 🦊{shown}"


def test_a_file_is_cited_at_one_offset() -> None:
    assert numbered("Paris.", {**FILE, "index": 5}) == "Paris [2]."


def test_one_place_can_cite_several_sources_each_of_them_once() -> None:
    twice = (cited(0, 5), {**FILE, "index": 5}, cited(2, 5))
    assert numbered("Paris.", *twice) == "Paris [1][2]."


def test_a_relays_nested_annotation_is_read_too() -> None:
    nested = {
        "type": "url_citation",
        "url_citation": {"url": URL, "start_index": 0, "end_index": 5},
    }
    assert numbered("Paris.", nested) == "Paris [1]."


PIECES = st.sampled_from(
    (
        *("word", "a", "。", "注", "😀", "**", "*", "~~", "`", "```\n", "~~~", "\n", "\n\n", " "),
        *("- ", "1. ", "> ", "# ", "|", "|---|", "\n| a | b |\n|---|---|\n| c | d |\n", "!", "\t"),
        *("[x](https://b.example/c)", "[", "](", "$", "$$", "\\", "<br>", "---", "===", "    code"),
        *("[^1]", "\n[^1]: ", URL, "&amp;", "![i]("),
    )
)
CITATION = re.compile(
    r'<sup><a href="https://a\.example/page"[^>]*>\[1\]</a></sup>|<sup title="A page">\[1\]</sup>'
)


@settings(max_examples=tries(200), deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join), st.lists(st.integers(0, 60), max_size=3))
def test_a_citation_changes_nothing_else_of_any_text(text: str, ends: list[int]) -> None:
    placed = marks(text, [cited(min(end, len(text)), min(end, len(text))) for end in ends], SOURCES)
    html = to_html(with_citations(text, placed))
    assert_inert(html)
    assert CITATION.sub("", html) == to_html(text)
    assert len(CITATION.findall(html)) == len(placed)
