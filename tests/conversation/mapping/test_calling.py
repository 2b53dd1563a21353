"""Rows whose model calls functions: run where the reader waits, or side by side in threads."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING

import pytest

from qwen_magic import Session, Settings, tool
from qwen_magic.conversation.planning.question import Asking
from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from qwen_magic.demo.server import DemoServer

ASK = "What is the weather in {{item}}?"
CITIES = ["Paris", "Rome", "Oslo", "Cairo"]


def test_functions_run_one_at_a_time_where_the_reader_waits(demo: DemoServer) -> None:
    seen: list[tuple[str, threading.Thread]] = []

    def weather(city: str) -> str:
        """Look up the weather in a city."""
        seen.append((city, threading.current_thread()))
        return f"sunny in {city}"

    settings = Settings(base_url=demo.base_url, tools=(weather,), approve="always")
    with Session(settings) as session:
        made = session.map(ASK, CITIES).frame()
    assert set(made["status"]) == {"completed"}
    assert all("sunny" in answer for answer in made["answer"])
    assert {thread for _, thread in seen} == {threading.current_thread()}
    assert len(seen) == len(CITIES)


def test_functions_declared_parallel_run_side_by_side(demo: DemoServer) -> None:
    together = threading.Barrier(len(CITIES), timeout=20)

    @tool(parallel=True)
    def weather(city: str) -> str:
        """Look up the weather in a city."""
        together.wait()
        return f"sunny in {city}"

    settings = Settings(base_url=demo.base_url, tools=(weather,), approve="always")
    with Session(settings) as session:
        made = session.map(ASK, CITIES).frame()
    assert all("sunny" in answer for answer in made["answer"])


def test_coroutines_run_side_by_side(demo: DemoServer) -> None:
    together = threading.Barrier(len(CITIES), timeout=20)

    async def weather(city: str) -> str:
        """Look up the weather in a city."""
        await asyncio.to_thread(together.wait)
        return f"sunny in {city}"

    settings = Settings(base_url=demo.base_url, tools=(weather,), approve="always")
    with Session(settings) as session:
        made = session.map(ASK, CITIES).frame()
    assert all("sunny" in answer for answer in made["answer"])


def test_a_function_that_raises_fails_no_row(demo: DemoServer) -> None:
    def weather(city: str) -> str:
        """Look up the weather in a city."""
        raise KeyError(city)

    settings = Settings(base_url=demo.base_url, tools=(weather,), approve="always")
    with Session(settings) as session:
        assert set(session.map(ASK, CITIES).frame()["status"]) == {"completed"}


def test_a_single_row_goes_on_once_its_function_returned(demo: DemoServer) -> None:
    def weather(city: str) -> str:
        """Look up the weather in a city."""
        time.sleep(0.05)  # nothing else is under way by then
        return f"sunny in {city}"

    settings = Settings(base_url=demo.base_url, tools=(weather,), approve="always")
    with Session(settings) as session:
        mapping = session.map(ASK, CITIES[:1])
        assert mapping.wait(20)
        assert "sunny" in mapping.frame()["answer"][0]


def test_functions_that_nobody_allowed_are_refused_before_anything_is_sent(
    demo: DemoServer,
) -> None:
    def weather(city: str) -> str:
        """Look up the weather in a city."""
        return city

    with (
        Session(Settings(base_url=demo.base_url, tools=(weather,))) as session,
        pytest.raises(RequestError, match=r"weather\(\) cannot be approved call by call"),
    ):
        session.map(ASK, CITIES)
    assert demo.requests == []


def test_todays_budget_bounds_a_map_and_counts_it(demo: DemoServer) -> None:
    rows = [f"Great, I love phone {number}" for number in range(60)]
    with Session(Settings(base_url=demo.base_url, budget=1_000)) as session:
        mapping = session.map("How does the customer feel? {{item}}", rows)
        mapping.frame()
        progress = mapping.progress()
        spent = progress.input_tokens + progress.output_tokens
        assert progress.state == "budget"
        assert 0 < spent <= 1_000
        assert session.store.ledger.today("") == spent
        session.settings = Settings(base_url=demo.base_url, budget=spent)
        with pytest.raises(RequestError, match="tokens a day does not last"):
            session.map("How does the customer feel? {{item}}", rows)
        known = [rows[row.row] for row in mapping if row.status == "completed"]
        again = session.map("How does the customer feel? {{item}}", known)
        assert set(again.frame()["status"]) == {"completed"}
        over = session.map("How does the customer feel? {{item}}", rows, asking=Asking(over=True))
        assert set(over.frame()["status"]) == {"completed"}
