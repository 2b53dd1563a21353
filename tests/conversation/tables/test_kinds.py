"""Anything with rows as a table: what its records and elements become."""

from __future__ import annotations

import csv
import io
import sqlite3
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pytest

from qwen_magic.conversation.tables.filling import Template
from qwen_magic.conversation.tables.rows import table
from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Review:
    text: str
    stars: int = 3


class Told(NamedTuple):
    text: str
    stars: int = 3


def sqlite_rows() -> list[sqlite3.Row]:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    found = connection.execute("SELECT 'a' AS text, 3 AS stars").fetchall()
    connection.close()
    return found


BATCH = pa.record_batch({"text": ["a"], "stars": [3]})


@pytest.mark.parametrize(
    "rows",
    [
        [{"text": "a", "stars": 3}],
        [Review("a")],
        [Told("a")],
        [MappingProxyType({"text": "a", "stars": 3})],
        sqlite_rows(),
        np.array([("a", 3)], dtype=[("text", "U3"), ("stars", int)]),
        {"k": {"text": "a", "stars": 3}},
        {"k": Told("a")},
        {"text": ["a"], "stars": [3]},
        {"text": np.array(["a"]), "stars": (3,)},
        (one for one in [Review("a")]),
        csv.DictReader(["text,stars", "a,3"]),
        BATCH,
        pa.RecordBatchReader.from_batches(BATCH.schema, [BATCH]),
        pd.read_csv(io.StringIO("text,stars\na,3\n"), chunksize=1),
        (one for one in [pl.DataFrame({"text": ["a"], "stars": [3]})]),
        pl.LazyFrame({"text": ["a"], "stars": [3]}),
    ],
    ids=lambda rows: type(rows).__name__,
)
def test_fields_of_records_are_columns_whatever_the_records_are(rows: object) -> None:
    found = table(rows)
    filled = Template("{{text}} {{stars}} {{item.text}} {{item}}").bound(found)
    (row,) = next(found.batches(5))
    assert str(filled.fill(row).prompt).startswith('a 3 a {"text":"a","stars":')


@pytest.mark.parametrize(
    ("rows", "texts"),
    [
        (np.array(["a", "b"]), ["a", "b"]),
        (np.array([["a", "b"], ["c", "d"]]), ['["a","b"]', '["c","d"]']),
        ({"x": ["a", "b"], "y": ["c"]}, ['["a","b"]', '["c"]']),
        (range(2), ["0", "1"]),
        (zip(["a"], [1], strict=True), ['["a",1]']),
        ({"a"}, ["a"]),
        (pd.Index(["a", "b"]), ["a", "b"]),
        (pd.array([1, 2], dtype="Int64"), ["1", "2"]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_elements_that_are_no_records_are_items(rows: object, texts: list[str]) -> None:
    found = table(rows)
    filled = Template("{{item}}").bound(found)
    assert [filled.fill(row).prompt for row in next(found.batches(5))] == texts


def test_a_folder_of_parquet_files_is_a_table_as_a_dataset(tmp_path: Path) -> None:
    for name in "ab":
        pd.DataFrame({"text": [name]}).to_parquet(tmp_path / f"{name}.parquet")
    found = table(pyarrow.dataset.dataset(tmp_path))
    assert (found.columns, found.rows, found.kind) == (("text",), 2, "pyarrow")
    assert [row["text"] for batch in found.batches(1) for row in batch] == ["a", "b"]
    with pytest.raises(RequestError, match="is a folder"):
        table(tmp_path)


def test_a_later_chunk_with_other_columns_is_told() -> None:
    found = table(iter([pd.DataFrame({"text": ["a"]}), pd.DataFrame({"t": ["b"]})]))
    batches = found.batches(5)
    assert next(batches) == [{"text": "a"}]
    with pytest.raises(RequestError, match="a later frame has the columns t"):
        next(batches)


def test_an_array_without_an_axis_has_no_rows() -> None:
    with pytest.raises(RequestError, match="has no rows"):
        table(np.array("a"))


def test_a_field_of_a_record_in_a_column_is_found_by_its_path() -> None:
    found = table(pl.DataFrame({"user": [{"name": "Ann"}, None]}))
    filled = Template("Hello {{user.name}}").bound(found)
    one, other = (filled.fill(row) for row in next(found.batches(5)))
    assert (one.prompt, other.prompt) == ("Hello Ann", "Hello ")
    assert other.missing == ("user.name",)
    with pytest.raises(RequestError, match="str has no fields, so no 'name'"):
        Template("{{text.name}}").bound(table([{"text": "a"}])).fill({"text": "a"})


def test_who_names_the_index_is_told_how_it_becomes_a_column() -> None:
    frame = pd.DataFrame({"text": ["a"]}, index=pd.Index(["k"], name="id"))
    with pytest.raises(RequestError, match="no column") as raised:
        Template("{{id}} {{text}}").bound(table(frame))
    assert "reset_index() makes it a column" in str(raised.value.hint)
