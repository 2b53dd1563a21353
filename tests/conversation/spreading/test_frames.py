"""Dask's frames without a cluster; `test_cluster.py` has one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, assert_type

import cloudpickle  # type: ignore[import-untyped]
import dask.dataframe as dd
import pandas as pd  # type: ignore[import-untyped]
import pytest

import qwen_magic
from qwen_magic import Session, Settings
from qwen_magic.conversation.mapping.mapping import Mapping
from qwen_magic.conversation.spreading.folder import folder_at
from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qwen_magic.demo.server import DemoServer

FEELS = "How does the customer feel? {{text}}"
KEY = "sk-0123456789abcdef"
REVIEWS = pd.DataFrame(
    {"text": [f"Great, I love phone {n}" for n in range(10)] + ["Awful!"] * 2},
    index=[f"r{n}" for n in range(12)],
)
LAZY = dd.from_pandas(REVIEWS, npartitions=3, sort=False)


@pytest.fixture
def session(demo: DemoServer) -> Iterator[Session]:
    with Session(Settings(base_url=demo.base_url, api_key=KEY)) as opened:
        yield opened


def lazy_map(session: Session, rows: object, **how: Any) -> Any:  # noqa: ANN401 - of Dask
    return session.map(FEELS, rows, **how)


def test_nothing_is_asked_before_it_is_computed(session: Session, demo: DemoServer) -> None:
    lazy = lazy_map(session, LAZY, schema="mood: positive|negative|neutral, n: int")
    assert isinstance(lazy, dd.DataFrame)
    assert demo.requests == []
    made = lazy.compute(scheduler="threads")
    assert list(made.index) == list(REVIEWS.index)
    assert list(made["mood"]) == ["positive"] * 10 + ["negative"] * 2
    assert dict(made.dtypes) == dict(lazy.dtypes)


def test_a_partition_without_rows_is_a_frame_without_rows(session: Session) -> None:
    few = LAZY[LAZY["text"] == "Awful!"]
    made = lazy_map(session, few).compute(scheduler="sync")
    assert list(made["answer"]) == ["negative"] * 2


def test_a_series_is_asked_by_its_name(session: Session) -> None:
    made = lazy_map(session, LAZY["text"]).compute(scheduler="sync")
    assert list(made["answer"])[-1] == "negative"


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # of Dask's own
def test_it_is_written_as_parquet(session: Session, tmp_path: Path) -> None:
    lazy_map(session, LAZY).to_parquet(str(tmp_path / "answers"))
    assert len(pd.read_parquet(tmp_path / "answers")) == 12


def test_the_graph_holds_no_key(session: Session) -> None:
    lazy = lazy_map(session, LAZY)
    for part in (lazy, lazy.__dask_graph__(), lazy.optimize().__dask_graph__()):
        assert KEY.encode() not in cloudpickle.dumps(part)
        assert KEY not in repr(part)


def test_what_does_not_fit_is_refused_at_once(session: Session, demo: DemoServer) -> None:
    with pytest.raises(RequestError, match="no column"):
        session.map("Feel? {{txt}}", LAZY)
    with pytest.raises(RequestError, match="names no column"):
        session.map("Feel?", LAZY)
    with pytest.raises(RequestError, match="budget does not go with"):
        session.map(FEELS, LAZY, budget=2000)
    with pytest.raises(RequestError, match="limit -1 is no number of rows"):
        session.map(FEELS, LAZY, limit=-1)
    assert demo.requests == []


def test_a_limit_asks_the_first_rows_and_no_others(session: Session, demo: DemoServer) -> None:
    made = lazy_map(session, LAZY, limit=6).compute(scheduler="sync")
    assert list(made.index) == [f"r{n}" for n in range(6)]
    assert len(demo.requests) == 6


@pytest.mark.parametrize("rows", [LAZY, LAZY["text"]], ids=["frame", "series"])
def test_a_sample_asks_the_same_rows_each_time(
    session: Session, demo: DemoServer, rows: object
) -> None:
    one, other = (
        list(lazy_map(session, rows, sample=5).compute(scheduler="sync").index) for _ in range(2)
    )
    assert one == other
    assert len(set(one)) == 5
    assert one == sorted(one, key=list(REVIEWS.index).index)
    assert len(demo.requests) <= 5


def test_fresh_asks_anew_but_once(session: Session, demo: DemoServer) -> None:
    lazy_map(session, LAZY).compute(scheduler="sync")
    anew = lazy_map(session, LAZY, fresh=True)
    assert len(demo.requests) == 11
    for _ in range(2):  # a lost worker's rows are asked again, too
        assert len(anew.compute(scheduler="sync")) == 12
    assert len(demo.requests) == 22
    lazy_map(session, LAZY).compute(scheduler="sync")
    assert len(demo.requests) == 22


def test_what_was_asked_anew_is_what_others_find(demo: DemoServer, tmp_path: Path) -> None:
    where = f"file://{tmp_path}"
    settings = Settings(base_url=demo.base_url)
    qwen_magic.mapper(FEELS, settings=settings, cache=where, fresh=True)(REVIEWS[:2])
    before = [*tmp_path.glob("*.jsonl")]
    for fresh in (False, True):
        qwen_magic.mapper(FEELS, settings=settings, cache=where, fresh=fresh)(REVIEWS[:2])
    for path in before:
        path.write_text(path.read_text("utf-8").replace("positive", "negative"), "utf-8")
    folder_at.cache_clear()  # as in another process
    found = qwen_magic.mapper(FEELS, settings=settings, cache=where)(REVIEWS[:2])
    assert list(found["answer"]) == ["positive"] * 2
    assert len(demo.requests) == 4


def test_of_a_dask_frame_amap_makes_a_dask_frame(session: Session, demo: DemoServer) -> None:
    made = asyncio.run(session.amap(FEELS, LAZY))
    assert isinstance(made, dd.DataFrame)
    assert demo.requests == []


def test_type_checkers_know_what_a_table_becomes(session: Session) -> None:
    lazy: dd.DataFrame = LAZY
    assert_type(session.map(FEELS, lazy), dd.DataFrame)
    with session.map("Feel? {{item}}", ["Great!"]) as mapping:
        assert_type(mapping, Mapping)


def test_other_collections_of_dasks_are_told_apart(session: Session) -> None:
    import dask.bag as db

    with pytest.raises(RequestError, match="Dask Bag is no DataFrame"):
        session.map(FEELS, db.from_sequence(["Great!"]))
