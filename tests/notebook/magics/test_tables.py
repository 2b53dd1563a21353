from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.notebook.magics.tables import Table, table


def shown(value: object) -> Table:
    drawn = table(value)
    assert drawn is not None
    return drawn


def cells(value: object) -> list[list[str]]:
    """Return the cells below the head, as a Markdown reader splits them."""
    rows = shown(value).text.split("\n\n", 1)[1].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def test_a_frame_is_a_markdown_table_with_shape_and_dtypes() -> None:
    frame = pd.DataFrame({"fruit": pd.Series(["fig", None], dtype=object), "price": [1.5, 2]})
    assert shown(frame) == Table(
        text="DataFrame 2 × 2, dtypes fruit: object, price: float64\n\n"  # noqa: RUF001
        "|  | fruit | price |\n"
        "| --- | --- | --- |\n"
        "| 0 | fig | 1.5 |\n"
        "| 1 | None | 2 |",
        note="DataFrame 2 × 2",  # noqa: RUF001
    )


def test_a_long_frame_shows_its_two_ends() -> None:
    labels = [row[0] for row in cells(pd.DataFrame({"n": range(10_000)}))]
    assert labels == [*map(str, range(10)), "…", *map(str, range(9_990, 10_000))]


def test_a_wide_frame_shows_its_outer_columns() -> None:
    frame = pd.DataFrame([range(40)])
    assert cells(frame) == [["0", *map(str, range(8)), "…", *map(str, range(32, 40))]]
    assert shown(frame).note.endswith(", 16 of 40 columns")


def test_the_note_names_every_cut() -> None:
    frame = pd.DataFrame(0, index=range(100), columns=range(30)).astype(object)
    frame.iloc[0, 0] = "long " * 50
    assert shown(frame).note == (
        "DataFrame 100 × 30, first and last 10 rows, 16 of 30 columns, cells cut at 80 characters"  # noqa: RUF001
    )


def test_a_named_index_heads_its_column() -> None:
    frame = pd.DataFrame({"a": [1], "b": [2], "n": [3]}).set_index(["a", "b"])
    assert "| a / b | n |" in shown(frame).text
    assert cells(frame) == [["(1, 2)", "3"]]


def test_columns_of_one_name_stay_apart() -> None:
    assert cells(pd.DataFrame([[1, "x"]], columns=["a", "a"])) == [["0", "1", "x"]]


def test_a_series_is_a_table_of_one_column() -> None:
    drawn = shown(pd.Series([1, 2], name="n"))
    assert drawn.text.startswith("Series 2 values, dtype int64\n\n|  | n |")


@pytest.mark.parametrize(
    ("array", "about", "rows"),
    [
        (np.arange(2), "ndarray 2 values, dtype int64", [["0", "0"], ["1", "1"]]),
        (np.array([[0.1 + 0.2, 1e300]]), "ndarray 1 × 2, dtype float64", [["0", "0.3", "1e+300"]]),  # noqa: RUF001
        (np.array(["2020"], "M8[Y]"), "ndarray 1 values, dtype datetime64[Y]", [["0", "2020"]]),
        (np.zeros((0, 3)), "ndarray 0 × 3, dtype float64", []),  # noqa: RUF001
    ],
)
def test_an_array_is_a_table(array: object, about: str, rows: list[list[str]]) -> None:
    assert shown(array).text.split("\n")[0] == about
    assert cells(array) == rows


def test_an_array_of_three_dimensions_is_its_shape_and_repr() -> None:
    drawn = shown(np.zeros((3, 4, 500)))
    assert drawn.text.startswith("ndarray 3 × 4 × 500, dtype float64\n\narray([[[0., 0.")  # noqa: RUF001
    assert drawn.note == "ndarray 3 × 4 × 500, its repr"  # noqa: RUF001


def test_an_empty_frame_is_no_error() -> None:
    assert shown(pd.DataFrame()).text == "DataFrame 0 × 0\n\n|  |\n| --- |"  # noqa: RUF001


def test_a_polars_frame_is_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    class DataFrame:
        shape, height, width = (2, 1), 2, 1
        columns, dtypes = ("n",), ("Int64",)

        def __getitem__(self, ends: tuple[list[int], list[int]]) -> DataFrame:
            assert ends == ([0, 1], [0])
            return self

        def rows(self) -> list[tuple[int]]:
            return [(5,), (6,)]

    monkeypatch.setitem(sys.modules, "polars", SimpleNamespace(DataFrame=DataFrame))
    assert cells(DataFrame()) == [["0", "5"], ["1", "6"]]


@pytest.mark.parametrize("value", ["text", 1, [[1, 2], [3, 4]], {"a": [1]}, None, pd.DataFrame])
def test_another_value_is_no_table(value: object) -> None:
    assert table(value) is None


@given(st.text())
def test_no_cell_leaves_its_place(word: str) -> None:
    drawn = shown(pd.DataFrame({"a": pd.Series([word], dtype=object), "b": ["end"]}))
    lines = drawn.text.split("\n\n", 1)[1].splitlines()
    assert len(lines) == 3
    unescaped = lines[2].replace("\\\\", "").replace("\\|", "")
    assert unescaped.count("|") == 4


def test_a_huge_value_in_a_cell_is_not_read_whole() -> None:
    frame = pd.DataFrame({"a": [list(range(10_000_000))]})
    assert len(cells(frame)[0][1]) == 81
