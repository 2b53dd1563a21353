"""Chains whose turns only the server still has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwen_magic import Asking, Session, Settings
from qwen_magic.conversation.asking.keeping import Forgotten
from qwen_magic.errors import GoneError
from qwen_magic.notebook.steering.remote import deleted, is_response, joined, resume_response

if TYPE_CHECKING:
    from pathlib import Path

    from qwen_magic.demo.server import DemoServer


def session_of(demo: DemoServer) -> Session:
    return Session(Settings(base_url=demo.base_url, approve="always"))


def get_weather(city: str) -> str:
    """Get the weather forecast of a city."""
    return f"Rain in {city}"


def test_a_chain_comes_back_by_the_id_of_its_last_response(demo: DemoServer) -> None:
    with session_of(demo) as lost:
        asked = [lost.ask(text) for text in ("My name is Alice.", "Hello", "What is JSON?")]
    with session_of(demo) as session:
        assert (
            resume_response(session, str(asked[-1].response_id))
            == "3 turns resumed from the server"
        )
        known = session.path()
        assert [turn.prompt for turn in known] == [turn.prompt for turn in asked]
        assert [turn.text for turn in known] == [turn.text for turn in asked]
        assert [turn.response_id for turn in known] == [turn.response_id for turn in asked]
        turn = session.ask("What is my name?")
        assert "Alice" in turn.text
        assert (turn.number, turn.previous_response_id) == (4, asked[-1].response_id)
        session.forget()
        assert "Alice" in session.ask("What is my name?").text


def test_what_the_chain_has_is_not_fetched_again(demo: DemoServer) -> None:
    with session_of(demo) as session:
        first = session.ask("My name is Alice.")
        with session_of(demo) as other:
            assert "1 turn" in resume_response(other, str(first.response_id))
            second = other.ask("Hello")
        assert "Nothing changed" in resume_response(session, str(first.response_id))
        assert "1 turn" in resume_response(session, str(second.response_id))
        assert [turn.prompt for turn in session.path()] == ["My name is Alice.", "Hello"]


def test_a_conversation_that_was_sent_whole_becomes_turns(demo: DemoServer) -> None:
    whole = [
        {"role": "user", "content": "My name is Alice."},
        {"role": "assistant", "content": "Hello Alice"},
        {"role": "user", "content": "What is JSON?"},
    ]
    with session_of(demo) as lost:
        asked = lost.ask(whole)
    with session_of(demo) as session:
        assert "2 turns" in resume_response(session, str(asked.response_id))
        first, second = session.path()
        assert (first.prompt, first.text) == ("My name is Alice.", "Hello Alice")
        assert (second.prompt, second.text) == ("What is JSON?", asked.text)
        assert "Alice" in session.ask("What is my name?").text


def test_calls_of_functions_come_back_in_order(demo: DemoServer) -> None:
    with session_of(demo) as lost:
        asked = lost.ask("What is the weather in Paris?", tools=[get_weather])
        assert asked.tool_calls
    with session_of(demo) as session:
        resume_response(session, str(asked.response_id))
        session.forget()
        assert session.ask("Hello").status == "completed"


def test_what_is_gone_before_it_is_told(demo: DemoServer) -> None:
    with session_of(demo) as lost:
        lost.ask("My name is Alice.")
        lost.forget()
        turn = lost.ask("Hello", asking=Asking(new=True))
        later = lost.ask("And now?")
        client = lost.client()
        for _ in client.call("DELETE", f"/responses/{turn.response_id}"):
            pass
    with session_of(demo) as session:
        said = resume_response(session, str(later.response_id))
        assert said == "1 turn resumed from the server · what came before is gone there"
        with pytest.raises(GoneError, match="has no response"):
            resume_response(session, "resp_none")


def test_an_id_is_told_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert is_response("resp_0123456789abcdef")
    assert is_response("9a88243e-3282-44b2-b7e2-b4b602a4c047")
    for word in ("", "lesson.ipynb", "a/b", "resp 1", "resp_1.md"):
        assert not is_response(word)
    (tmp_path / "resp_0123").write_text("")
    assert not is_response("resp_0123")


def test_what_became_of_the_responses_is_told() -> None:
    assert deleted(Forgotten()) == "0 responses deleted at the server"
    said = deleted(Forgotten(3, 1, 2, 4, "HTTP 403"))
    assert said == (
        "3 responses deleted at the server · 1 already gone · 2 refused (HTTP 403)"
        " · 4 at another server, left there · the next cell sends the transcript"
    )


def test_what_a_conversation_holds_is_shown() -> None:
    assert joined("c", ()) == "Cells join the conversation c now: nothing said yet"
    item = {
        "role": "user",
        "content": [{"type": "input_text", "text": "Hi"}, {"type": "input_image"}],
    }
    assert joined("c", (item,)).endswith("now: 1 item\nUser: Hi [input_image]")
