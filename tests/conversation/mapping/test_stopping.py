"""What ends a map before its last row, and what is kept then."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pytest

from qwen_magic import Session, Settings
from qwen_magic.conversation.mapping.pace import Patience
from qwen_magic.demo.server import DemoServer
from qwen_magic.errors import RequestError, StatusError
from tests.responses.asking import serving
from tests.responses.rawserver import answered
from tests.slowness import slowness

if TYPE_CHECKING:
    from collections.abc import Iterator

SAY = "How does the customer feel? {{item}}"
ROWS = [f"Great, I love phone {number}" for number in range(60)]


def session_at(server: DemoServer, **settings: Any) -> Session:  # noqa: ANN401 - any setting
    return Session(Settings(base_url=server.base_url, **settings))


def test_stop_ends_within_a_fifth_of_a_second(demo: DemoServer) -> None:
    def stopped() -> float:
        known = len(demo.requests)
        with session_at(demo, model="demo-stall") as session:
            mapping = session.map("Write an essay about {{item}}", ROWS)
            while not demo.requests[known + 10 :]:
                assert not mapping.wait(0.01)
            began = time.monotonic()
            mapping.stop()
            taken = time.monotonic() - began
        assert mapping.progress().state == "stopped"
        assert mapping.counts == {"not asked": len(ROWS)}  # all that were sent had stalled
        return taken

    assert min(stopped() for _ in range(5)) < 0.2 * slowness()


def test_a_stopped_map_is_resumed(demo: DemoServer) -> None:
    rows = [SAY.replace("{{item}}", row) for row in ROWS[:5]]
    rows += [f"Write a long story of phone {number}" for number in range(10)]
    demo.pace = 0.02  # a story takes half a minute
    with session_at(demo) as session:
        mapping = session.map("{{item}}", rows)
        while mapping.progress().done < 5:
            assert not mapping.wait(0.01)
        mapping.stop()
        assert mapping.counts == {"completed": 5, "not asked": 10}
        demo.pace = 0
        again = session.map("{{item}}", rows)
        assert set(again.frame()["status"]) == {"completed"}
        assert again.progress().known == 5


async def closed_elsewhere() -> None:
    raise RuntimeError("Event loop is closed")


@dataclass
class Mood:
    mood: Literal["good", "bad"]

    def __post_init__(self) -> None:
        """Do what a client of the openai package does when it is collected in this thread."""
        asyncio.get_running_loop().create_task(closed_elsewhere())


def test_what_fails_in_the_loop_and_is_not_ours_ends_no_map(
    demo: DemoServer, caplog: pytest.LogCaptureFixture
) -> None:
    with session_at(demo) as session:
        mapping = session.map(SAY, ROWS, schema=Mood)
        mapping.wait()
        assert (mapping.error, mapping.counts) == (None, {"completed": len(ROWS)})
    assert "never retrieved" in caplog.text


def test_a_wrong_key_stops_all_with_one_message() -> None:
    with DemoServer(pace=0, key="sk-right-key") as server:
        with session_at(server, api_key="sk-wrong-key") as session:
            mapping = session.map(SAY, ROWS)
            with pytest.raises(StatusError, match="401"):
                mapping.frame()
        assert len(server.requests) < len(ROWS)
        assert set(mapping.frame(partial=True)["status"]) == {"not asked"}


def test_an_empty_account_stops_all(demo: DemoServer) -> None:
    with session_at(demo, model="demo-arrears") as session:
        with pytest.raises(StatusError, match="Arrearage"):
            list(session.map(SAY, ROWS))
        assert len(demo.requests) < len(ROWS)


def test_rows_that_all_fail_for_one_reason_are_not_all_asked(demo: DemoServer) -> None:
    with session_at(demo, model="demo-content-filter") as session:
        mapping = session.map(SAY, range(5_000), concurrency=4)
        with pytest.raises(RequestError, match=r"first 20 rows all failed.*inappropriate"):
            mapping.frame()
    assert mapping.counts["refused"] >= 20
    assert mapping.counts["not asked"]


def test_keep_going_asks_them_all_the_same(demo: DemoServer) -> None:
    with session_at(demo, model="demo-content-filter") as session:
        mapping = session.map(SAY, ROWS, keep_going=True)
        made = mapping.frame()
    assert set(made["status"]) == {"refused"}
    assert made["answer"].isna().all()
    assert len(mapping.failures()) == 1
    assert len(demo.requests) == len(ROWS)


def test_refused_rows_are_asked_again_by_the_next_run(demo: DemoServer) -> None:
    for _ in range(2):
        with session_at(demo, model="demo-content-filter") as session:
            session.map(SAY, ROWS[:5]).frame()
    assert len(demo.requests) == 10


def test_a_limit_that_lasts_for_hours_ends_it_with_what_the_server_said() -> None:
    body = b'{"error":{"code":"Throttling","message":"Enough for today."}}'
    with (
        serving(answered(429, body, Retry_After="86400")) as server,
        Session(Settings(base_url=f"{server.url}/v1")) as session,
    ):
        mapping = session.map(SAY, ROWS[:1])
        assert mapping.wait(60)
    assert isinstance(mapping.error, StatusError)
    assert mapping.error.hint == "the server asks to wait 86400 s, then run the cell again"


def test_patience_ends_where_no_answer_comes_between_refusals() -> None:
    patience = Patience()
    for minute in range(5):
        patience.refused(60.0 * minute)
        assert not patience.is_over(60.0 * minute, 60.0)
    patience.answered()
    patience.refused(300.0)
    assert not patience.is_over(900.0, None)
    assert patience.is_over(900.0, 1.0)


def test_a_budget_that_does_not_last_for_one_row_ends_it_at_once(demo: DemoServer) -> None:
    with Session(Settings(base_url=demo.base_url)) as session:
        mapping = session.map(SAY, ROWS, budget=20)
        assert mapping.wait(60)
        assert mapping.progress().state == "budget"
        assert set(mapping.frame().status) == {"not asked"}
    assert demo.requests == []


def test_a_budget_ends_it_before_it_is_exceeded(demo: DemoServer) -> None:
    with session_at(demo) as session:
        mapping = session.map(SAY, ROWS, budget=1000)
        made = mapping.frame()
        progress = mapping.progress()
    assert progress.state == "budget"
    assert 0 < progress.input_tokens + progress.output_tokens <= 1000
    assert set(made["status"]) == {"completed", "not asked"}
    assert made["status"].value_counts()["completed"] > 15


def test_what_came_before_a_generator_raised_is_kept(demo: DemoServer) -> None:
    def rows() -> Iterator[str]:
        yield from ROWS[:10]
        raise ZeroDivisionError

    with session_at(demo) as session:
        mapping = session.map(SAY, rows())
        with pytest.raises(RequestError, match="the rows end after 10: ZeroDivisionError"):
            mapping.frame()
        assert session.map(SAY, ROWS[:10]).frame()["status"].eq("completed").all()
        assert len(demo.requests) == 10


def test_an_interrupt_of_who_waits_leaves_the_map_to_itself(demo: DemoServer) -> None:
    asked: list[str] = []

    def weather(city: str) -> str:
        """Look up the weather in a city."""
        asked.append(city)
        if len(asked) == 1:
            raise KeyboardInterrupt
        return "sunny"

    with session_at(demo, tools=(weather,), approve="always") as session:
        mapping = session.map("What is the weather in {{item}}?", ["Paris", "Rome", "Oslo"])
        with pytest.raises(KeyboardInterrupt):
            mapping.wait(60)
        assert mapping.wait(60)
        assert (mapping.error, mapping.counts) == (None, {"completed": 3})
