from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pandas as pd  # type: ignore[import-untyped]
import polars as pl
import pyarrow as pa
import pytest

import qwen_magic
from qwen_magic import Session, Settings
from qwen_magic.conversation.asking.maps import prepared
from qwen_magic.errors import QwenError, RequestError

if TYPE_CHECKING:
    from pathlib import Path

    from qwen_magic.conversation.spreading.mapper import Mapper
    from qwen_magic.demo.server import DemoServer

FEELS = "How does the customer feel? {{text}}"
KEY = "sk-0123456789abcdef"
REVIEWS = pd.DataFrame(
    {"id": range(6), "text": ["Great, I love it!"] * 4 + ["Awful!"] * 2}, index=list("uvwxyz")
)


def mapper(demo: DemoServer, **how: Any) -> Mapper:  # noqa: ANN401 - any option
    settings = Settings(base_url=demo.base_url, api_key=KEY)
    return qwen_magic.mapper(FEELS, settings=settings, **how)


def test_a_batch_comes_back_with_its_columns_and_what_came_of_each_row(demo: DemoServer) -> None:
    made = mapper(demo)(REVIEWS)
    assert list(made.columns[:4]) == ["id", "text", "answer", "status"]
    assert list(made.index) == list("uvwxyz")
    assert list(made["answer"]) == ["positive"] * 4 + ["negative"] * 2


def test_it_can_be_pickled_and_holds_no_key(demo: DemoServer) -> None:
    made = mapper(demo, schema="mood: positive|negative|neutral")
    content = pickle.dumps(made)
    assert KEY.encode() not in content
    assert KEY not in repr(made)
    assert list(pickle.loads(content)(REVIEWS)["mood"][-2:]) == ["negative"] * 2


@pytest.mark.parametrize(
    "batch",
    [
        {"text": REVIEWS["text"].to_numpy()},
        pl.DataFrame({"text": list(REVIEWS["text"])}),
        pa.table({"text": list(REVIEWS["text"])}),
    ],
    ids=["arrays", "polars", "pyarrow"],
)
def test_batches_may_be_of_any_kind(demo: DemoServer, batch: object) -> None:
    made = mapper(demo)(batch)
    assert [str(cell) for cell in made["answer"]][-1] == "negative"
    assert [str(cell) for cell in made["text"]][-1] == "Awful!"


def test_an_iterator_of_batches_gives_one_as_spark_wants_it(demo: DemoServer) -> None:
    made = list(mapper(demo)(iter([REVIEWS[:2], REVIEWS[:0], REVIEWS[2:]])))
    assert [len(one) for one in made] == [2, 0, 4]
    assert list(made[1].columns) == list(made[0].columns)
    assert list(made[1].dtypes) == list(made[0].dtypes)


def test_spark_is_told_the_columns(demo: DemoServer) -> None:
    made = mapper(demo, schema="mood: good|bad, stars: int")
    assert made.ddl == (
        "`mood` string, `stars` long, `status` string, `error` string,"
        " `input_tokens` long, `output_tokens` long"
    )


def test_what_was_answered_is_not_asked_again_in_another_batch(demo: DemoServer) -> None:
    made = mapper(demo)
    made(REVIEWS[:4])
    made(REVIEWS)
    assert len(demo.requests) == 2


def test_answered_rows_go_to_a_folder_that_others_read(demo: DemoServer, tmp_path: Path) -> None:
    from qwen_magic.conversation.spreading.folder import folder_at

    url = f"file://{tmp_path}/answers"
    mapper(demo, cache=url)(REVIEWS)
    folder_at.cache_clear()  # as in another process
    made = mapper(demo, cache=url)(REVIEWS[::-1])
    assert set(made["status"]) == {"completed"}
    assert len(demo.requests) == 2
    assert len(list((tmp_path / "answers").iterdir())) == 1


def test_a_map_of_a_plain_table_may_share_the_folder(
    demo: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"file://{tmp_path}/answers"
    with Session(Settings(base_url=demo.base_url)) as session:
        session.map(FEELS, REVIEWS, cache=url).frame()
    monkeypatch.setenv("QWEN_MAGIC_HOME", str(tmp_path / "another"))
    with Session(Settings(base_url=demo.base_url)) as session:
        assert prepared(session, FEELS, REVIEWS, {"cache": url}).estimate().known == 6
        assert session.map(FEELS, REVIEWS, cache=url).progress().asked == 0
    assert len(demo.requests) == 2


def test_a_folder_that_cannot_be_written_ends_it(demo: DemoServer, tmp_path: Path) -> None:
    (tmp_path / "answers").write_text("no folder")
    with pytest.raises(RequestError, match="cannot be used"):
        mapper(demo, cache=f"file://{tmp_path}/answers")(REVIEWS)
    assert demo.requests == []


@pytest.mark.parametrize("name", ["limit", "sample", "budget"])
def test_what_processes_cannot_keep_together_is_refused(demo: DemoServer, name: str) -> None:
    with pytest.raises(RequestError, match=f"{name} does not go with"):
        mapper(demo, **{name: 1})


def test_neither_a_days_budget_nor_approval_by_hand_goes_with_many_processes() -> None:
    def known(city: str) -> str:
        """Return what is known of a city."""
        return city

    with pytest.raises(RequestError, match="day's budget"):
        qwen_magic.mapper(FEELS, settings=Settings(region="demo", budget=1000))
    with pytest.raises(RequestError, match="cannot be approved"):
        qwen_magic.mapper(FEELS, settings=Settings(region="demo", tools=(known,)))


def test_secrets_of_other_kinds_are_refused(demo: DemoServer) -> None:
    server = {"type": "mcp", "server_label": "maps", "headers": {"Authorization": "Bearer x"}}
    with pytest.raises(RequestError, match="'maps' would be in the graph"):
        qwen_magic.mapper(FEELS, settings=Settings(base_url=demo.base_url, tools=(server,)))
    with pytest.raises(RequestError, match="password"):
        mapper(demo, cache="ftp://me:secret@host/answers")
    with pytest.raises(RequestError, match="cannot be used"):
        mapper(demo, cache="nowhere://answers")


def test_a_column_named_like_the_answers_is_refused_before_anything_is_sent(
    demo: DemoServer,
) -> None:
    with pytest.raises(RequestError, match="'status'"):
        mapper(demo)(REVIEWS.rename(columns={"id": "status"}))
    assert demo.requests == []


def test_a_process_without_a_key_says_where_to_put_it() -> None:
    made = qwen_magic.mapper(FEELS, settings=Settings(workspace="ws-1"))
    with pytest.raises(QwenError, match="no API key") as told:
        made(REVIEWS)
    assert "each worker" in told.value.hint
    assert pickle.loads(pickle.dumps(told.value)).hint == told.value.hint


def test_the_key_may_stand_in_dasks_configuration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import dask

    from qwen_magic.conversation.spreading.keys import key_here

    settings = Settings(region="singapore")
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-of-the-environment")
    assert key_here(settings) == "sk-of-the-environment"
    monkeypatch.delenv("DASHSCOPE_API_KEY")
    with dask.config.set({"qwen-magic.api-key": KEY}):
        assert key_here(settings) == KEY
    assert key_here(settings) == ""


def test_an_iterator_of_frames_has_the_columns_that_spark_is_told_of(demo: DemoServer) -> None:
    shape = "mood: positive|negative, tags: [str], day: date?, parts: [{name: str}], when: datetime"
    made = mapper(demo, schema=shape)
    assert made.ddl.startswith(
        "`mood` string, `tags` array<string>, `day` date, `parts` string, `when` timestamp, `status` string"
    )
    (found,) = made(iter([REVIEWS]))
    assert found.loc["u", "mood"] == "positive"
    assert isinstance(found.loc["u", "tags"], list)
    assert all(isinstance(cell, str) for cell in found["parts"])
    assert found["day"].dtype == object
