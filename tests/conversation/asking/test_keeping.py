"""Responses and conversations that the server keeps: fetched, deleted, joined."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from qwen_magic import Asking, Session, Settings
from qwen_magic.conversation.asking.keeping import (
    Forgotten,
    conversation_items,
    fetched,
    new_conversation,
)
from qwen_magic.conversation.turn.records import Chain
from qwen_magic.demo.server import DemoServer
from qwen_magic.errors import GoneError, RequestError
from tests.conversation.asking.sessions import REBUILT, session_at
from tests.responses.asking import serving
from tests.responses.rawserver import answered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.responses.rawserver import Script


@pytest.fixture
def session(demo: DemoServer) -> Iterator[Session]:
    with Session(Settings(base_url=demo.base_url, approve="always")) as session:
        yield session


def told(fields: Any, status: int = 200) -> Script:  # noqa: ANN401 - any JSON
    return answered(status, json.dumps(fields).encode())


def get_weather(city: str) -> str:
    """Get the weather forecast of a city."""
    return f"Rain in {city}"


def test_what_is_forgotten_is_gone_at_the_server_and_stays_here(
    session: Session, demo: DemoServer
) -> None:
    session.ask("My name is Alice.")
    session.ask("Hello", asking=Asking(background=True))
    session.ask("What is my name?")
    names = [turn.response_id for turn in session.path()]
    assert session.forget() == Forgotten(deleted=3)
    for name in names:
        with pytest.raises(GoneError, match="has no response"):
            session.fetch(str(name))
    assert [turn.response_id for turn in session.path()] == [None] * 3
    turn = session.ask("What is my name?")
    assert "Alice" in turn.text
    assert turn.notes[0].startswith(REBUILT)
    assert demo.requests[-1].body.get("previous_response_id") is None
    assert session.forget() == Forgotten(deleted=1)


def test_responses_between_the_calls_of_a_turn_are_forgotten_too(
    session: Session, demo: DemoServer
) -> None:
    turn = session.ask("What is the weather in Paris?", tools=[get_weather])
    assert turn.tool_calls
    assert len(turn.echo.earlier) == 1
    assert session.forget() == Forgotten(deleted=2)
    deleted = [r.path.rpartition("/")[2] for r in demo.requests if r.method == "DELETE"]
    assert deleted == [*turn.echo.earlier, turn.response_id]


def test_what_is_gone_is_counted_and_what_is_refused_keeps_its_id() -> None:
    done = {"object": "response", "status": "completed", "output": []}
    answers = [told({**done, "id": name}) for name in ("r1", "r2", "r3")]
    says = [told({}, 404), told({"message": "no"}, 403), told({"deleted": True})]
    with serving(*answers, *says) as server, session_at(server.url) as session:
        for question in ("One", "Two", "Three"):
            session.ask(question)
        found = session.forget()
        assert (found.deleted, found.gone, found.refused) == (1, 1, 1)
        assert "no" in found.reason
        assert [turn.response_id for turn in session.path()] == [None, "r2", None]


def test_what_another_server_keeps_is_left_there(session: Session) -> None:
    session.ask("Hello")
    with DemoServer(pace=0) as other:
        session.settings = replace(session.settings, base_url=other.base_url)
        assert session.forget() == Forgotten(elsewhere=1)
        assert other.requests == []


def test_what_works_in_the_background_ends_with_its_deletion(session: Session) -> None:
    session.ask("My name is Alice.")
    session.ask("Tell me a long story.", asking=Asking(background=True))
    assert session.forget().deleted == 2
    assert session.refresh() == ()
    assert "Alice" in session.ask("What is my name?").text


def test_a_response_is_fetched_with_its_input(session: Session) -> None:
    asked = session.ask("My name is Alice.")
    later = session.ask("What is my name?")
    found = fetched(session, str(later.response_id))
    assert (found.turn.prompt, found.turn.text) == ("What is my name?", later.text)
    assert found.turn.previous_response_id == asked.response_id
    assert [item["role"] for item in found.inputs] == ["user"]
    assert session.path()[-1].number == 2


def test_a_long_input_is_fetched_page_by_page(session: Session, demo: DemoServer) -> None:
    messages = [{"role": "user", "content": f"Message {n}"} for n in range(250)]
    asked = session.ask(messages)
    found = fetched(session, str(asked.response_id))
    said = [item["content"][0]["text"] for item in found.inputs]
    assert said == [message["content"] for message in messages]
    assert sum("input_items" in request.path for request in demo.requests) == 3


def test_a_list_that_never_ends_ends() -> None:
    response = told({"id": "r", "object": "response", "status": "completed", "output": []})
    page = told({"object": "list", "data": [{"id": "m"}], "has_more": True, "last_id": "m"})
    with serving(response, page, page) as server, session_at(server.url) as session:
        assert fetched(session, "r").inputs == ({"id": "m"},)


@pytest.mark.parametrize("status", [404, 405])
def test_a_response_is_shown_without_a_list_of_its_input(status: int) -> None:
    response = {"id": "r", "object": "response", "status": "queued", "output": []}
    with serving(told(response), told({}, status)) as server, session_at(server.url) as session:
        found = fetched(session, "r")
    assert (found.turn.status, found.turn.is_left, found.inputs) == ("queued", True, ())


def test_a_chain_can_join_a_conversation(session: Session, demo: DemoServer) -> None:
    name = new_conversation(session)
    session.store.remote.bind(Chain(name="talk"), name)
    session.settings = replace(session.settings, chain="talk")
    session.ask("My name is Alice.")
    turn = session.ask("What is my name?")
    assert "Alice" in turn.text
    assert (turn.number, turn.previous_response_id) == (2, None)
    bodies = [request.body for request in demo.requests if "input" in request.body]
    assert [body["conversation"] for body in bodies] == [name] * 2
    assert not any("previous_response_id" in body for body in bodies)
    items = conversation_items(session, name)
    assert [item.get("role") for item in items if item["type"] == "message"] == [
        "user",
        "assistant",
    ] * 2
    with pytest.raises(RequestError, match="only goes on"):
        session.ask("Hello", asking=Asking(new=True))


def test_forgetting_a_conversation_deletes_it_too(session: Session, demo: DemoServer) -> None:
    name = new_conversation(session)
    session.store.remote.bind(session.chain, name)
    session.ask("My name is Alice.")
    assert session.forget().deleted == 1
    assert demo.requests[-1].path.endswith(f"/conversations/{name}")
    with pytest.raises(GoneError, match="has no conversation"):
        conversation_items(session, name)
    assert "Alice" in session.ask("What is my name?").text


@pytest.mark.parametrize("status", [404, 405])
def test_a_server_without_conversations_gets_one_sentence(status: int) -> None:
    with serving(told({}, status)) as server, session_at(server.url) as session:
        with pytest.raises(RequestError, match="this server keeps no conversations") as error:
            new_conversation(session)
        assert error.value.__cause__ is None
