"""Maps while a cassette records or replays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from qwen_magic import Session, Settings
from qwen_magic.cassette.tape import tracks
from qwen_magic.errors import CassetteError, RequestError

if TYPE_CHECKING:
    from pathlib import Path

    from qwen_magic.demo.server import DemoServer

MOOD = "How does the customer feel? {{item}}"
SHAPE = "mood: positive|negative|neutral, topics: [str]"
ROWS = [f"Great, I love phone {number}, it is 很好." for number in range(40)] + ["Awful!"] * 2
KEY = "sk-0123456789abcdef"


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    return tmp_path / "lesson.jsonl"


def recording(demo: DemoServer, tape: Path, **settings: Any) -> Session:  # noqa: ANN401
    return Session(Settings(base_url=demo.base_url, api_key=KEY, record=str(tape), **settings))


def replaying(tape: Path) -> Session:
    return Session(Settings(replay=str(tape), replay_speed=0))


def test_a_recorded_map_is_replayed_without_key_or_server(demo: DemoServer, tape: Path) -> None:
    with recording(demo, tape) as session:
        made = session.map(MOOD, ROWS, schema=SHAPE).frame()
        told = session.ask("What is JSON?", schema="answer: str").value
    asked = len(demo.requests)
    assert KEY not in tape.read_text("utf-8")
    with replaying(tape) as session:
        again = session.map(MOOD, ROWS, schema=SHAPE).frame()
        assert session.ask("What is JSON?", schema="answer: str").value == told
    assert again.equals(made)
    assert set(made["status"]) == {"completed"}
    assert len(demo.requests) == asked


def test_each_exchange_stands_whole_on_the_cassette(demo: DemoServer, tape: Path) -> None:
    with recording(demo, tape) as session:
        session.map(MOOD, ROWS).frame()
    found = tracks(tape.read_bytes(), "lesson.jsonl")
    assert len(found) == 41
    assert {(track.end.how, len(track.pieces)) for track in found} == {("whole", 1)}


def test_what_is_on_the_cassette_is_not_asked_again_while_it_records(
    demo: DemoServer, tape: Path
) -> None:
    with Session(Settings(base_url=demo.base_url)) as session:
        session.map(MOOD, ROWS[:5]).frame()  # known, but on no cassette
    with recording(demo, tape) as session:
        session.map(MOOD, ROWS[:10]).frame()
    assert len(demo.requests) == 15
    with recording(demo, tape) as session:
        assert set(session.map(MOOD, ROWS).frame()["status"]) == {"completed"}
    assert len(demo.requests) == 46
    with replaying(tape) as session:
        assert set(session.map(MOOD, ROWS).frame()["status"]) == {"completed"}


def test_rows_that_were_not_recorded_fail_and_the_others_do_not(
    demo: DemoServer, tape: Path
) -> None:
    with recording(demo, tape) as session:
        session.map(MOOD, ROWS[:5]).frame()
    with replaying(tape) as session:
        made = session.map(MOOD, ROWS[:6]).frame()
        assert list(made["status"]) == ["completed"] * 5 + ["failed"]
        assert "holds no answer to" in made["error"][5]
        with pytest.raises(RequestError, match="first 20 rows all failed: the cassette"):
            session.map("Another question: {{item}}", ROWS).frame()


def test_a_map_that_is_replayed_is_the_same_each_time(demo: DemoServer, tape: Path) -> None:
    with recording(demo, tape) as session:
        session.map(MOOD, ROWS).frame()
    for _ in range(2):
        with replaying(tape) as session:
            mapping = session.map(MOOD, ROWS)
            mapping.wait()
            assert (mapping.progress().known, mapping.progress().asked) == (0, 41)


@pytest.mark.parametrize("name", ["record", "replay"])
def test_a_cassette_that_cannot_be_used_is_told_before_anything_is_sent(
    demo: DemoServer, tmp_path: Path, name: str
) -> None:
    settings: dict[str, Any] = {name: str(tmp_path / "none" / "lesson.jsonl")}
    with (
        Session(Settings(base_url=demo.base_url, **settings)) as session,
        pytest.raises(CassetteError, match="cannot be"),
    ):
        session.map(MOOD, ROWS)
    assert demo.requests == []
