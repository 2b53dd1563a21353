from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.conversation.tables.filling import Given, Template
from qwen_magic.conversation.tables.rows import table
from qwen_magic.errors import RequestError


def filled(text: str, rows: object, given: dict[str, Given] | None = None) -> list[Any]:
    made = table(rows)
    template = Template(text, given or {}).bound(made)
    return [template.fill(row).prompt for batch in made.batches() for row in batch]


def test_a_columns_name_in_braces_becomes_the_rows_value() -> None:
    rows = [{"title": "Tea", "text": "Good.", "评论": "好", "a b": 1, "x.y": 2}]
    assert filled("{{title}}: {{ text }} {{评论}} {{a b}} {{x.y}}", rows) == ["Tea: Good. 好 1 2"]
    assert filled("\uff5b\uff5btitle\uff5d\uff5d {{\u3000评论\u3000}}", rows) == ["Tea 好"]


def test_other_braces_stay_and_what_was_put_in_is_not_read_again() -> None:
    rows = [{"text": "{{title}} {x}", "title": "T"}]
    told = filled('{"a": {{text}}} {x} {{"b": 1}} \\frac{{1}}{2} {{}}', rows)
    assert told == ['{"a": {{title}} {x}} {x} {{"b": 1}} \\frac{{1}}{2} {{}}']


def test_a_column_comes_before_a_variable_of_its_name() -> None:
    variables = {"text": Given("variable"), "rules": Given("be brief {{text}}")}
    assert filled("{{rules}}: {{text}}", [{"text": "a"}], variables) == ["be brief {{text}}: a"]


def test_a_series_has_its_own_name_and_item() -> None:
    assert filled("{{text}} {{item}}", pd.Series(["a"], name="text")) == ["a a"]
    assert filled("{{text}} {{item}}", pd.DataFrame({"text": ["a"], "item": ["b"]})) == ["a b"]


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NaT, pd.NA, np.nan, Decimal("nan")])
def test_a_missing_value_is_empty_and_told(missing: object) -> None:
    template = Template("a{{x}}{{y}}b").bound(table([{"x": missing, "y": 1}]))
    assert template.fill({"x": missing, "y": 1}) == template.fill({"x": None, "y": 1})
    assert template.fill({"x": missing, "y": 1}).prompt == "a1b"
    assert template.fill({"x": missing, "y": 1}).missing == ("x",)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5.0, "5"),
        (0.1, "0.1"),
        (1e300, "1e+300"),
        (True, "true"),
        (Decimal("1.50"), "1.50"),
        (date(2024, 1, 2), "2024-01-02"),
        (datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC), "2024-01-02 03:04:05+00:00"),
        (["a", {"b": None}], '["a",{"b":null}]'),
        (np.array([1, 2]), "[1,2]"),
        (np.int64(3), "3"),
        (Path("a.txt"), "a.txt"),
        (b"caf\xc3\xa9", "café"),
        ("  kept \n", "  kept \n"),
    ],
)
def test_a_cell_is_written_as_a_reader_would(value: object, text: str) -> None:
    assert filled("<{{item}}>", [value]) == [f"<{text}>"]


def test_categories_and_nullable_types_are_written_as_their_values() -> None:
    frame = pd.DataFrame(
        {
            "c": pd.Categorical(["a", None]),
            "i": pd.array([1, None], dtype="Int64"),
            "t": pd.to_datetime(["2024-01-02 03:00", None]),
            "s": pd.array(["x", None], dtype="string"),
        }
    )
    assert filled("{{c}},{{i}},{{t}},{{s}}", frame) == ["a,1,2024-01-02 03:00:00,x", ",,,"]


@pytest.mark.parametrize(
    ("text", "reason", "hint"),
    [
        ("{{txt}}", "{{txt}} is no column of the table", "did you mean text?"),
        ("{{text}} {{titel}}", "{{titel}} is no column of the table", "did you mean title?"),
        (
            "{{text}} {{my colum}}",
            "{{my colum}} is no column of the table",
            "did you mean my column",
        ),
        ("Hello", "the text names no column of the table", "{{title}}, {{text}}, {{my column}}"),
        ("{{ 1 + 1 }}", "the text names no column of the table", "{{title}}"),
    ],
)
def test_a_text_without_columns_is_refused_with_their_names(
    text: str, reason: str, hint: str
) -> None:
    rows = [{"title": "", "text": "", "my column": ""}]
    with pytest.raises(RequestError) as caught:
        filled(text, rows)
    assert caught.value.args == (reason,)
    assert hint in caught.value.hint


def test_a_prompt_that_comes_out_empty_is_that_rows_error() -> None:
    template = Template(" {{text}} ").bound(table([{"text": None}]))
    with pytest.raises(RequestError, match="the prompt of this row is empty: text is missing"):
        template.fill({"text": None})
    assert template.fill({"text": "a"}).prompt == " a "


def test_a_path_to_an_image_is_sent_as_one(tmp_path: Path) -> None:
    (tmp_path / "a.PNG").write_bytes(b"\x89PNG")
    rows = [{"photo": tmp_path / "a.PNG"}, {"photo": PurePosixPath("https://example.org/b.png")}]
    sent = filled("What is {{photo}}?", rows)
    assert [message[0]["content"][0]["text"] for message in sent] == ["What is [image: photo]?"] * 2
    urls = [message[0]["content"][1]["image_url"] for message in sent]
    assert urls == ["data:image/png;base64,iVBORw==", "https://example.org/b.png"]
    assert filled("{{item}}", ["https://example.org/b.png"]) == ["https://example.org/b.png"]


def test_an_image_that_cannot_be_read_is_that_rows_error(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="cannot be read: No such file"):
        filled("{{item}}", [tmp_path / "none.png"])
    (tmp_path / "big.png").write_bytes(bytes(7_000_001))
    with pytest.raises(RequestError, match="at most 7 MB"):
        filled("{{item}}", [tmp_path / "big.png"])


def test_a_cell_that_cannot_be_read_is_that_rows_error() -> None:
    class Odd:
        def __str__(self) -> str:
            raise ValueError("no words")

    with pytest.raises(RequestError, match="cannot be read: ValueError: no words"):
        filled("{{item}}", [Odd()])


@given(st.text(), st.text(alphabet="{}\uff5b\uff5d axitem"))
def test_any_text_goes_in_as_it_is(value: str, around: str) -> None:
    left = "".join(sign for sign in around if sign not in "{}\uff5b\uff5d")
    sent = filled(f"{left}.{{{{item}}}}.{left}", [value])
    assert sent == [f"{left}.{value}.{left}"]
