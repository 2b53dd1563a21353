from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pandas as pd  # type: ignore[import-untyped]
import pytest

from qwen_magic import Session, Settings
from qwen_magic.conversation.asking.maps import prepared
from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwen_magic.demo.server import DemoServer

FEELS = "How does the customer feel? {{text}}"
REVIEWS = pd.DataFrame(
    {"text": [f"Great, I love phone {number}" for number in range(30)] + ["Awful!"] * 5},
    index=[f"r{number}" for number in range(35)],
)


@pytest.fixture
def session(demo: DemoServer) -> Iterator[Session]:
    with Session(Settings(base_url=demo.base_url)) as opened:
        yield opened


def test_a_map_is_a_frame_of_the_tables_kind_and_order(session: Session) -> None:
    made = session.map(FEELS, REVIEWS).frame()
    assert list(made.index) == list(REVIEWS.index)
    assert set(made["status"]) == {"completed"}
    assert made.loc["r0", "answer"] == "positive"
    assert made.loc["r34", "answer"] == "negative"


def test_equal_rows_are_asked_once(session: Session, demo: DemoServer) -> None:
    session.map(FEELS, REVIEWS).frame()
    assert len(demo.requests) == 31


def test_what_was_answered_is_not_asked_again(session: Session, demo: DemoServer) -> None:
    session.map(FEELS, REVIEWS, limit=20).frame()
    mapping = session.map(FEELS, REVIEWS[::-1])
    assert set(mapping.frame()["status"]) == {"completed"}
    assert len(demo.requests) == 31
    assert (mapping.progress().known, mapping.progress().asked) == (20, 11)


def test_another_session_finds_the_answers(session: Session, demo: DemoServer) -> None:
    session.map(FEELS, REVIEWS).frame()
    with Session(Settings(base_url=demo.base_url)) as other:
        assert other.map(FEELS, REVIEWS).frame()["answer"].notna().all()
    assert len(demo.requests) == 31


def test_fresh_asks_anew(session: Session, demo: DemoServer) -> None:
    for fresh in (False, True):
        session.map(FEELS, REVIEWS, fresh=fresh).frame()
    assert len(demo.requests) == 62


def test_a_schema_gives_its_fields(session: Session) -> None:
    made = session.map(FEELS, REVIEWS, schema="mood: positive|negative|neutral, n: int").frame()
    assert list(made.columns[:2]) == ["mood", "n"]
    assert made.loc["r0", "mood"] == "positive"


def test_rows_come_as_they_end(session: Session) -> None:
    rows = list(session.map("How does the customer feel? {{item}}", list(REVIEWS["text"])))
    assert sorted(row.row for row in rows) == list(range(35))
    assert {row.value for row in rows} == {"positive", "negative"}


def test_a_template_without_a_column_is_refused(session: Session, demo: DemoServer) -> None:
    with pytest.raises(RequestError, match="names no column"):
        session.map("How?", REVIEWS)
    assert demo.requests == []


@pytest.mark.parametrize("concurrency", [0, -1])
def test_a_concurrency_must_be_one_row_at_least(session: Session, concurrency: int) -> None:
    with pytest.raises(RequestError, match="no number of rows"):
        session.map(FEELS, REVIEWS, concurrency=concurrency)


def test_a_map_can_be_awaited_while_other_tasks_run(session: Session) -> None:
    async def ask() -> tuple[int, int]:
        looks = 0

        async def look() -> None:
            nonlocal looks
            while True:
                looks += 1
                await asyncio.sleep(0)

        looking = asyncio.create_task(look())
        mapping = await session.amap(FEELS, REVIEWS)
        looking.cancel()
        return looks, mapping.counts["completed"]

    looks, completed = asyncio.run(ask())
    assert looks > 10
    assert completed == 35


def test_an_estimate_sends_nothing(session: Session, demo: DemoServer) -> None:
    before = prepared(session, FEELS, REVIEWS, {}).estimate()
    assert demo.requests == []
    assert (before.rows, before.distinct, before.known, before.new) == (35, 31, 0, 31)
    assert before.is_guess
    assert before.prompts[0] == "How does the customer feel? Great, I love phone 0"


def test_an_estimate_learns_from_rows_that_were_asked(session: Session) -> None:
    session.map(FEELS, REVIEWS, limit=20).frame()
    told = prepared(session, FEELS, REVIEWS, {}).estimate()
    assert (told.known, told.new, told.is_guess) == (20, 11, False)
    spent = session.map(FEELS, REVIEWS)
    spent.frame()
    progress = spent.progress()
    tokens = progress.input_tokens + progress.output_tokens
    assert told.tokens == pytest.approx(tokens, rel=0.2)
