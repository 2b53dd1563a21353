from __future__ import annotations

import json

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pytest

from qwen_magic.conversation.tools.frames import frame_text

LENGTH = 20_000


def records(value: object, sentence: str = "") -> object:
    text = frame_text(value, LENGTH)
    assert text is not None
    said, _, written = text.rpartition("\n")
    assert said.removesuffix(":") == sentence
    return json.loads(written)


def test_a_frame_is_a_list_of_records() -> None:
    frame = pd.DataFrame({"fruit": ["fig", "kiwi"], "price": [1.5, None]})
    assert records(frame) == [{"fruit": "fig", "price": 1.5}, {"fruit": "kiwi", "price": None}]


def test_an_index_that_says_something_is_kept() -> None:
    frame = pd.DataFrame({"price": [1]}, index=pd.Index(["fig"], name="fruit"))
    assert records(frame) == [{"fruit": "fig", "price": 1}]
    assert records(pd.Series({"fig": 1})) == [{"index": "fig", "value": 1}]
    assert records(pd.Series([1], name="price")) == [{"price": 1}]
    both = pd.DataFrame({"n": [1]}, index=pd.MultiIndex.from_tuples([("a", 1)], names=["x", None]))
    assert records(both) == [{"x / index": ["a", 1], "n": 1}]


def test_what_is_missing_is_null() -> None:
    frame = pd.DataFrame(
        {
            "day": [pd.NaT],
            "count": pd.array([None], dtype="Int64"),
            "small": np.array([np.nan], dtype=np.float32),
        }
    )
    assert records(frame) == [{"day": None, "count": None, "small": None}]


def test_columns_of_one_name_stay_apart() -> None:
    assert records(pd.DataFrame([[1, 2]], columns=["a", "a"])) == [{"a": 1, "a (2)": 2}]
    assert records(pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", 1)]))) == [
        {"a / 1": 1}
    ]


def test_a_long_frame_says_how_much_was_left_out() -> None:
    found = records(pd.DataFrame({"n": range(5_000)}), "the first 100 of 5,000 rows")
    assert found == [{"n": number} for number in range(100)]


def test_a_wide_frame_says_how_much_was_left_out() -> None:
    found = records(pd.DataFrame([range(80)]), "the first 50 of 80 columns")
    assert found == [{str(number): number for number in range(50)}]


def test_a_frame_of_long_texts_ends_with_a_whole_record() -> None:
    text = frame_text(pd.DataFrame({"text": ["x" * 10_000] * 90}), LENGTH)
    assert text is not None
    assert len(text) <= LENGTH
    assert text.startswith("the first 38 of 90 rows:\n")
    assert json.loads(text.partition("\n")[2])[-1] == {"text": "x" * 500 + "…"}


def test_a_long_list_in_a_cell_is_cut() -> None:
    found = records(pd.DataFrame({"n": [[1] * 1_000, [1, 2]]}))
    assert found == [
        {"n": json.dumps([1] * 1_000, separators=(",", ":"))[:500] + "…"},
        {"n": [1, 2]},
    ]


def test_an_empty_frame_tells_its_columns() -> None:
    assert frame_text(pd.DataFrame({"a": [], "b": []}), LENGTH) == "no rows; the columns are a, b"
    assert frame_text(pd.DataFrame(), LENGTH) == "no rows; the columns are none"


def test_a_polars_frame_is_a_list_of_records() -> None:
    polars = pytest.importorskip("polars")
    assert records(polars.DataFrame({"a": [1, None]})) == [{"a": 1}, {"a": None}]
    assert records(polars.Series("a", [1])) == [{"a": 1}]
    long = polars.DataFrame({"a": range(300)})
    assert len(records(long, "the first 100 of 300 rows")) == 100  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [1, "x", [{"a": 1}], np.zeros(3)])
def test_other_values_are_no_frame(value: object) -> None:
    assert frame_text(value, LENGTH) is None
