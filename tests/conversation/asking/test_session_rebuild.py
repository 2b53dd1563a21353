"""A chain whose last response cannot be continued by its id, over real sockets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace as with_fields

from qwen_magic import Asking, QwenError
from qwen_magic.conversation.chains.rebuild import LIFETIME
from qwen_magic.conversation.chains.resuming import Saved
from qwen_magic.conversation.store.store import ChainStore
from qwen_magic.conversation.turn.output import settle
from qwen_magic.conversation.turn.records import Record, input_of
from qwen_magic.conversation.turn.turn import Turn
from qwen_magic.demo.server import DemoServer
from qwen_magic.responses.items import FunctionCall, Message, Part, Reasoning
from tests.conversation.asking.sessions import (
    GONE,
    NEVER,
    REBUILT,
    answer,
    answered_by,
    question,
    said,
    sent,
    session_at,
)
from tests.responses.asking import serving
from tests.responses.rawserver import answered

if TYPE_CHECKING:
    from pathlib import Path

LOST = f"{REBUILT}the server no longer knows the turn before · 1 turn sent"
STATELESS = f"{REBUILT}this server does not continue responses · {{}} sent".format
WHOLE = [question("One"), answered_by("r1"), question("Two")]


@pytest.mark.parametrize("refusal", GONE)
def test_a_lost_response_is_answered_from_the_transcript(refusal: str) -> None:
    scripts = (answer("r1"), GONE[refusal], answer("r2"), answer("r3"))
    with serving(*scripts) as server, session_at(server.url) as session:
        session.ask("One")
        turn = session.ask("Two")
        last = session.ask("Three")
    assert sent(server) == [("One", None), ("Two", "r1"), (WHOLE, None), ("Three", "r2")]
    assert (turn.text, turn.response_id, turn.previous_response_id) == ("Answer r2", "r2", None)
    assert (turn.status, turn.number, turn.notes) == ("completed", 2, (LOST,))
    assert (last.number, last.notes, last.previous_response_id) == (3, (), "r2")


@pytest.mark.parametrize("refusal", NEVER)
def test_a_server_that_continues_nothing_is_remembered(refusal: str, tmp_path: Path) -> None:
    scripts = (answer("r1"), NEVER[refusal], answer("r2"), answer("r3"), answer("r4"))
    with serving(*scripts) as server:
        for kernel in (("One", "Two", "Three"), ("Four",)):
            store = ChainStore(tmp_path)
            with session_at(server.url, store, chain="diary") as session:
                turns = [session.ask(text) for text in kernel]
            store.close()
    rest = [answered_by("r2"), question("Three")]
    inputs = [found for found, _ in sent(server)]
    assert [parent for _, parent in sent(server)] == [None, "r1", None, None, None]
    assert inputs[2:4] == [WHOLE, [*WHOLE, *rest]]
    assert inputs[4] == [*WHOLE, *rest, answered_by("r3"), question("Four")]
    assert (turns[0].number, turns[0].notes) == (4, (STATELESS("3 turns"),))


def test_a_server_that_continued_nothing_is_tried_again_after_a_day() -> None:
    times = [1_800_000_000.0]
    store = ChainStore(None, clock=lambda: times[-1])
    no = NEVER["llama.cpp"]
    names = ("r1", no, "r2", "r3", no, "r4", "r5", "r6")
    scripts = [answer(name) if isinstance(name, str) else name for name in names]
    with serving(*scripts) as server, session_at(server.url, store) as session:
        session.ask("One")
        session.ask("Two")  # refused, and remembered
        for hours, text in ((23, "Three"), (25, "Four"), (48, "Five"), (50, "Six")):
            times.append(times[0] + hours * 3600)
            session.ask(text)
    tried = [(text, parent) for text, parent in sent(server) if isinstance(text, str)]
    assert tried == [("One", None), ("Two", "r1"), ("Four", "r3"), ("Six", "r5")]
    assert len(server.asked) == len(scripts)


def test_a_turn_without_its_words_is_missing_from_the_transcript() -> None:
    with serving(answer("r2")) as server, session_at(server.url, resend=True) as session:
        session.store.resume((Saved(response_id="r1"),), Record(chain=session.chain))
        turn = session.ask("Two")
    assert sent(server) == [([question("Two")], None)]
    assert turn.notes == (STATELESS("0 of 1 turn"),)


def test_a_lost_response_says_nothing_of_its_server() -> None:
    gone = GONE["404, in an envelope"]
    with serving(answer("r1"), gone, answer("r2")) as server, session_at(server.url) as session:
        session.ask("One")
        session.ask("Two")
        assert session.store.continues(f"{server.url}/v1")


@pytest.mark.parametrize("refusal", ["400, flat", "200, failed once begun"])
def test_a_second_refusal_is_an_error(refusal: str) -> None:
    scripts = (answer("r1"), GONE[refusal], GONE[refusal], answer("r2"))
    with serving(*scripts) as server, session_at(server.url) as session:
        session.ask("One")
        with pytest.raises(QwenError, match="not found") as caught:
            session.ask("Two")
        assert len(server.asked) == 3
        turn = caught.value.turn
        assert turn is not None
        assert (turn.status, turn.previous_response_id, turn.notes) == ("failed", None, (LOST,))
        assert turn is session.last
        assert session.ask("Three").number == 2
    assert sent(server)[3] == ("Three", "r1")


def test_another_refusal_rebuilds_nothing() -> None:
    refused = GONE["400, LM Studio"]
    with serving(refused) as server, session_at(server.url) as session:
        with pytest.raises(QwenError):
            session.ask("One")
        assert len(server.asked) == 1


def test_a_failed_turn_is_not_sent_again() -> None:
    scripts = (answer("r1"), answered(403), answer("r2"))
    with serving(*scripts) as server, session_at(server.url, resend=True) as session:
        session.ask("One")
        with pytest.raises(QwenError):
            session.ask("Never")
        session.ask("Two")
    assert sent(server)[2] == (WHOLE, None)


def test_calls_are_sent_with_what_they_returned() -> None:
    call = FunctionCall("f", "completed", "get", '{"n": 1}', "call_1")
    returned = {"type": "function_call_output", "call_id": "call_1", "output": "sunny"}
    output = (Reasoning(summary=("Hm.",)), call, Message(content=(Part("Sun."),)))
    with serving(answer("r2")) as server, session_at(server.url) as session:
        record = session.store.begin(Record(chain=session.chain, input=input_of("Weather?")))
        record = with_fields(record, input=(*record.input, returned))
        turn = Turn("Weather?", "completed", response_id="r1", output=settle((), output))
        session.store.end(record, turn)
        assert session.ask("Thanks").number == 2
    called = {"call_id": "call_1", "name": "get", "arguments": '{"n": 1}'}
    kept = [{"type": "function_call", **called}, returned, said("Sun.")]
    assert sent(server) == [([question("Weather?"), *kept, question("Thanks")], None)]


@pytest.mark.parametrize(
    ("days", "parent", "notes"),
    [
        (6.9, "r1", ()),
        (7.0, None, (f"{REBUILT}the turn before is more than 7 days old · 1 turn sent",)),
    ],
)
def test_an_old_response_is_not_tried(
    days: float, parent: str | None, notes: tuple[str, ...]
) -> None:
    times = [1_800_000_000.0]
    store = ChainStore(None, clock=lambda: times[-1])
    with serving(answer("r1"), answer("r2")) as server, session_at(server.url, store) as session:
        session.ask("One")
        times.append(times[0] + days / 7 * LIFETIME)
        turn = session.ask("Two")
    assert sent(server)[1][1] == turn.previous_response_id == parent
    assert turn.notes == notes


def test_another_server_gets_the_transcript() -> None:
    with (
        serving(answer("r1"), answer("r4")) as here,
        serving(answer("r2"), answer("r3")) as there,
        session_at(here.url) as session,
    ):
        home = session.settings
        session.ask("One")
        session.settings = replace(home, base_url=f"{there.url}/v1")
        turn = session.ask("Two")
        session.ask("Three")
        session.settings = home
        session.ask("Four")
    assert turn.notes == (f"{REBUILT}the turn before was answered by another server · 1 turn sent",)
    assert sent(there) == [(WHOLE, None), ("Three", "r2")]
    rest = [answered_by("r2"), question("Three"), answered_by("r3"), question("Four")]
    assert sent(here)[1] == ([*WHOLE, *rest], None)


def test_another_key_gets_the_transcript() -> None:
    with (
        serving(answer("r1"), answer("r2")) as server,
        session_at(server.url, api_key="sk-first-key") as session,
    ):
        session.ask("One")
        session.settings = replace(session.settings, api_key="sk-second-key")
        turn = session.ask("Two")
    assert sent(server)[1] == (WHOLE, None)
    assert turn.notes == (f"{REBUILT}the turn before was asked with another key · 1 turn sent",)


def test_a_server_that_ignores_ids_can_be_sent_everything() -> None:
    with (
        serving(answer("r1"), answer("r2"), answer("r3")) as server,
        session_at(server.url, resend=True) as session,
    ):
        turns = [session.ask("One"), session.ask("Two")]
        session.settings = replace(session.settings, resend=False)
        session.ask("Three")
    assert sent(server) == [("One", None), (WHOLE, None), ("Three", "r2")]
    assert [turn.notes for turn in turns] == [(), (STATELESS("1 turn"),)]


def test_the_system_message_is_sent_with_the_transcript(demo: DemoServer) -> None:
    with session_at(demo.base_url.removesuffix("/v1"), resend=True) as session:
        session.ask("My name is Alice.", asking=Asking(system="Be brief."))
        assert "Alice" in session.ask("What is my name?").text
    assert [request.body["instructions"] for request in demo.requests] == ["Be brief."] * 2


def test_a_restarted_server_is_told_the_conversation() -> None:
    with DemoServer(pace=0) as server, session_at(server.base_url.removesuffix("/v1")) as session:
        session.ask("My name is Alice.")
        port = urlsplit(server.base_url).port or 0
        server.close()
        with DemoServer(port, pace=0) as later:
            turn = session.ask("What is my name?")
            again = session.ask("Who am I?")
            assert len(later.requests) == 3
    assert "Alice" in turn.text
    assert turn.notes == (LOST,)
    assert again.previous_response_id == turn.response_id


def test_images_and_messages_are_sent_again() -> None:
    parts = [
        {"type": "input_text", "text": "What is it?"},
        {"type": "input_image", "image_url": "data:image/png;base64,AA=="},
    ]
    given = {"role": "user", "content": parts}
    with (
        serving(answer("r1"), GONE["400, flat"], answer("r2")) as server,
        session_at(server.url) as session,
    ):
        session.ask([given])
        session.ask("Two")
    assert sent(server)[2][0] == [given, answered_by("r1"), question("Two")]
