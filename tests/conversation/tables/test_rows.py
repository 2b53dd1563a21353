from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

from qwen_magic.conversation.tables.rows import table
from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass
class Review:
    text: str
    stars: int


class Pair(NamedTuple):
    text: str
    stars: int


RECORDS = [{"text": "good", "stars": 5}, {"text": "bad", "stars": 1}, {"text": "so", "stars": 3}]


def read(rows: object, size: int = 2) -> list[dict[str, Any]]:
    return [row for batch in table(rows).batches(size) for row in batch]


@pytest.mark.parametrize(
    "rows",
    [
        RECORDS,
        tuple(RECORDS),
        dict(zip("abc", RECORDS, strict=True)),
        pd.DataFrame(RECORDS),
        pd.DataFrame(RECORDS, index=[7, 7, 9]),
        pl.DataFrame(RECORDS),
        pl.DataFrame(RECORDS).lazy(),
        pa.Table.from_pylist(RECORDS),
        pa.RecordBatch.from_pylist(RECORDS),
        [Review(**record) for record in RECORDS],  # type: ignore[arg-type]
        [Pair(**record) for record in RECORDS],  # type: ignore[arg-type]
    ],
    ids=lambda rows: type(rows).__name__,
)
def test_records_of_any_kind_are_rows_with_columns(rows: object) -> None:
    made = table(rows)
    assert (made.columns, made.rows, made.once) == (("text", "stars"), 3, False)
    assert read(rows) == read(rows, 1000) == RECORDS
    assert list(made.batches()) == list(made.batches())  # as often as one likes


@pytest.mark.parametrize(
    "rows",
    [
        ["a", "b"],
        {"x": "a", "y": "b"},
        dict.fromkeys("ab").keys(),
        pd.Series(["a", "b"], name="text"),
        pd.Index(["a", "b"]),
        pl.Series("text", ["a", "b"]),
        pa.array(["a", "b"]),
        pa.chunked_array([["a"], ["b"]]),
        np.array(["a", "b"]),
    ],
    ids=lambda rows: type(rows).__name__,
)
def test_elements_that_are_no_records_are_items(rows: object) -> None:
    assert table(rows).columns == ()
    assert read(rows) == [{"item": "a"}, {"item": "b"}]


def test_a_generator_is_read_once_and_as_far_as_it_goes() -> None:
    def lines() -> Iterator[dict[str, str]]:
        yield {"text": "a"}
        yield {"text": "b"}
        yield {"text": "c"}
        raise ValueError("the file ended")

    made = table(lines())
    assert (made.columns, made.rows, made.once) == (("text",), None, True)
    batches = made.batches(2)
    assert next(batches) == [{"text": "a"}, {"text": "b"}]
    assert next(batches) == [{"text": "c"}]
    with pytest.raises(RequestError, match="the rows end after 3: ValueError: the file ended"):
        next(batches)


def test_a_generator_that_changes_its_mind_is_refused_where_it_does() -> None:
    batches = table(iter([{"text": "a"}, "b"])).batches()
    assert next(batches) == [{"text": "a"}]
    with pytest.raises(RequestError, match="row 2 is no record"):
        next(batches)


def test_what_changes_afterwards_does_not_change_the_table() -> None:
    frame = pd.DataFrame({"text": ["a", "b"]})
    records = [{"text": "a"}, {"text": "b"}]
    made = table(frame), table(records)
    frame.loc[0, "text"] = "changed"
    records[0]["text"] = "changed"
    records.append({"text": "late"})
    for one in made:
        assert [row["text"] for batch in one.batches() for row in batch] == ["a", "b"]


def test_names_that_are_no_texts_become_texts() -> None:
    pairs = pd.MultiIndex.from_tuples([("a", "b"), ("a", 1)])
    assert table(pd.DataFrame([[1, 2]])).columns == ("0", "1")
    assert table(pd.DataFrame([[1, 2]], columns=pairs)).columns == ("a.b", "a.1")


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "a list has no rows"),
        ({}, "a dict has no rows"),
        (pd.DataFrame({"text": []}), "a DataFrame has no rows"),
        (pl.Series([]), "a Series has no rows"),
        (iter(()), "a tuple_iterator has no rows"),
        (3, "an int has no rows"),
        (None, "a NoneType has no rows"),
        (b"abc", "a bytes has no rows"),
        ("abc", "the text 'abc' is no table"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "2 columns are named 'a'"),
        (pd.DataFrame([[1, 2]], columns=[1, "1"]), "2 columns are named '1'"),
        (pd.DataFrame({"": [1]}), "a column has no name"),
        (pd.DataFrame({"--limit": [1]}), "named like an option: '--limit'"),
        ([{"-o": 1}], "named like an option: '-o'"),
    ],
)
def test_what_is_no_table_is_refused_in_one_line(rows: object, reason: str) -> None:
    with pytest.raises(RequestError, match=reason) as caught:
        table(rows)
    assert "\n" not in caught.value.args[0]
    assert caught.value.hint


@pytest.mark.parametrize("name", ["item", "limit", "model", "schema", "answer", "status"])
def test_a_column_may_have_the_name_of_an_options_word(name: str) -> None:
    assert read(pd.DataFrame({name: [1]})) == [{name: 1}]


def test_a_trial_asks_the_same_rows_each_time() -> None:
    frame = pd.DataFrame({"n": range(1000)}, index=range(5000, 6000))
    first, some = table(frame).limited(limit=3), table(frame).limited(sample=5)
    assert [row["n"] for batch in first.batches(2) for row in batch] == [0, 1, 2]
    numbers = [row["n"] for batch in some.batches(2) for row in batch]
    assert (len(numbers), some.rows, list(some.index)) == (5, 5, [5000 + n for n in numbers])
    again = table(frame).limited(sample=5)
    assert [row["n"] for batch in again.batches() for row in batch] == numbers
    assert table(frame).limited(limit=5000).rows == 1000
    assert table({"a": 1, "b": 2, "c": 3}).limited(limit=2).index == ["a", "b"]


def test_the_rows_of_a_lists_sample_keep_their_numbers() -> None:
    some = table([f"text {n}" for n in range(100)]).limited(sample=3)
    asked = [row["item"] for batch in some.batches() for row in batch]
    assert [f"text {n}" for n in some.index] == asked
    assert len(asked) == 3
    assert table(pl.DataFrame({"n": range(9)})).limited(sample=3).index is None


@pytest.mark.parametrize(
    ("limit", "sample", "rows"),
    [(0, None, [1]), (None, -1, [1]), (1, 1, [1]), (None, 1, iter([1]))],
)
def test_a_trial_of_no_known_rows_is_refused(
    limit: int | None, sample: int | None, rows: object
) -> None:
    with pytest.raises(RequestError):
        table(rows).limited(limit, sample)


def test_the_first_rows_of_a_generator_are_all_that_is_read() -> None:
    left = iter(range(10))
    made = table(left).limited(limit=3)
    assert list(made.batches(2)) == [[{"item": 0}, {"item": 1}], [{"item": 2}]]
    assert next(left) <= 5


def test_a_short_generator_read_ahead_is_a_table_like_any_other() -> None:
    made, is_short = table(iter([{"n": 1}, {"n": 2}])).ahead(2)
    assert (is_short, made.rows, made.once) == (True, 2, False)
    assert list(made.batches(1)) == list(made.batches(1)) == [[{"n": 1}], [{"n": 2}]]


def test_a_long_generator_read_ahead_loses_nothing() -> None:
    made, is_short = table(iter(range(10))).ahead(3)
    assert (is_short, made.rows, made.once) == (False, None, True)
    assert [row["item"] for batch in made.batches() for row in batch] == [*range(10)]


def test_an_error_found_ahead_still_comes_after_the_rows_before_it() -> None:
    def lines() -> Iterator[str]:
        yield "a"
        raise ValueError("gone")

    made, is_short = table(lines()).ahead(3)
    assert (is_short, made.once) == (True, True)
    batches = made.batches()
    assert next(batches) == [{"item": "a"}]
    with pytest.raises(RequestError, match="the rows end after 1: ValueError: gone"):
        next(batches)


# -- files


def test_a_csv_keeps_its_cells_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_bytes('\ufefftext,code\r\n"a,\nb",007\r\n好,\r\n\r\n'.encode())
    assert (
        read(path)
        == read(str(path))
        == [
            {"text": "a,\nb", "code": "007"},
            {"text": "好", "code": None},
        ]
    )
    assert table(path).rows == 2


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b"a;b\n1,5;2\n"),
        ("a.tsv", b"a\tb\n1,5\t2\n"),
        ("a.CSV", b"a\tb\n1,5\t2\n"),
        ("a.csv", "a;b\n1,5;2\n".encode("utf-16")),
        ("a.jsonl", b'{"a": "1,5"}\n\n{"b": "2"}\n'),
    ],
)
def test_files_that_look_otherwise_are_read_all_the_same(
    name: str, data: bytes, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(data)
    found = read(tmp_path / name)
    assert {key: value for row in found for key, value in row.items()} == {"a": "1,5", "b": "2"}
    assert table(tmp_path / name).columns == ("a", "b")


def test_a_parquet_file_is_read_in_batches_with_nested_columns(tmp_path: Path) -> None:
    records = [{"text": "a", "meta": {"id": 1, "tags": ["x"]}}, {"text": None, "meta": None}]
    parquet.write_table(pa.Table.from_pylist(records), tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet", 1) == records


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.csv", b"", "has no rows"),
        ("a.csv", b"text\n", "has no rows"),
        ("a.csv", b"a,a\n1,2\n", "2 columns are named 'a'"),
        ("a.csv", b"a,b\n1,2\n3\n", "row 2 has 1 cells, the header 2"),
        ("a.csv", "text\n好的呀\n".encode("gb18030"), "is no UTF-8 text"),
        ("a.jsonl", b'{"a": 1}\n{"a":\n', "line 2 is no JSON"),
        ("a.jsonl", b'{"a": 1}\n3\n', "1 records and 1 other values"),
        ("a.parquet", b"no", "is no parquet file"),
        ("a.xlsx", b"PK", "is no table that can be read in batches"),
    ],
)
def test_a_bad_file_is_refused_before_its_first_row(
    name: str, data: bytes, reason: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(RequestError, match=reason):
        table(tmp_path / name)


def test_a_file_that_is_not_there_or_is_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="No such file"):
        table(tmp_path / "a.csv")
    with pytest.raises(RequestError, match="is a folder"):
        table(tmp_path)


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_file_that_changes_is_told_instead_of_mixed(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    lines = {"a.csv": ["n", *map(str, range(5))], "a.jsonl": [f'{{"n": {n}}}' for n in range(5)]}
    path.write_text("\n".join(lines[name]))
    made = table(path)
    with path.open("a") as file:
        file.write("\n" + lines[name][-1])
    with pytest.raises(RequestError, match="changed while it was read"):
        list(made.batches())
