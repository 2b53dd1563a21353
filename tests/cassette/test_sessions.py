"""Lessons: recorded and replayed by a session, as a script or a notebook does."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from qwen_magic.conversation.asking.session import Session
from qwen_magic.conversation.planning.standing import chain_of
from qwen_magic.conversation.store.store import ChainStore
from qwen_magic.errors import CassetteError, RequestError, StatusError
from qwen_magic.responses.items import FunctionCall
from qwen_magic.settings import Settings
from tests.cassette.lessons import session, taped
from tests.conversation.asking.sessions import GONE, answer
from tests.responses.asking import serving

if TYPE_CHECKING:
    from pathlib import Path

    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.demo.server import DemoServer

KEY = "sk-0123456789abcdef"
LESSON = (
    "My name is Alice, please remember it.",
    "Do you remember my name?",
    "Which is larger, 9.9 or 9.11?",
)
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lesson.jsonl"


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def trap(*_: object, **__: object) -> None:
        raise AssertionError("something reached for the network")

    for name in ("connect", "connect_ex", "sendto", "bind"):
        monkeypatch.setattr(socket.socket, name, trap)
    monkeypatch.setattr(socket, "getaddrinfo", trap)


def teach(path: Path, demo: DemoServer, *prompts: str, **settings: Any) -> list[Turn]:  # noqa: ANN401 - any setting
    with session(base_url=demo.base_url, api_key=KEY, record=str(path), **settings) as teacher:
        return [teacher.ask(prompt) for prompt in prompts]


def learn(path: Path, *prompts: str, **settings: Any) -> list[Turn]:  # noqa: ANN401 - any setting
    with session(replay=str(path), replay_speed=0, **settings) as pupil:
        return [pupil.ask(prompt) for prompt in prompts]


def test_a_lesson_is_the_same_without_key_and_network(
    path: Path, demo: DemoServer, request: pytest.FixtureRequest
) -> None:
    taught = teach(path, demo, *LESSON)
    demo.close()
    request.getfixturevalue("no_network")
    learned = learn(path, *LESSON)
    assert learned == taught
    assert "Alice" in learned[1].text
    assert learned[1].previous_response_id == learned[0].response_id


def test_a_lesson_can_be_run_again_and_in_parts(path: Path, demo: DemoServer) -> None:
    first, second, third = teach(path, demo, *LESSON)
    again = learn(path, *LESSON, *LESSON)
    assert [turn.text for turn in again[3:]] == [turn.text for turn in again[:3]]
    assert [turn.text for turn in learn(path, LESSON[2], LESSON[0])] == [third.text, first.text]
    assert second.text


def test_replayed_tokens_are_not_used(path: Path, demo: DemoServer) -> None:
    teach(path, demo, LESSON[0])
    with session(replay=str(path), replay_speed=0) as pupil:
        assert pupil.ask(LESSON[0]).usage
        assert pupil.used == 0


def test_no_key_reaches_the_file(path: Path, demo: DemoServer) -> None:
    teach(path, demo, *LESSON)
    assert KEY not in path.read_text()
    assert len(taped(path)) == 3


def test_a_tool_round_trip_is_replayed(path: Path, demo: DemoServer) -> None:
    def round_trip(**settings: Any) -> list[Turn]:  # noqa: ANN401 - any setting
        with session(**settings) as found:
            asked = found.ask("What is the weather in Berlin?", tools=[WEATHER])
            (call,) = asked.tool_calls
            assert isinstance(call, FunctionCall)
            assert call.call_id
            output = {
                "type": "function_call_output",
                "call_id": call.call_id,
                "output": "24 degrees",
            }
            return [asked, found.ask([output], tools=[WEATHER])]

    taught = round_trip(base_url=demo.base_url, record=str(path))
    assert round_trip(replay=str(path), replay_speed=0) == taught


def test_a_recorded_refusal_is_replayed(path: Path, demo: DemoServer) -> None:
    found = []
    for settings in ({"base_url": demo.base_url, "record": str(path)}, {"replay": str(path)}):
        with session(**settings, model="demo-content-filter", replay_speed=0) as asker:
            with pytest.raises(StatusError) as caught:
                asker.ask("Hello")
            found.append((str(caught.value), caught.value.turn))
    assert found[0] == found[1]


@pytest.mark.parametrize("reason", GONE)
def test_a_chain_that_was_rebuilt_is_replayed(path: Path, reason: str) -> None:
    def conversation(**settings: Any) -> list[Turn]:  # noqa: ANN401 - any setting
        with session(**settings, replay_speed=0) as found:
            return [found.ask(text) for text in ("One", "Two", "Three")]

    with serving(answer("r1"), GONE[reason], answer("r2"), answer("r3")) as server:
        taught = conversation(base_url=f"{server.url}/v1", record=str(path))
    assert conversation(replay=str(path)) == taught


def test_a_turn_older_than_a_week_is_continued_under_replay(path: Path, demo: DemoServer) -> None:
    teach(path, demo, *LESSON[:2])
    now = [0.0]
    store = ChainStore(None, clock=lambda: now[0])
    with Session(Settings(replay=str(path), replay_speed=0), store=store) as pupil:
        pupil.ask(LESSON[0])
        now[0] = 30 * 24 * 3600.0
        assert "Alice" in pupil.ask(LESSON[1]).text
    store.close()


def test_replayed_turns_have_chains_of_their_own(path: Path, demo: DemoServer) -> None:
    teach(path, demo, *LESSON)
    with session(base_url=demo.base_url, replay_speed=0) as found:
        real = found.ask("Hello")
        found.settings = Settings(replay=str(path), replay_speed=0)
        assert found.ask(LESSON[0]).number == 1
        found.settings = Settings(base_url=demo.base_url)
        assert found.ask("And again").previous_response_id == real.response_id
    assert chain_of("n", Settings(replay="a")) != chain_of("n", Settings(replay="b"))
    assert chain_of("n", Settings(replay="a")) != chain_of("n", Settings())


def test_a_question_that_was_not_recorded_fails_its_turn(path: Path, demo: DemoServer) -> None:
    teach(path, demo, *LESSON)
    with session(replay=str(path)) as pupil, pytest.raises(CassetteError) as caught:
        pupil.ask("Do you remember her name?")
    assert "'Do you remember my name?'" in caught.value.hint
    assert caught.value.turn
    assert caught.value.turn.status == "failed"


def test_record_and_replay_exclude_each_other(path: Path) -> None:
    with (
        session(record=str(path), replay=str(path)) as found,
        pytest.raises(RequestError, match="exclude"),
    ):
        found.ask("Hello")
    assert not path.exists()


def test_a_missing_cassette_is_told(path: Path) -> None:
    with session(replay=str(path)) as found, pytest.raises(CassetteError, match="cannot be read"):
        found.ask("Hello")


def test_recording_and_replaying_begin_and_end_between_questions(
    path: Path, demo: DemoServer
) -> None:
    with session(base_url=demo.base_url) as found:
        found.ask("Hello")
        assert not path.exists()
        found.settings = Settings(base_url=demo.base_url, record=str(path))
        told = found.ask("What can you do?")
        found.settings = Settings(base_url=demo.base_url)
        found.ask("Which is larger, 9.9 or 9.11?")
        found.settings = Settings(replay=str(path), replay_speed=0)
        assert found.ask("What can you do?").text == told.text
    assert len(taped(path)) == 1


def test_nobody_is_answered_by_the_demo_instead(path: Path) -> None:
    assert Settings().is_unset
    assert not Settings(record=str(path)).is_unset
    assert not Settings(replay=str(path)).is_unset


@pytest.mark.parametrize(("speed", "patience"), [(None, 1.0), (1.0, 1.0), (4.0, 0.25), (0.0, 0.0)])
def test_waits_between_attempts_are_played_as_the_answer_is(
    speed: float | None, patience: float
) -> None:
    assert Settings(replay="x", replay_speed=speed).patience == patience
    assert Settings(replay_speed=speed).patience == 1.0


SCRIPT = """
import sys
from qwen_magic import Session, Settings
print(Session(Settings(base_url=sys.argv[1], record=sys.argv[2])).ask("Hello").status)
"""


def test_a_script_that_ends_with_its_last_answer_loses_nothing(
    path: Path, demo: DemoServer
) -> None:
    command = [sys.executable, "-c", SCRIPT, demo.base_url, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "completed\n"
    assert [track.end.how for track in taped(path)] == ["whole"]
