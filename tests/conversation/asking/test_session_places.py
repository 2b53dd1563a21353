"""Where a session's questions go when cells, threads and retries ask, over real sockets."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from qwen_magic import Asking, QwenError, Session, Settings
from qwen_magic.conversation.chains.placement import Asked
from qwen_magic.conversation.store.store import ChainStore
from qwen_magic.errors import RequestError
from tests.conversation.asking.sessions import answer, run, sent, session_at
from tests.responses.asking import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qwen_magic.demo.server import DemoServer

ASIDE = "{} set aside · %qwen_chain --restore {}".format


@pytest.fixture
def session(demo: DemoServer) -> Iterator[Session]:
    with Session(Settings(base_url=demo.base_url)) as session:
        yield session


def numbers(session: Session, *texts: str) -> list[int]:
    return [run(session, text, text).number for text in texts]


def test_a_cell_run_again_takes_its_place(session: Session) -> None:
    first = run(session, "Hello", "A")
    assert numbers(session, "B", "C") == [2, 3]
    again = run(session, "Hello again", "B")
    assert (again.number, again.previous_response_id) == (2, first.response_id)
    assert again.notes == (ASIDE("1 later turn", 3),)


def test_a_cell_that_failed_and_is_retried_never_doubles_its_turn(session: Session) -> None:
    first = run(session, "Hello", "A")
    good = session.settings
    session.settings = replace(good, model="demo-failed")
    for _ in range(2):
        with pytest.raises(QwenError):
            run(session, "Hello", "B")
    session.settings = good
    turn = run(session, "Hello", "B")
    assert (turn.number, turn.previous_response_id, turn.notes) == (2, first.response_id, ())


def test_a_cell_that_was_stopped_and_is_retried_never_doubles_its_turn(session: Session) -> None:
    first = run(session, "Hello", "A")
    good = session.settings
    session.settings = replace(good, model="demo-stall")
    with closing(session.stream("Hello", asked=Asked("B"))) as turns:
        next(turn for turn in turns if turn.text)
    assert session.last is not None
    assert session.last.status == "cancelled"
    session.settings = good
    turn = run(session, "Hello", "B")
    assert (turn.number, turn.previous_response_id) == (2, first.response_id)


def test_a_good_turn_keeps_its_place_while_its_cell_fails(session: Session) -> None:
    good = session.settings
    turns = [run(session, "Hello", cell) for cell in "AB"]
    session.settings = replace(good, model="demo-cut")
    with pytest.raises(QwenError):
        run(session, "Hello", "A")
    session.settings = good
    assert run(session, "Hello", "C").previous_response_id == turns[1].response_id


def test_several_questions_of_a_cell_meet_those_of_its_last_run(session: Session) -> None:
    first = run(session, "Hello", "A")
    for _ in range(2):
        turns = [run(session, "Hello", "B", ask=number) for number in (1, 2, 3)]
        assert [turn.number for turn in turns] == [2, 3, 4]
        assert turns[0].previous_response_id == first.response_id
    assert turns[2].previous_response_id == turns[1].response_id


def test_from_and_append_name_the_place(session: Session) -> None:
    turns = [run(session, "Hello", cell) for cell in "ABC"]
    appended = run(session, "Hello", "A", how="append")
    assert (appended.number, appended.previous_response_id) == (4, turns[2].response_id)
    branched = run(session, "Hello", "D", how="from", number=1)
    assert (branched.number, branched.previous_response_id) == (2, turns[0].response_id)
    assert branched.notes == (ASIDE("3 later turns", 4),)
    with pytest.raises(RequestError, match="no turn 7"):
        run(session, "Hello", "E", how="from", number=7)
    assert run(session, "Hello", "E").previous_response_id == branched.response_id


def test_an_unchanged_cell_is_not_asked_again(session: Session, demo: DemoServer) -> None:
    session.settings = replace(session.settings, reuse="same")
    asked = [run(session, "Hello", cell) for cell in "AB"]
    again = [run(session, "Hello", cell) for cell in "AB"]
    assert len(demo.requests) == 2
    assert [turn.items for turn in again] == [turn.items for turn in asked]
    assert [turn.response_id for turn in again] == [turn.response_id for turn in asked]
    assert [turn.number for turn in again] == [1, 2]
    assert [turn.notes for turn in again] == [(ASIDE("1 later turn", 2),), ()]
    assert run(session, "Hello", "C").previous_response_id == asked[1].response_id


def test_a_changed_cell_is_asked_again(session: Session, demo: DemoServer) -> None:
    session.settings = replace(session.settings, reuse="same")
    for text in ("Hello", "Hello!"):
        for cell in "AB":
            run(session, text if cell == "A" else "What is 2 + 2?", cell)
    assert len(demo.requests) == 4


def test_a_turn_shown_again_was_not_rebuilt() -> None:
    with (
        serving(answer("r1"), answer("r2")) as server,
        session_at(server.url, resend=True, reuse="same") as session,
    ):
        for cell in "AB":
            run(session, "Hello", cell)
        assert run(session, "Hello", "B").notes == ()
        assert len(server.asked) == 2


@pytest.mark.parametrize("kept", [True, False])
def test_any_thread_may_ask(demo: DemoServer, tmp_path: Path, kept: bool) -> None:  # noqa: FBT001 - a parameter of the test
    store = ChainStore(tmp_path if kept else None)
    session = Session(Settings(base_url=demo.base_url), store=store)
    session.ask("My name is Alice.")
    with ThreadPoolExecutor(2) as pool:
        turns = [pool.submit(session.ask, "What is my name?").result() for _ in range(3)]
    assert [turn.number for turn in turns] == [2, 3, 4]
    assert all("Alice" in turn.text for turn in turns)
    assert session.ask("Hello").previous_response_id == turns[2].response_id
    session.close()
    store.close()


def test_sessions_in_threads_share_a_store(demo: DemoServer, tmp_path: Path) -> None:
    store = ChainStore(tmp_path)

    def chat(name: str) -> list[str]:
        with Session(Settings(base_url=demo.base_url, chain=name), store=store) as session:
            session.ask(f"My name is {name}.")
            return [session.ask("What is my name?").text for _ in range(5)]

    with ThreadPoolExecutor(4) as pool:
        names = ["Alice", "Bob", "Carol", "Dora"]
        for name, texts in zip(names, pool.map(chat, names), strict=True):
            assert all(name in text for text in texts)
    store.close()


def test_the_hundredth_request_is_as_small_as_the_second() -> None:
    scripts = [answer(f"r{number:03}") for number in range(100)]
    with serving(*scripts) as server, session_at(server.url) as session:
        for number in range(100):
            session.ask(f"Question {number:03}", asking=Asking(system="Be brief."))
    sizes = [len(asked.body) for asked in server.asked]
    assert sent(server)[99] == ("Question 099", "r098")
    assert set(sizes[1:]) == {sizes[0] + len(',"previous_response_id":"r000"')}
