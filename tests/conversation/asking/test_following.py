"""Turns that the server works on while nobody waits."""

from __future__ import annotations

import json
from contextlib import closing
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from qwen_magic import Asking, Session, Settings
from qwen_magic.conversation.asking.order import in_order
from qwen_magic.conversation.store.store import ChainStore
from qwen_magic.demo.server import DemoServer
from qwen_magic.errors import RequestError, StatusError, WireError
from tests.conversation.asking.sessions import session_at
from tests.responses.asking import serving
from tests.responses.rawserver import answered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.responses.rawserver import Script

LATER = Asking(background=True)


def whole(status: str, name: str = "r1", **fields: Any) -> Script:  # noqa: ANN401 - any JSON
    found = {"id": name, "object": "response", "status": status, "output": [], **fields}
    return answered(200, json.dumps(found).encode())


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(pace=0.003) as server:
        yield server


def refreshed(session: Session) -> str:
    while not (turn := session.refresh()[0]).ended:
        Event().wait(0.02)
    return turn.status


def test_it_is_asked_at_once_and_fetched_later(server: DemoServer) -> None:
    with Session(Settings(base_url=server.base_url)) as session:
        asked = session.ask("What is JSON?", asking=LATER)
        assert (asked.status, asked.is_left, asked.text) == ("queued", True, "")
        assert refreshed(session) == "completed"
        (known,) = session.path()
        assert (known.status, known.response_id) == ("completed", asked.response_id)
        assert known.text
        assert session.refresh() == ()
        assert known.usage is not None
        assert session.used == known.usage.total_tokens


def test_the_next_question_waits_for_it(server: DemoServer) -> None:
    with Session(Settings(base_url=server.base_url)) as session:
        asked = session.ask("My name is Alice.", asking=LATER)
        turn = session.ask("What is my name?")
        assert (turn.number, turn.previous_response_id) == (2, asked.response_id)
        assert "Alice" in turn.text
        assert [known.status for known in session.path()] == ["completed"] * 2


def test_a_question_that_does_not_continue_it_does_not_wait(server: DemoServer) -> None:
    server.pace = 1.0
    with Session(Settings(base_url=server.base_url)) as session:
        session.ask("Tell me a long story.", asking=LATER)
        session.ask("Tell me another one.", asking=Asking(new=True, background=True))
        assert [turn.status for turn in session.refresh()] == ["queued", "queued"]


def test_whoever_stops_the_waiting_leaves_the_server_at_work(server: DemoServer) -> None:
    server.pace = 1.0
    with Session(Settings(base_url=server.base_url)) as session:
        asked = session.ask("Tell me a long story.", asking=LATER)
        with closing(in_order(session, session.stream("And then?"))) as turns:
            assert next(turns).prompt == "And then?"
        assert session.last is not None
        assert (session.last.status, session.node) == ("cancelled", None)
        (left,) = session.refresh()
        assert (left.status, left.response_id) == ("queued", asked.response_id)
        assert [request.method for request in server.requests].count("POST") == 1


def test_a_later_kernel_finds_it(server: DemoServer, tmp_path: Path) -> None:
    settings = Settings(base_url=server.base_url, chain="main")
    with Session(settings, store=ChainStore(tmp_path)) as session:
        session.ask("My name is Alice.", asking=LATER)
        session.store.close()
    with Session(settings, store=ChainStore(tmp_path)) as session:
        assert refreshed(session) == "completed"
        assert "Alice" in session.ask("What is my name?").text


def test_a_server_that_ignores_it_just_answers() -> None:
    message = {"type": "message", "content": [{"type": "output_text", "text": "Hi"}]}
    with serving(whole("completed", output=[message])) as server, session_at(server.url) as session:
        turn = session.ask("?", asking=LATER)
    assert (turn.status, turn.text, turn.is_left) == ("completed", "Hi", False)


@pytest.mark.parametrize(
    ("look", "status"),
    [
        (whole("failed", error={"code": "c", "message": "no"}), "failed"),
        (whole("cancelled"), "cancelled"),
        (answered(404, b'{"message": "not found"}'), "failed"),
    ],
)
def test_the_chain_goes_on_before_one_that_ended_badly(look: Script, status: str) -> None:
    first, last = whole("completed", "r0"), whole("completed", "r2")
    with serving(first, whole("queued"), look, last) as server, session_at(server.url) as session:
        session.ask("One")
        session.ask("Two", asking=LATER)
        turn = session.ask("Three")
        (tree_status,) = {n.status for n in session.store.tree(session.chain).nodes if n.id == 2}
    assert tree_status == status
    assert (turn.number, turn.previous_response_id) == (2, "r0")


def test_what_cannot_be_looked_at_now_stays_as_it_is() -> None:
    answers = whole("queued"), answered(400, b"{}"), whole("completed")
    with serving(*answers) as server, session_at(server.url) as session:
        session.ask("One", asking=LATER)
        with pytest.raises(StatusError, match="HTTP 400"):
            session.refresh()
        assert [turn.status for turn in session.refresh()] == ["completed"]


def test_another_server_cannot_tell(server: DemoServer) -> None:
    server.pace = 1.0
    with DemoServer() as other, Session(Settings(base_url=server.base_url)) as session:
        session.ask("Tell me a long story.", asking=LATER)
        session.settings = Settings(base_url=other.base_url)
        with pytest.raises(RequestError, match="still works on the turn before"):
            session.ask("And then?")


def test_functions_cannot_be_called_meanwhile(server: DemoServer) -> None:
    def now() -> str:
        """Tell the time."""
        return "noon"

    with (
        Session(Settings(base_url=server.base_url)) as session,
        pytest.raises(RequestError, match="nobody waits"),
    ):
        session.ask("What time is it?", tools=[now], asking=LATER)
    assert server.requests == []


def test_waiting_for_what_makes_no_progress_ends() -> None:
    answers = [whole("queued")] * 9
    with serving(*answers) as server, session_at(server.url, timeout=0.5) as session:
        session.ask("One", asking=LATER)
        with pytest.raises(WireError, match="still queued"):
            session.ask("Two")
        assert [turn.status for turn in session.path()] == ["queued"]


@pytest.mark.parametrize(
    ("think_tags", "text", "thought"),
    [(True, "Yes.", "Hm."), (False, "<think>Hm.</think>Yes.", "")],
)
def test_thoughts_in_an_answer_that_is_fetched_later_are_read_as_in_any_other(
    *,
    think_tags: bool,
    text: str,
    thought: str,
) -> None:
    content = [{"type": "output_text", "text": "<think>Hm.</think>Yes."}]
    done = whole("completed", output=[{"type": "message", "id": "m", "content": content}])
    with (
        serving(whole("queued"), done, done, answered(404, b"{}")) as server,
        Session(Settings(think_tags=think_tags, base_url=server.url)) as session,
    ):
        session.ask("Hi", asking=LATER)
        (turn,) = session.refresh()
        assert (turn.text, turn.reasoning) == (text, thought)
        assert [(known.text, known.reasoning) for known in session.path()] == [(text, thought)]
        fetched = session.fetch("r1")
        assert (fetched.text, fetched.reasoning) == (text, thought)
