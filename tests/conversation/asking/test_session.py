from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import pytest

from qwen_magic import Asking, QwenError, Session, Settings
from qwen_magic.errors import RequestError
from tests.conversation.asking.sessions import answer, sent, session_at
from tests.responses.asking import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwen_magic.demo.server import DemoServer


@pytest.fixture
def session(demo: DemoServer) -> Iterator[Session]:
    session = Session(Settings(base_url=demo.base_url))
    yield session
    session.close()


def test_the_request_of_turn_100_is_as_small_as_that_of_turn_2() -> None:
    with (
        serving(*(answer(f"r-{n:03}") for n in range(1, 101))) as server,
        session_at(server.url) as session,
    ):
        turns = [session.ask(f"Question {n:03}") for n in range(1, 101)]
    sizes = [len(asked.body) for asked in server.asked]
    link = len(',"previous_response_id":"r-001"')
    assert [turn.number for turn in turns] == list(range(1, 101))
    assert sizes == [sizes[0], *[sizes[0] + link] * 99]


def test_a_session_as_a_value_says_what_it_asks(session: Session) -> None:
    assert repr(session) == "Session(model='qwen3.7-plus', chain='main', used=0)"


def test_each_turn_continues_the_one_before(session: Session) -> None:
    first = session.ask("My name is Alice, please remember it.")
    second = session.ask("Do you remember my name?")
    assert "Alice" in second.text
    assert (second.number, second.previous_response_id) == (2, first.response_id)


def test_only_the_new_text_is_sent(session: Session, demo: DemoServer) -> None:
    session.ask("My name is Alice.")
    session.ask("Hello")
    assert [request.body["input"] for request in demo.requests] == ["My name is Alice.", "Hello"]


def test_new_starts_afresh(session: Session) -> None:
    session.ask("My name is Alice.")
    turn = session.ask("What is my name?", asking=Asking(new=True))
    assert "Alice" not in turn.text
    assert (turn.number, turn.previous_response_id) == (1, None)
    assert session.ask("Hello").previous_response_id == turn.response_id


def test_a_turn_keeps_what_its_response_says_of_the_request(session: Session) -> None:
    asked = session.ask("Search the web for llamas.", tools=["web_search"])
    assert asked.tools == ({"type": "web_search"},)
    assert (asked.created_at or 0) > 1e9
    assert asked.parallel_tool_calls is False
    assert {item.type for item in asked.items} >= {"web_search_call", "message"}
    (kept,) = session.path()
    assert kept.echo == asked.echo
    assert asked.usage is not None
    assert kept.usage is not None
    assert kept.usage.x_details == asked.usage.x_details != ()


def test_chains_are_apart(session: Session) -> None:
    session.ask("My name is Alice.")
    session.settings = replace(session.settings, chain="other")
    assert "Alice" not in session.ask("What is my name?").text
    session.settings = replace(session.settings, chain="main")
    assert "Alice" in session.ask("What is my name?").text


def test_a_demo_turn_never_joins_the_chain_of_another_server(session: Session) -> None:
    first = session.ask("My name is Alice.")
    session.settings = replace(session.settings, base_url="", region="demo")
    turn, _ = session.prepare("What is my name?")
    assert (first.number, turn.number, turn.previous_response_id) == (1, 1, None)


def test_a_server_given_after_the_demo_is_sent_no_turn_of_it() -> None:
    settings = Settings(region="demo", replay_speed=0)
    with serving(answer("r1")) as server, Session(settings) as session:
        session.ask("My name is Alice.")
        session.settings = replace(settings, base_url=f"{server.url}/v1")
        turn = session.ask("What is my name?")
        assert (turn.number, turn.notes) == (1, ())
        assert sent(server) == [("What is my name?", None)]


def test_a_system_message_is_kept_for_its_chain(session: Session, demo: DemoServer) -> None:
    session.ask("Hello", asking=Asking(system="Be brief."))
    session.ask("Hello")
    session.ask("Hello", asking=Asking(new=True))
    sent = [request.body.get("instructions") for request in demo.requests]
    assert sent == ["Be brief.", "Be brief.", None]


def test_a_conversation_takes_the_chains_place(session: Session, demo: DemoServer) -> None:
    first = session.ask("Hello")
    session.ask("Hello", asking=Asking(conversation="conv_1"))
    session.ask("Hello")
    bodies = [request.body for request in demo.requests]
    assert (bodies[1]["conversation"], bodies[1].get("previous_response_id")) == ("conv_1", None)
    assert bodies[2]["previous_response_id"] == first.response_id


@pytest.mark.parametrize("model", ["demo-failed", "demo-cut", "demo-content-filter", "nonesuch"])
def test_a_failed_turn_is_kept_and_not_continued(session: Session, model: str) -> None:
    good = session.ask("Hello")
    settings = session.settings
    session.settings = replace(settings, model=model)
    with pytest.raises(QwenError) as caught:
        session.ask("Hello")
    assert caught.value.turn is session.last
    assert session.last is not None
    assert session.last.status == "failed"
    assert session.last.error
    session.settings = settings
    assert session.ask("Hello").previous_response_id == good.response_id


def test_the_text_that_came_before_a_failure_is_kept(session: Session) -> None:
    session.settings = replace(session.settings, model="demo-cut")
    with pytest.raises(QwenError, match="ended before its last event") as caught:
        session.ask("Hello")
    assert caught.value.turn is not None
    assert caught.value.turn.text.startswith("Hello")


def test_an_incomplete_turn_is_no_error_and_is_continued(session: Session) -> None:
    turn = session.ask("Introduce AI", asking=Asking(max_output_tokens=16))
    assert (turn.status, turn.error) == ("incomplete", "max_output_tokens")
    assert session.ask("Hello").previous_response_id == turn.response_id


def test_closing_the_stream_stops_the_answer(session: Session) -> None:
    session.settings = replace(session.settings, model="demo-stall")
    with closing(session.stream("Hello")) as turns:
        next(turn for turn in turns if turn.text)
    assert session.last is not None
    assert session.last.status == "cancelled"
    assert session.last.text
    assert session.head() is None


def test_ctrl_c_is_raised_and_the_turn_is_kept(session: Session, demo: DemoServer) -> None:
    import _thread

    def interrupt() -> None:
        while not demo.requests:
            Event().wait(0.01)
        _thread.interrupt_main()

    session.settings = replace(session.settings, model="demo-stall")
    thread = Thread(target=interrupt, daemon=True)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        session.ask("Hello")
    thread.join()
    assert session.last is not None
    assert session.last.status == "cancelled"


def test_a_whole_answer_is_the_same_as_a_streamed_one(session: Session) -> None:
    streamed = session.ask("Introduce AI", asking=Asking(new=True))
    whole = session.ask("Introduce AI", asking=Asking(new=True, stream=False))
    assert (whole.text, whole.reasoning, whole.usage) == (
        streamed.text,
        streamed.reasoning,
        streamed.usage,
    )


def test_messages_take_the_place_of_a_question(session: Session, demo: DemoServer) -> None:
    turn = session.ask(
        [
            {"role": "user", "content": "My name is Alice."},
            {"role": "assistant", "content": "Hello Alice."},
            {"role": "user", "content": "What is my name?"},
        ]
    )
    assert "Alice" in turn.text
    assert turn.prompt == "What is my name?"
    assert demo.requests[0].body["input"][1]["content"][0]["type"] == "output_text"


@pytest.mark.parametrize("prompt", ["", " \n", [], 5, ["hi"]])
def test_no_question_is_refused_before_sending(
    session: Session, demo: DemoServer, prompt: object
) -> None:
    with pytest.raises(RequestError):
        session.ask(prompt)  # type: ignore[call-overload]
    assert demo.requests == []


@pytest.mark.parametrize(
    ("wrong", "allowed"),
    [
        ({"approve": "alway"}, "did you mean always"),
        ({"reuse": "sme"}, "did you mean same"),
        ({"history": "of"}, "did you mean off"),
        ({"session_cache": "yes"}, "allowed: on, off"),
        ({"max_rounds": 0}, "at least 1"),
        ({"tool_timeout": 0}, "0.1 ≤ tool_timeout"),
        ({"tool_timeout": -1}, "0.1 ≤ tool_timeout"),
        ({"timeout": float("inf")}, "timeout < ∞"),
        ({"updates_per_second": 0}, "≤ 100"),
    ],
)
def test_a_wrong_setting_is_refused_before_sending(
    session: Session, demo: DemoServer, wrong: dict[str, Any], allowed: str
) -> None:
    session.settings = replace(session.settings, **wrong)
    with pytest.raises(RequestError, match=allowed) as caught:
        session.ask("Hello")
    assert all(repr(value) in str(caught.value) for value in wrong.values())
    assert demo.requests == []


def test_tokens_are_counted(session: Session) -> None:
    usages = [session.ask("Hello").usage, session.ask("Hello").usage]
    assert session.used == sum(usage.total_tokens for usage in usages if usage) > 0


def test_a_named_chain_is_kept_for_later_sessions(demo: DemoServer) -> None:
    settings = Settings(base_url=demo.base_url, chain="diary")
    with Session(settings) as session:
        first = session.ask("My name is Alice.")
    with Session(settings) as session:
        later = session.ask("What is my name?")
    assert (later.number, later.previous_response_id) == (2, first.response_id)


@pytest.mark.parametrize(("first", "then"), [("", "diary"), ("diary", "")])
def test_the_first_settings_decide_where_chains_are_kept(
    demo: DemoServer, first: str, then: str
) -> None:
    settings = Settings(base_url=demo.base_url, chain=first)
    with Session(settings) as session:
        session.settings = replace(settings, chain=then)
        session.ask("Hello")
        assert bool(session.store.file) == bool(first)


@pytest.mark.parametrize("settings", [{"chain": ""}, {"chain": "diary", "history": "off"}])
def test_other_chains_begin_afresh_in_each_session(
    demo: DemoServer, settings: dict[str, str]
) -> None:
    for _ in range(2):
        with Session(Settings(base_url=demo.base_url, **settings)) as session:  # type: ignore[arg-type]
            assert session.ask("Hello").number == 1


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/api/v2/apps/protocols/compatible-mode/v1", "This path is about to be retired: use "),
        ("/compatible-mode/v1/responses", "The base URL is taken as "),
        ("/v1/chat/completions", "The base URL is taken as "),
    ],
)
def test_an_address_that_should_be_another_is_told_at_the_first_ask(
    demo: DemoServer, path: str, told: str
) -> None:
    origin = demo.base_url.removesuffix("/compatible-mode/v1")
    right = "/v1" if path.startswith("/v1") else "/compatible-mode/v1"
    with Session(Settings(base_url=f"{origin}{path}")) as session:
        prepared, _ = session.prepare("Hi")
        notes = [prepared.notes, *(session.ask("Hi").notes for _ in range(2))]
    ((first,),) = filter(None, notes)
    assert notes[1] == (first,)
    assert first.startswith(f"{told}{origin}{right}")


def test_a_chain_that_moves_to_its_workspaces_host_is_rebuilt_once(demo: DemoServer) -> None:
    with Session(Settings(base_url=demo.base_url)) as session:
        session.ask("My name is Alice.")
        session.settings = Settings(base_url=demo.base_url.replace("/compatible-mode", ""))
        moved, after = session.ask("What is my name?"), session.ask("And again?")
    assert "Alice" in moved.text
    assert "answered by another server" in moved.notes[0]
    assert (moved.previous_response_id, after.notes) == (None, ())
