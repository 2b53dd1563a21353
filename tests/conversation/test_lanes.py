"""Questions of one chain wait for each other; those of different chains do not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from qwen_magic.conversation.chains.placement import Asked
from qwen_magic.conversation.lanes import Lanes, Ticket, in_order
from qwen_magic.conversation.session import Session
from qwen_magic.conversation.store import ChainStore
from qwen_magic.conversation.turn.records import Chain
from qwen_magic.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwen_magic.demo.server import DemoServer

MAIN, OTHER = Chain("", "main"), Chain("", "other")


@pytest.fixture
def store() -> Iterator[ChainStore]:
    store = ChainStore(None)
    yield store
    store.close()


def asking(store: ChainStore, demo: DemoServer, chain: str = "main") -> Session:
    return Session(Settings(base_url=demo.base_url, chain=chain), store=store)


def test_who_came_first_goes_first() -> None:
    lanes = Lanes()
    first, second = lanes.join(Ticket(MAIN)), lanes.join(Ticket(MAIN))
    waits = [Event(), Event()]

    def wait() -> None:
        waits[0].set()
        while not lanes.wait(second, 0.01):
            pass
        waits[1].set()

    assert lanes.wait(first, 0)
    thread = Thread(target=wait)
    thread.start()
    assert waits[0].wait(60)
    assert not waits[1].wait(0.05)
    lanes.leave(first)
    assert waits[1].wait(60)
    thread.join()


def test_another_chain_does_not_wait() -> None:
    lanes = Lanes()
    assert lanes.wait(lanes.join(Ticket(MAIN)), 0)
    assert lanes.wait(lanes.join(Ticket(OTHER)), 0)


def test_a_question_within_a_question_does_not_wait_for_it() -> None:
    lanes = Lanes()
    assert lanes.wait(lanes.join(Ticket(MAIN)), 0)
    assert lanes.wait(lanes.join(Ticket(MAIN)), 0)


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


def test_leaving_twice_is_harmless() -> None:
    lanes = Lanes()
    ticket = lanes.join(Ticket(MAIN))
    lanes.leave(ticket)
    lanes.leave(ticket)
    assert lanes.wait(lanes.join(Ticket(MAIN)), 0)


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
        Thread(target=store.lanes.wait, args=(ticket, 0)).start()
        turns = in_order(session, session.stream("Hello"))
        assert next(turns).status == "queued"
        turns.close()
        assert session.last is not None
        assert session.last.status == "cancelled"
        assert store.tree(session.chain).nodes == ()
        store.lanes.leave(ticket)
        assert session.ask("Hello").status == "completed"
