"""Maps with a model on this computer: as many rows at once as it answers, and found out if it does not say."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock, Semaphore
from typing import TYPE_CHECKING, Any

import pytest

from qwen_magic import Session, Settings
from qwen_magic.conversation.mapping.window import Window
from tests.conversation.mapping.test_window import answered_by
from tests.local.standins import StandIn, llama, ollama

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ROWS = [{"text": f"row {number}"} for number in range(40)]
PROMPT = "Say hello to {{text}}"
_FULL = {
    "error": {"code": 500, "message": "Context size has been exceeded.", "type": "server_error"}
}


class Queueing(StandIn):
    """Answers so many questions at once; others queue, as at a real server."""

    slots = 2
    room = 100  # questions that its memory has room for
    pause = 0.01  # seconds for an answer
    there = most = refused = 0
    first = 0  # questions that were there before one was answered

    def answer(self, method: str, path: str, headers: dict[str, str], body: Any) -> tuple[int, Any]:  # noqa: ANN401
        if method != "POST" or body.get("input") == 1:
            return super().answer(method, path, headers, body)
        with self._lock:
            self.there += 1
            self.most = max(self.most, self.there)
            full = self.there > self.room
            self.refused += full
        try:
            if full:
                return 500, _FULL
            with self._free:
                self._ended.wait(self.pause)
                self.first = self.first or self.most
                return super().answer(method, path, headers, body)
        finally:
            with self._lock:
                self.there -= 1

    def start(self, port: int = 0) -> Queueing:
        self._lock, self._free = Lock(), Semaphore(self.slots)
        return super().start(port)


def queueing(server: StandIn, slots: int, room: int = 100) -> Queueing:
    found = Queueing(server.paths, server.unknown)
    found.slots, found.room = slots, room
    return found


@pytest.fixture
def session() -> Iterator[Session]:
    with Session(Settings(region="local")) as made:
        yield made


def test_no_more_rows_wait_than_one_beyond_the_slots(
    session: Session, here: Callable[..., None]
) -> None:
    with queueing(llama("qwen3-0.6b", slots=3), 3) as server:
        here(llama_cpp=server)
        found = session.map(PROMPT, ROWS)
        found.wait()
        assert found.counts == {"completed": len(ROWS)}
        assert server.most <= 4


def test_a_reader_may_let_fewer_wait(session: Session, here: Callable[..., None]) -> None:
    with queueing(llama("qwen3-0.6b", slots=1), 1) as server:
        here(llama_cpp=server)
        session.map(PROMPT, ROWS, concurrency=1).wait()
        assert server.most == 1


def test_rows_are_asked_as_cells_are(session: Session, here: Callable[..., None]) -> None:
    with llama("qwen3-0.6b") as server:
        server.says = ['{"mood": "good"}']
        here(llama_cpp=server)
        (row,) = session.map(PROMPT, ROWS[:1], schema="mood: good|bad")
        assert row.value == {"mood": "good"}
        (body,) = server.questions
        assert body["model"] == "qwen3-0.6b"
        assert body["json_schema"]["properties"]["mood"]
        assert "text" not in body


def test_rows_that_do_not_fit_into_memory_together_are_asked_by_fewer(
    session: Session, here: Callable[..., None]
) -> None:
    with queueing(llama("qwen3-0.6b", slots=4), 4, room=1) as server:
        here(llama_cpp=server)
        found = session.map(PROMPT, ROWS)
        found.wait()
        assert found.counts == {"completed": len(ROWS)}
        assert found.progress().concurrency <= 2
        assert server.refused <= 10


@pytest.mark.parametrize("schema", [None, "mood: good|bad"])
def test_a_table_recorded_here_is_replayed_without_a_model(
    session: Session, here: Callable[..., None], tmp_path: Path, schema: str | None
) -> None:
    lesson = str(tmp_path / "lesson.jsonl")
    with llama("qwen3-0.6b") as server:
        server.says = ['{"mood": "good"}'] * len(ROWS)
        here(llama_cpp=server)
        session.settings = replace(session.settings, record=lesson)
        asked = session.map(PROMPT, ROWS, schema=schema).frame()
    with Session(Settings(replay=lesson, replay_speed=0)) as pupil:
        again = pupil.map(PROMPT, ROWS, schema=schema).frame()
    assert set(again["status"]) == {"completed"}
    assert again.equals(asked)


def test_a_server_that_does_not_tell_its_slots_is_asked_by_few_at_first(
    session: Session, here: Callable[..., None]
) -> None:
    with queueing(ollama("qwen3:4b"), 1) as server:
        server.pause = 0.15
        here(Ollama=server)
        found = session.map(PROMPT, ROWS[:6])
        found.wait()
        assert found.counts == {"completed": 6}
        assert server.first <= 2


@pytest.mark.parametrize("spread", [0.1, 0.6])
@pytest.mark.parametrize(("slots", "most"), [(1, 12), (2, 12), (4, 20), (32, 64)])
def test_from_a_few_it_finds_as_many_as_are_answered_at_once(
    slots: int, most: int, spread: float
) -> None:
    window = Window(256, 2.0, blind=2.0)
    assert answered_by(window, slots, 400, mean=1.0, spread=spread) > 0.95 * slots * 400
    assert window.limit <= most


def test_answers_are_known_though_the_server_has_another_port(
    session: Session, here: Callable[..., None]
) -> None:
    for asked in (5, 0):
        with llama("qwen3-0.6b") as server:
            here(llama_cpp=server)
            session.map(PROMPT, ROWS[:5]).wait()
            assert len(server.questions) == asked
