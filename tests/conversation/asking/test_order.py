"""Questions of one chain are answered one after another, whoever asks them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from qwen_magic.conversation.asking.order import in_order
from qwen_magic.conversation.asking.session import Session
from qwen_magic.conversation.chains.placement import Asked
from qwen_magic.conversation.store.lanes import Ticket
from qwen_magic.conversation.store.store import ChainStore
from qwen_magic.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwen_magic.demo.server import DemoServer


@pytest.fixture
def store() -> Iterator[ChainStore]:
    store = ChainStore(None)
    yield store
    store.close()


def asking(store: ChainStore, demo: DemoServer, chain: str = "main") -> Session:
    return Session(Settings(base_url=demo.base_url, chain=chain), store=store)


@pytest.mark.parametrize("is_async", [False, True])
def test_a_question_of_a_function_that_runs_on_another_thread_does_not_wait(
    store: ChainStore, demo: DemoServer, *, is_async: bool
) -> None:
    asked: list[str] = []

    def ask() -> str:
        with asking(store, demo) as inner:
            turns = in_order(inner, inner.stream("Hello", asked=Asked(how="append")))
            with closing(turns):
                asked.append(next(turns).prompt)
        return "sunny"

    def get_weather(city: str) -> str:
        """Get the weather forecast of a city."""
        return f"{city} is {ask()}"

    async def get_weather_later(city: str) -> str:
        """Get the weather forecast of a city."""
        return f"{city} is {ask()}"

    function = get_weather_later if is_async else get_weather
    with (
        ThreadPoolExecutor() as other,
        Session(Settings(base_url=demo.base_url), store=store, place=other.submit) as session,
    ):
        session.settings = replace(session.settings, approve="always", tools=(function,))
        turns = list(in_order(session, session.stream(f"Call {function.__name__} for Paris")))
    assert "Paris is sunny" in turns[-1].text
    assert asked == ["Hello"]


def test_two_threads_continue_each_other(store: ChainStore, demo: DemoServer) -> None:
    def ask(number: int) -> None:
        with asking(store, demo) as session:
            asked = Asked(how="append")
            for _ in in_order(session, session.stream(f"Question {number}", asked=asked)):
                pass

    threads = [Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    turns = asking(store, demo).path()
    assert [turn.number for turn in turns] == [1, 2, 3, 4]
    ids = [turn.response_id for turn in turns]
    assert [turn.previous_response_id for turn in turns] == [None, *ids[:3]]


def test_one_that_waits_can_be_stopped(store: ChainStore, demo: DemoServer) -> None:
    with asking(store, demo) as session:
        ticket = store.lanes.join(Ticket(session.chain))
        store.lanes.wait(ticket, -1, 0)
        turns = in_order(session, session.stream("Hello"))
        assert next(turns).status == "queued"
        turns.close()
        assert session.last is not None
        assert session.last.status == "cancelled"
        assert store.tree(session.chain).nodes == ()
        store.lanes.leave(ticket)
        assert session.ask("Hello").status == "completed"
