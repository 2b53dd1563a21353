from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from qwen_magic.notebook.mapping.drawing import bundle, growing_html, newest_html
from qwen_magic.notebook.mapping.seen import Failure, Line, Seen, Settled
from qwen_magic.notebook.mapping.wording import footer, progress, short
from tests.notebook.safety import assert_inert

SETTLED = Settled(
    "qwen3.7-plus",
    {"completed": 198, "failed": 1, "refused": 1, "not asked": 0},
    known=150,
    asked=47,
    input_tokens=12_345,
    output_tokens=2_000,
    head=(
        Line("0", {"text": "It boils fast."}, {"mood": "good", "topics": ["speed"]}),
        Line("1", {"text": None}, {"mood": None, "topics": None}, "failed"),
    ),
    failures=(Failure("the server fell silent", 1, "row 1", "How is it?"),),
    missing={"text": 1},
    out="labels",
)
HOSTILE = "<script>alert(1)</script>|`x` [a](javascript:b) \x1b[31m **bold**"
EVIL = replace(
    SETTLED,
    model=HOSTILE,
    head=(Line(HOSTILE, {HOSTILE: HOSTILE}, {HOSTILE: [HOSTILE]}, HOSTILE),),
    failures=(Failure(HOSTILE, 1, HOSTILE, HOSTILE),),
    missing={HOSTILE: 1},
    note=HOSTILE,
)


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0"), (950, "950"), (1_000, "1k"), (1_250, "1.2k"), (12_345, "12k"), (2_000_000, "2M")],
)
def test_tokens_are_told_shortly(number: int, words: str) -> None:
    assert short(number) == words


def test_how_far_it_is_stands_in_two_lines() -> None:
    seen = Seen(
        20_000, 12_204, 8_000, 3, 1, 24, rate=18.24, seconds_left=428, input_tokens=1_200_000
    )
    assert progress(seen) == (
        "12,204 of 20,000 rows · 61 % · 18 rows/s · 7 min left",
        "8,000 from before · 1.2M tokens in, 0 out · 3 failed · 1 refused · 24 at once",
    )
    assert progress(Seen(None, 12)) == ("12 rows", "")


def test_the_bar_shows_what_was_known_what_came_and_what_failed() -> None:
    drawn = growing_html(Seen(200, 100, known=50, failed=1, refused=1))
    assert re.findall(r"width:([\d.]+)%", drawn) == ["25.00", "24.00", "1.00"]
    assert 'role="progressbar" aria-valuenow="50"' in drawn
    assert "progressbar" not in growing_html(Seen(None, 100))
    assert newest_html(Seen(None, 0)) == ""


def test_the_footer_tells_what_came_what_it_cost_and_where_it_is() -> None:
    assert footer(SETTLED) == (
        "qwen3.7-plus · 200 rows: 198 completed, 1 failed, 1 refused"
        " · 150 from before, 47 asked · 1 the same as others · 12k tokens in, 2k out · in labels"
    )
    whole = Settled("m", {"completed": 1, "failed": 0}, asked=1)
    assert footer(whole) == "m · 1 row completed"


def test_a_settled_map_reads_in_each_form() -> None:
    data, metadata = bundle(SETTLED)
    for text in data.values():
        for told in (
            "It boils fast.",
            "good",
            "speed",
            "failed",
            "198",
            "fell silent",
            "in labels",
        ):
            assert told in text
        assert "198 more rows" in text
        assert "Empty cells: 1 in text" in text
    assert metadata["qwen_magic_map"]["counts"]["failed"] == 1
    assert "<details" in data["text/html"]
    assert bundle(SETTLED) == bundle(SETTLED)


def test_cells_of_any_kind_read_as_words() -> None:
    cells: dict[str, object] = {"a": Path("x.png"), "b": 5.0, "c": {"k": [1]}, "d": float("nan")}
    drawn, _ = bundle(replace(SETTLED, head=(Line("0", cells, {}),)))
    assert '| 0 | x.png | 5 | {"k":[1]} |  |' in drawn["text/plain"]


def test_a_column_that_is_there_twice_keeps_both() -> None:
    line = Line("0", {"row": "a", "text": "b"}, {"text": "c", "row": "d"}, "failed")
    drawn, _ = bundle(replace(SETTLED, head=(line,)))
    assert "| 0 | a | b | c | d | failed |" in drawn["text/plain"]


def test_what_tables_and_models_say_is_harmless() -> None:
    data, _ = bundle(EVIL)
    drawn = data["text/html"] + newest_html(Seen(1, 1, newest=EVIL.head))
    assert_inert(drawn)
    assert "<script" not in drawn
    assert "\x1b" not in data["text/plain"]
    assert "<script" not in data["text/markdown"]
    assert "](javascript:" not in data["text/markdown"]


def test_a_map_without_rows_or_failures_draws_no_empty_tables() -> None:
    data, _ = bundle(Settled("m", {"completed": 0}))
    assert "<table" not in data["text/html"]
    assert "m · 0 rows" in data["text/plain"]


def test_numbers_stand_at_the_right_and_texts_at_the_left() -> None:
    lines = (
        Line("0", {"price": 12.5}, {"mood": "good"}),
        Line("1", {"price": None}, {"mood": "1"}),
    )
    drawn = bundle(replace(SETTLED, head=lines))[0]["text/html"]
    assert '<td style="text-align:right;vertical-align:top">12.5</td>' in drawn
    assert '<td style="text-align:left;vertical-align:top">good</td>' in drawn


def test_a_chinese_text_is_cut_at_half_as_many_letters() -> None:
    drawn = bundle(replace(SETTLED, head=(Line("0", {"text": "好" * 90}, {}),)))[0]["text/html"]
    assert f">{'好' * 49}…<" in drawn
