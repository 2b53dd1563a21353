from __future__ import annotations

import csv
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd  # type: ignore[import-untyped]
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

from qwen_magic.conversation.schema.shape import shape_of
from qwen_magic.conversation.tables.frames import fields_of, frame
from qwen_magic.conversation.tables.records import NOT_ASKED, Outcome
from qwen_magic.conversation.tables.rows import table
from qwen_magic.conversation.tables.writing import write_frame
from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from pathlib import Path

SHAPE = (
    "mood: good|bad, topics: [str], n: int, share: 0..1, ok: bool, day: date, at: datetime, "
    "who: {name: str, tags: [str]}, any: int|str, note: str?"
)
VALUE = {
    "mood": "good",
    "topics": ["tea"],
    "n": 3,
    "share": 1,
    "ok": True,
    "day": "2024-01-02",
    "at": "2024-01-02T03:04:05Z",
    "who": {"name": "Li", "tags": []},
    "any": 7,
    "note": None,
}
SHAPED = [
    Outcome("completed", json.dumps(VALUE), input_tokens=30, output_tokens=4),
    Outcome("failed", error="no answer came", input_tokens=3),
    NOT_ASKED,
]
WORDS = [Outcome("completed", "Hi"), Outcome("refused", error="no"), NOT_ASKED]
NAMES = ["a", "b", "c"]
PLAIN = fields_of(None)


def test_a_frame_has_the_inputs_index() -> None:
    index = pd.MultiIndex.from_tuples([("x", 1), ("x", 1), ("y", 2)], names=["k", None])
    made = frame(table(pd.DataFrame({"t": NAMES}, index=index)), WORDS, PLAIN)
    assert made.index.equals(index)
    assert list(made.columns) == ["answer", "status", "error", "input_tokens", "output_tokens"]
    assert made["status"].tolist() == ["completed", "refused", "not asked"]
    assert made["answer"].isna().tolist() == [False, True, True]
    assert made["error"].fillna("").tolist() == ["", "no", ""]


def test_a_frame_is_of_the_inputs_kind() -> None:
    kinds = {
        pd.DataFrame: [pd.DataFrame({"t": NAMES}), pd.Series(NAMES), NAMES, iter(NAMES)],
        pl.DataFrame: [pl.DataFrame({"t": NAMES}), pl.Series(NAMES)],
        pa.Table: [pa.table({"t": NAMES}), pa.array(NAMES)],
    }
    for kind, inputs in kinds.items():
        for rows in inputs:
            assert isinstance(frame(table(rows), WORDS, PLAIN), kind)


def test_a_dicts_keys_are_the_index() -> None:
    made = frame(table({"x": 1, "y": 2, "z": 3}), WORDS, PLAIN)
    assert made.loc["x", "answer"] == "Hi"


def test_the_fields_of_a_schema_have_their_types() -> None:
    made = frame(table(pd.DataFrame({"t": NAMES})), SHAPED, fields_of(shape_of(SHAPE)))
    types = {name: str(dtype) for name, dtype in made.dtypes.items()}
    assert types["n"] == "Int64"
    assert types["share"] == "float64"
    assert types["ok"] == "boolean"
    assert types["input_tokens"] == "int64"
    assert types["day"].startswith("datetime64")
    assert types["at"].endswith("UTC]")
    assert made.loc[0, "topics"] == ["tea"]
    assert made.loc[0, "any"] == 7
    assert made.iloc[1:, :10].isna().all(axis=None)


def test_polars_and_pyarrow_have_their_types_too() -> None:
    fields = fields_of(shape_of(SHAPE))
    made = frame(table(pl.DataFrame({"t": NAMES})), SHAPED, fields)
    assert made.schema["topics"] == pl.List(pl.String)
    assert made.schema["who"] == pl.Struct({"name": pl.String, "tags": pl.List(pl.String)})
    assert made.row(0, named=True)["day"] == date(2024, 1, 2)
    assert made.row(1)[:10] == (None,) * 10
    arrow = frame(table(pa.table({"t": NAMES})), SHAPED, fields)
    assert arrow.schema.field("n").type == pa.int64()
    assert arrow.column("share").to_pylist() == [1.0, None, None]


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_the_types_do_not_depend_on_what_came(make: Any) -> None:  # noqa: ANN401
    fields = fields_of(shape_of(SHAPE))
    rows = table(make({"t": NAMES}))
    some, none = frame(rows, SHAPED, fields), frame(rows, [NOT_ASKED] * 3, fields)
    if make is pd.DataFrame:
        assert [str(dtype) for dtype in some.dtypes] == [str(dtype) for dtype in none.dtypes]
    else:
        assert some.schema == none.schema


def test_what_fits_no_type_becomes_text_and_is_not_lost() -> None:
    values = [VALUE | {"n": 10**30}, VALUE | {"at": "2024-01-02T03:04:05"}, VALUE]
    outcomes = [Outcome("completed", json.dumps(value)) for value in values]
    for make in (pd.DataFrame, pl.DataFrame, pa.table):
        made = frame(table(make({"t": NAMES})), outcomes, fields_of(shape_of(SHAPE)))
        assert list(map(str, made["n"].to_pylist() if make is pa.table else made["n"])) == [
            str(10**30),
            "3",
            "3",
        ]


def test_a_value_that_is_no_object_is_the_answer() -> None:
    (field,) = fields_of(shape_of("good|bad"))
    made = frame(table(["a"]), [Outcome("completed", '"good"')], (field,))
    assert made["answer"].tolist() == ["good"]
    (field,) = fields_of(shape_of(dict[str, int]))
    made = frame(table(["a"]), [Outcome("completed", '{"a": 1}')], (field,))
    assert made["answer"].tolist() == [{"a": 1}]


@pytest.mark.parametrize("name", ["status", "error", "input_tokens", "output_tokens"])
def test_a_field_named_as_a_column_of_the_result_is_refused(name: str) -> None:
    with pytest.raises(RequestError, match=f"a field of the schema is named '{name}'"):
        fields_of(shape_of(f"{name}: str"))


def test_a_file_holds_what_the_frame_does(tmp_path: Path) -> None:
    rows, fields = table({"x": 1, "y": 2, "z": 3}), fields_of(shape_of(SHAPE))
    for name in ("a.parquet", "a.jsonl", "a.csv"):
        assert write_frame(tmp_path / name, rows, iter(SHAPED), fields=fields) == 3
    assert {path.name for path in tmp_path.iterdir()} == {"a.parquet", "a.jsonl", "a.csv"}
    written = parquet.read_table(tmp_path / "a.parquet").to_pylist()
    lines = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    with (tmp_path / "a.csv").open(newline="") as file:
        texts = list(csv.DictReader(file))
    for found in (written, lines, texts):
        assert [row["key"] for row in found] == ["x", "y", "z"]
        assert [row["status"] for row in found] == ["completed", "failed", "not asked"]
        assert [row["mood"] or "" for row in found] == ["good", "", ""]
    assert written[0]["who"] == lines[0]["who"] == {"name": "Li", "tags": []}


def test_a_file_that_breaks_off_takes_no_name(tmp_path: Path) -> None:
    def broken() -> Any:  # noqa: ANN401
        yield WORDS[0]
        raise KeyboardInterrupt

    (tmp_path / "a.csv").write_text("before")
    with pytest.raises(KeyboardInterrupt):
        write_frame(tmp_path / "a.csv", table(["a"]), broken(), fields=PLAIN)
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_text() == "before"


def test_a_file_of_another_kind_or_in_no_folder_is_refused(tmp_path: Path) -> None:
    for name in ("a.xlsx", "none/a.csv"):
        with pytest.raises(RequestError):
            write_frame(tmp_path / name, table(["a"]), WORDS[:1], fields=PLAIN)
