"""Sessions in programs: forked, left half-way, several answers at once."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from qwen_magic import Asking, Session, Settings
from tests.forking import holds_in_a_fork

if TYPE_CHECKING:
    from qwen_magic.demo.server import DemoServer

NEW = Asking(new=True)


def test_a_fork_asks_over_a_connection_of_its_own(demo: DemoServer) -> None:
    with Session(Settings(base_url=demo.base_url)) as session:
        session.ask("My name is Alice.")
        known = session.client()

        def asks_alone() -> bool:
            is_new = session.client() is not known
            return is_new and "Alice" in session.ask("What is my name?").text

        assert holds_in_a_fork(asks_alone)
        assert session.client() is known
        assert "Alice" in session.ask("What is my name?").text


def test_two_answers_of_one_session_grow_beside_each_other(demo: DemoServer) -> None:
    demo.pace = 0.02  # neither ends while the other is read
    with Session(Settings(base_url=demo.base_url)) as session:
        one = session.stream("Tell a long story.", asking=NEW)
        two = session.stream("Tell another long story.", asking=NEW)
        with closing(one), closing(two):
            assert not any(turn.text for turn in (next(one), next(two)))
            next(turn for turn in one if turn.text)
            next(turn for turn in two if turn.text)
            demo.pace = 0
            ends = [list(turns)[-1] for turns in (one, two)]
    assert [turn.status for turn in ends] == ["completed", "completed"]


def test_a_session_says_what_goes_to_another_process_instead(demo: DemoServer) -> None:
    with Session(Settings(base_url=demo.base_url)) as session:
        for take in (pickle.dumps, copy.deepcopy, copy.copy):
            with pytest.raises(TypeError, match=r"Session\(session.settings\)"):
                take(session)
        assert pickle.loads(pickle.dumps(session.settings)) == session.settings


def test_threads_share_a_session(demo: DemoServer) -> None:
    demo.pace = 0.002
    texts = ["What is JSON?", "Show me a table", "What can you do?", "What is a prime number?"] * 2
    with Session(Settings(base_url=demo.base_url)) as session, ThreadPoolExecutor(8) as pool:
        turns = list(pool.map(session.ask, texts))
        assert session.head() is not None
    assert [(turn.prompt, turn.status) for turn in turns] == [(text, "completed") for text in texts]


def test_a_question_is_answered_while_another_is_left_half_way(demo: DemoServer) -> None:
    demo.pace = 0.005
    with (
        Session(Settings(base_url=demo.base_url)) as session,
        closing(session.stream("Tell a long story.")) as turns,
    ):
        next(turn for turn in turns if turn.text)
        demo.pace = 0
        assert session.ask("What is JSON?").status == "completed"
        assert list(turns)[-1].status == "completed"
